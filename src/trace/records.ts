/**
 * What happened in a network, as records: the trace of a simulated run, and what a node tells the
 * explorer while it happens. One vocabulary for both, made by one tracer from the events and the
 * effects of cores; the format of a trace is one record per line, as JSON (`README.md`).
 *
 * Records come in order of time. Nodes are numbers, in the order of their `node` records, and a
 * message is a number too: what is said often is short. Amounts and weights are decimal text: they
 * may exceed 2^53. What does not exist is left out.
 */
import type {
  AbstentionReason,
  BatchId,
  BlobId,
  ClaimId,
  NodeId,
  Round,
  Verdict,
} from '../base/index.ts';

/** Name and version of the format: another number if a field changes its meaning or goes away. */
export const TRACE_FORMAT = 'assay-trace/1';

/** Microseconds since the beginning of round 0, whole: virtual time, or time of day. */
export type TraceTime = number;
/** Place of a node in the order of `node` records, from 0. */
export type NodeNumber = number;
/** Number of a message, unique in a trace. */
export type MessageNumber = number;

/** The first record: what was traced. */
export type StartRecord = {
  readonly kind: 'start';
  readonly format: typeof TRACE_FORMAT;
  readonly at: TraceTime;
  readonly source: 'simulation' | 'network';
  /** Name of the scenario or of the network. */
  readonly title: string;
  /** Version of Assay that wrote it, and nothing else: `0.1.0`. */
  readonly software: string;
  /** Id of the network, hexadecimal. */
  readonly network: string;
  /** Time of day at `at` 0, ms since 1970; absent in a simulation. */
  readonly genesisMs?: number;
  /** Parameters of the protocol, as a network file spells them. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly models: readonly ModelEntry[];
  /** Of a simulation: what to run again. */
  readonly run?: {
    readonly seed: number;
    readonly configHash: string;
    /** The resolved scenario. */
    readonly scenario: Readonly<Record<string, unknown>>;
  };
  /** What was left out, in words of `TraceFilter`; absent if nothing was. */
  readonly filter?: TraceFilter;
};

/** A model of the network and how its outputs are compared. */
export type ModelEntry = {
  readonly id: BlobId;
  readonly name: string;
  /** Distance up to which two outputs are the same, and from which they differ; 0 for `exact`. */
  readonly tolerance: number;
  readonly rejection: number;
};

/** Keeps a trace small. Records of the network as a whole, `node` and `link`, are always kept. */
export type TraceFilter = {
  /** Only what is about these batches (`<batch>`) or leaves (`<batch>/<index>`). */
  readonly claims?: readonly string[];
  /** Only what these nodes did, said or heard, by number or id. */
  readonly nodes?: readonly string[];
  /** Only what happened from here on, ms. */
  readonly fromMs?: number;
  /** Only what happened before, ms. */
  readonly toMs?: number;
  /** Kinds of records that are left out. */
  readonly without?: readonly TraceRecord['kind'][];
};

/** A node that takes part, or takes part from now on. */
export type NodeRecord = {
  readonly kind: 'node';
  readonly at: TraceTime;
  readonly node: NodeNumber;
  /** Ed25519 public key; `relay/<n>` of a simulated node that only relays. */
  readonly id: NodeId | string;
  readonly role: 'validator' | 'provider' | 'requester' | 'observer' | 'relay';
  readonly stake?: string;
  /** Known in a simulation alone. */
  readonly behaviour?: string;
  /** Region of the latency table. */
  readonly region?: string;
  readonly models?: readonly BlobId[];
};

/** A connection over which messages go. */
export type LinkRecord = {
  readonly kind: 'link';
  readonly at: TraceTime;
  readonly a: NodeNumber;
  readonly b: NodeNumber;
  readonly isUp: boolean;
};

/** A node goes down or comes back. */
export type StateRecord = {
  readonly kind: 'state';
  readonly at: TraceTime;
  readonly node: NodeNumber;
  readonly isUp: boolean;
};

