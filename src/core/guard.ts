/**
 * [GUARD-1] What is durable before a signature leaves the process. The core asks its driver to
 * persist these records and is given them back when it starts again.
 */
import type {
  AbstentionReason,
  BatchId,
  BlobId,
  Digest,
  Measurement,
  NodeId,
  Round,
  Subject,
  Verdict,
} from '../base/index.ts';
import type { Claim } from '../wire/index.ts';

/** [CLAIM-2] What may be batched, and acknowledged, once. */
export type Slot = {
  readonly provider: NodeId;
  readonly round: Round;
  readonly assuranceClass: string;
  readonly model: BlobId;
};

/** An answer of a provider: all that it needs to open the leaf later. */
export type AnsweredLeaf = {
  readonly claim: Claim;
  readonly salt: Digest;
  readonly outputDigest: Digest;
  /** The input itself, if it is small enough to travel with the opening. */
  readonly input?: Uint8Array;
};

export type GuardRecord =
  | { readonly kind: 'ack'; readonly slot: Slot; readonly batch: BatchId }
  | {
      readonly kind: 'commit';
      readonly subject: Subject;
      readonly level: number;
      readonly measurement: Measurement;
      readonly executionClass: string;
    }
  | {
      readonly kind: 'abstain';
      readonly subject: Subject;
      readonly level: number;
      readonly reason: AbstentionReason;
    }
  | {
      readonly kind: 'vote';
      readonly subject: Subject;
      readonly level: number;
      readonly verdict: Verdict;
    }
  /** [SET-2] One set of each number. */
  | {
      readonly kind: 'confirm';
      readonly number: number;
      readonly step: Digest;
      /** First round that the set would serve, by the epoch that was confirmed first. */
      readonly round: Round;
    }
  | { readonly kind: 'header'; readonly slot: Slot; readonly batch: BatchId }
  | {
      readonly kind: 'promise';
      readonly slot: Slot;
      readonly index: number;
      readonly leaf: AnsweredLeaf;
    };

/** Returns the key under which maps hold `slot`. */
export function slotKey(slot: Slot): string {
  return `${slot.provider}/${slot.round}/${slot.assuranceClass}/${slot.model}`;
}
