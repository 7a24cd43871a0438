/**
 * What the outside tells the core, and what the core asks of the outside.
 *
 * Events carry `now`, the local monotonic time. Effects are plain records and are run one by one:
 * a `persist` is durable before the next one starts.
 */
import type {
  AbstentionReason,
  BatchId,
  BlobId,
  ClaimId,
  Digest,
  Measurement,
  NodeId,
  Round,
  Subject,
  TimeMs,
  Verdict,
} from '../base/index.ts';
import type {
  Claim,
  Decoded,
  Message,
  PromiseMessage,
  RequestMessage,
  SettlementResult,
} from '../wire/index.ts';
import type { GuardRecord } from './guard.ts';
import type { JudgedSubject } from './settlement/outcome.ts';

/** Work that the core asked for, by id: one per subject, level and kind of work. */
export type WorkId = string;

export type CoreEvent =
  | { readonly kind: 'time-reached'; readonly now: TimeMs }
  /** Wall clock = `now` + offset. [TIME-4] */
  | { readonly kind: 'clock-adjusted'; readonly now: TimeMs; readonly wallOffsetMs: number }
  | {
      readonly kind: 'message-received';
      readonly now: TimeMs;
      /** The neighbour that delivered it, as the driver names it. */
      readonly from: string;
      readonly decoded: Decoded;
      /** [TIME-4] It is of the past and was asked for: that it comes now says nothing of clocks. */
      readonly isCaughtUp?: boolean;
    }
  | {
      readonly kind: 'execution-finished';
      readonly now: TimeMs;
      readonly id: WorkId;
      readonly measurement: Measurement;
      readonly executionClass: string;
    }
  | {
      readonly kind: 'execution-failed';
      readonly now: TimeMs;
      readonly id: WorkId;
      /**
       * `missing-input` is the requester's or provider's fault, the others are ours. An input over
       * the manifest's cap is missing, whoever serves it. [MODEL-1]
       */
      readonly reason: AbstentionReason | 'missing-input';
    }
  | {
      readonly kind: 'output-measured';
      readonly now: TimeMs;
      readonly id: WorkId;
      /** Absent: nobody served an output of that digest. */
      readonly measurement?: Measurement;
    }
  | {
      /** [SETTLE-2] What this node finds epochs to come to, on the head of the chain. */
      readonly kind: 'settlement-computed';
      readonly now: TimeMs;
      readonly result: SettlementResult;
    };

/** An answer of the provider's own model, reported by its driver. */
export type ProviderEvent =
  | CoreEvent
  | {
      readonly kind: 'answer-computed';
      readonly now: TimeMs;
      readonly request: RequestMessage;
      readonly executionClass: string;
      readonly outputDigest: Digest;
      /** The input itself if it is small enough to travel with the opening. */
      readonly input?: Uint8Array;
    };

export type Effect =
  | { readonly kind: 'persist'; readonly record: GuardRecord }
  | {
      readonly kind: 'publish';
      readonly message: Message;
      readonly bytes: Uint8Array;
      /** [SHARD-1] The shard whose topic carries it; absent: the topic that everybody hears. */
      readonly shard?: number;
    }
  | {
      /** [SHARD-1] Hear the topic of a shard from now on, or no longer. */
      readonly kind: 'follow';
      readonly shard: number;
      readonly isFollowed: boolean;
    }
  | {
      readonly kind: 'send';
      readonly to: string;
      readonly message: Message;
      readonly bytes: Uint8Array;
    }
  | {
      readonly kind: 'execute';
      readonly id: WorkId;
      readonly subject: Subject;
      readonly level: number;
      readonly model: BlobId;
      readonly input: BlobId;
      /** The input itself, if the opening carried it. */
      readonly inlineInput?: Uint8Array;
      /** Randomness of the beacon that drew the level: signs of the sketch. [MEASURE-1] */
      readonly beacon: Uint8Array;
    }
  | {
      /** Fetch the provider's output by its digest, check it, and measure it. [SAMPLE-2] */
      readonly kind: 'measure-output';
      readonly id: WorkId;
      readonly subject: Subject;
      readonly level: number;
      readonly digest: Digest;
      readonly beacon: Uint8Array;
    }
  | {
      /** What gossip should do with the message that was just received. [WIRE-3] */
      readonly kind: 'judge';
      readonly verdict: 'accept' | 'ignore' | 'reject';
      readonly code: string;
    }
  | { readonly kind: 'report'; readonly report: Report };

/** Answer to a requester. */
export type AnswerEffect = {
  readonly kind: 'answer';
  readonly requester: NodeId;
  readonly promise: PromiseMessage;
  readonly claim: Claim;
  readonly salt: Digest;
  readonly outputDigest: Digest;
};

export type ProviderEffect = Effect | AnswerEffect;

/** What operators, metrics and checkers want to know. */
export type Report =
  | { readonly kind: 'batch-acked'; readonly batch: BatchId }
  | { readonly kind: 'batch-sealed'; readonly batch: BatchId; readonly round: Round }
  | { readonly kind: 'batch-void'; readonly batch: BatchId; readonly round: Round }
  | { readonly kind: 'subject-drawn'; readonly subject: Subject }
  | { readonly kind: 'level-started'; readonly subject: Subject; readonly level: number }
  | { readonly kind: 'committed'; readonly subject: Subject; readonly level: number }
  | {
      readonly kind: 'revealed';
      readonly subject: Subject;
      readonly level: number;
      readonly verdict: Verdict;
    }
  | {
      readonly kind: 'challenged';
      readonly subject: Subject;
      readonly level: number;
      readonly challenger: NodeId;
    }
  | {
      readonly kind: 'certified';
      readonly subject: Subject;
      readonly level: number;
      readonly verdict: Verdict;
      readonly holders: readonly NodeId[];
    }
  | {
      readonly kind: 'decided';
      readonly subject: Subject;
      readonly level: number;
      readonly verdict: Verdict;
    }
  | { readonly kind: 'overruled'; readonly subject: Subject; readonly level: number }
  | { readonly kind: 'unresolved'; readonly subject: Subject }
  | { readonly kind: 'closed'; readonly subject: Subject; readonly judged: JudgedSubject }
  | { readonly kind: 'evidence-found'; readonly guilty: readonly NodeId[] }
  | { readonly kind: 'fault'; readonly code: string; readonly from: string }
  | { readonly kind: 'clock-skewed'; readonly skewMs: number }
  | { readonly kind: 'promised'; readonly claim: ClaimId }
  /** [SET-2] `step` is the digest of what the operator proposes, in hexadecimal. */
  | {
      readonly kind: 'set-proposed';
      readonly number: number;
      readonly epoch: number;
      readonly step: string;
    }
  | { readonly kind: 'set-confirmed'; readonly number: number }
  | { readonly kind: 'set-changed'; readonly number: number; readonly epoch: number }
  /** Others are further: the steps before `number` are to be asked for. */
  | { readonly kind: 'set-behind'; readonly number: number }
  /** Two sets of one number were confirmed; the first that came stays. */
  | { readonly kind: 'set-forked'; readonly number: number }
  /** [SETTLE-2] A quorum found the same; `root` in hexadecimal. */
  | { readonly kind: 'settlement-agreed'; readonly epoch: number; readonly root: string };