/** A fault of the scenario begins or ends. */
export type FaultRecord = {
  readonly kind: 'fault';
  readonly at: TraceTime;
  /** Kind of the fault. */
  readonly what: string;
  readonly isOver: boolean;
  /** Whom it strikes; absent if links or the beacon. */
  readonly nodes?: readonly NodeNumber[];
};

/** A message was said: in a simulation when it was sent, in a node when it was first heard. */
export type MessageRecord = {
  readonly kind: 'message';
  readonly at: TraceTime;
  readonly message: MessageNumber;
  /** Who said it: in a node, who signed it, else the neighbour that passed it on. */
  readonly node: NodeNumber;
  /** Of a direct message. */
  readonly to?: NodeNumber;
  /** [SHARD-1] Absent: the topic that everybody hears. */
  readonly shard?: number;
  readonly bytes: number;
  readonly content: MessageContent;
};

/** A message reached a node. */
export type DeliveryRecord = {
  readonly kind: 'delivery';
  readonly at: TraceTime;
  readonly message: MessageNumber;
  readonly node: NodeNumber;
  /** The neighbour that passed it on. */
  readonly from: NodeNumber;
  /** [WIRE-3] */
  readonly verdict: 'accept' | 'ignore' | 'reject';
};

/** What a message says. */
export type MessageContent =
  | {
      readonly type: 'header';
      readonly batch: BatchId;
      readonly provider: NodeNumber;
      readonly round: Round;
      readonly assuranceClass: string;
      readonly model: BlobId;
      readonly count: number;
    }
  | {
      readonly type: 'openings';
      readonly batch: BatchId;
      /** Holders of sealing seats whose signatures it carries. */
      readonly sealers: readonly NodeNumber[];
      readonly leaves: readonly {
        readonly index: number;
        readonly claim: ClaimId;
        readonly requester: NodeId;
        readonly executionClass: string;
      }[];
    }
  | {
      readonly type: 'output';
      readonly batch: BatchId;
      readonly index: number;
      /** Hexadecimal. */
      readonly digest: string;
    }
  | { readonly type: 'bundle'; readonly entries: readonly EntryContent[] }
  | { readonly type: 'beacon'; readonly round: Round }
  | {
      readonly type: 'certificate';
      readonly batch: BatchId;
      readonly index: number;
      readonly level: number;
      readonly verdict: Verdict;
      readonly votes: readonly {
        readonly verdict: Verdict;
        readonly holders: readonly NodeNumber[];
      }[];
    }
  | {
      readonly type: 'evidence';
      readonly evidence: 'headers' | 'entries' | 'certificates';
      readonly guilty: readonly NodeNumber[];
    }
  | { readonly type: 'query'; readonly batch: BatchId; readonly index?: number }
  | { readonly type: 'request'; readonly model: BlobId; readonly assuranceClass: string }
  | { readonly type: 'promise'; readonly claim: ClaimId; readonly round: Round }
  /** [SET-2] */
  | { readonly type: 'proposal' | 'step'; readonly number: number; readonly epoch: number }
  | { readonly type: 'confirmation'; readonly number: number }
  /** [SETTLE-2] `root` in hexadecimal. */
  | { readonly type: 'settlement'; readonly epoch: number; readonly root: string };

/** [WIRE-5] One thing that a validator says. */
export type EntryContent =
  | { readonly kind: 'ack'; readonly batch: BatchId }
  | {
      readonly kind: 'commit';
      readonly batch: BatchId;
      readonly index: number;
      readonly level: number;
    }
  | {
      readonly kind: 'abstain';
      readonly batch: BatchId;
      readonly index: number;
      readonly level: number;
      readonly reason: AbstentionReason;
    }
  | {
      readonly kind: 'reveal';
      readonly batch: BatchId;
      readonly index: number;
      readonly level: number;
      readonly verdict: Verdict;
      readonly executionClass: string;
      /** Of the output that it measured, hexadecimal; absent if it could not run the model. */
      readonly digest?: string;
    };

/** Who was drawn: for the seal of a batch, or for a level of a leaf. Told once. */
export type CommitteeRecord = {
  readonly kind: 'committee';
  readonly at: TraceTime;
  readonly batch: BatchId;
  /** Absent: the seal. */
  readonly index?: number;
  readonly level?: number;
  /** Round whose beacon drew it. */
  readonly drawnBy: Round;
  readonly unit: 'seats' | 'stake';
  readonly weight: string;
  readonly quorum: string;
  /** [QUORUM-4] Whether verdicts that take money may be final here; of a level. */
  readonly isHeavy?: boolean;
  readonly isLast?: boolean;
  readonly holders: readonly { readonly node: NodeNumber; readonly weight: string }[];
};

/** How far what a validator measured is from what the provider gave. [COMPARE-1] */
export type DistanceRecord = {
  readonly kind: 'distance';
  readonly at: TraceTime;
  readonly batch: BatchId;
  readonly index: number;
  readonly level: number;
  readonly node: NodeNumber;
  /** Absent if nothing can be measured between them: other shapes, types or non-finite places. */
  readonly distance?: number;
};

/** Work begins: an execution of a model, or the measuring of an output that was fetched. */
export type WorkRecord = {
  readonly kind: 'work';
  readonly at: TraceTime;
  readonly node: NodeNumber;
  readonly what: 'execute' | 'measure-output' | 'answer';
  /** Ends with the `done` record of the same node and number. */
  readonly work: number;
  readonly batch?: BatchId;
  readonly index?: number;
  readonly level?: number;
};

/** Work ends. */
export type DoneRecord = {
  readonly kind: 'done';
  readonly at: TraceTime;
  readonly node: NodeNumber;
  readonly work: number;
  /** Why it failed; absent if it did not. */
  readonly failure?: string;
};

/** What the core of a node says that it saw; the words are those of the core's reports. */
export type ReportRecord = {
  readonly kind: 'report';
  readonly at: TraceTime;
  readonly node: NodeNumber;
  readonly what:
    | 'batch-acked'
    | 'batch-sealed'
    | 'batch-void'
    | 'subject-drawn'
    | 'level-started'
    | 'challenged'
    | 'certified'
    | 'decided'
    | 'overruled'
    | 'unresolved'
    | 'closed'
    | 'evidence-found'
    | 'fault'
    | 'clock-skewed'
    | 'set-proposed'
    | 'set-confirmed'
    | 'set-changed'
    | 'set-behind'
    | 'set-forked'
    | 'settlement-agreed';
  readonly batch?: BatchId;
  readonly index?: number;
  readonly level?: number;
  readonly verdict?: Verdict;
  /** Of `fault`. */
  readonly code?: string;
  /** Of `clock-skewed`. */
  readonly skewMs?: number;
  /** Challenger, holders of a certificate, the guilty, the one blamed for a fault. */
  readonly about?: readonly NodeNumber[];
};

/** Money that the settlement moves: final in a simulation, advisory in a node. [SLASH-2] */
export type MovementRecord = {
  readonly kind: 'movement';
  readonly at: TraceTime;
  readonly node: NodeNumber;
  /** Smallest unit of stake; losses negative. */
  readonly amount: string;
  readonly reason: string;
  readonly batch?: BatchId;
  readonly index?: number;
};

/** The last record of a trace that is whole. */
export type EndRecord = {
  readonly kind: 'end';
  readonly at: TraceTime;
  /** Of a simulation. */
  readonly digest?: string;
  readonly eventCount?: number;
  /** Records before this one, and those that the filter or a limit left out. */
  readonly records: number;
  readonly leftOut: number;
};

export type TraceRecord =
  | StartRecord
  | NodeRecord
  | LinkRecord
  | StateRecord
  | FaultRecord
  | MessageRecord
  | DeliveryRecord
  | CommitteeRecord
  | DistanceRecord
  | WorkRecord
  | DoneRecord
  | ReportRecord
  | MovementRecord
  | EndRecord;
