/**
 * What one node knows about a drawn leaf and each of its levels.
 */
import type {
  BlobId,
  Digest,
  Measurement,
  ModelManifest,
  NodeId,
  SmallMap,
  SparseMap,
  SparseSet,
  Subject,
  SubjectKey,
  TimeMs,
  Verdict,
} from '../../base/index.ts';
import type {
  AbstainEntry,
  BundleMessage,
  Claim,
  CommitEntry,
  HeaderMessage,
  Opening,
  OutputMessage,
  RevealEntry,
  VoteGroup,
} from '../../wire/index.ts';
import type { Calendar } from '../calendar.ts';
import type { Committee } from '../committee/committee.ts';
import type { Batch } from '../sampling/batch.ts';

/** Where a signed entry came from: enough to make evidence of it. */
export type EntrySource = { readonly bundle: BundleMessage; readonly position: number };

/** A holder's commit or abstention. */
export type CommitRecord = {
  readonly source: EntrySource;
  readonly entry: CommitEntry | AbstainEntry | RevealEntry;
  /** Absent for an abstention. */
  readonly commitment: Digest | undefined;
  /** Seen before the commit deadline passed here. [VOTE-4] */
  readonly inTime: boolean;
};

/** A holder's measurement and vote. */
export type RevealRecord = {
  readonly source: EntrySource;
  readonly entry: RevealEntry;
  /** [VOTE-1] Whether the vote follows from the measurement; unknown without the output. */
  follows: boolean | undefined;
  /** Whether the BLS signature was checked. */
  isSignatureChecked: boolean;
  /** Received before the challenge deadline passed here: it counts. [QUORUM-2] */
  readonly inTime: boolean;
};

/** What this node does at a level where it holds seats. */
export type OwnPart =
  | { readonly phase: 'bystander' }
  | { readonly phase: 'waiting' }
  | {
      readonly phase: 'executing';
      /** Whether the input came with the opening, or has to be fetched. */
      readonly isInline: boolean;
      readonly isInputMissing: boolean;
    }
  | {
      readonly phase: 'committed';
      readonly measurement: Measurement;
      readonly executionClass: string;
    }
  | { readonly phase: 'abstained' }
  | { readonly phase: 'revealed'; readonly verdict: Verdict };

/** The provider's output as this node measured it with the signs of the level. */
export type ProviderPart =
  | { readonly phase: 'unknown' }
  | { readonly phase: 'measuring' }
  | { readonly phase: 'missing' }
  | { readonly phase: 'measured'; readonly measurement: Measurement };

/** [CERT-1] A verified quorum, and how heavy it is. */
export type CertifiedVerdict = {
  readonly verdict: Verdict;
  readonly votes: readonly VoteGroup[];
  readonly holders: ReadonlySet<number>;
  readonly weight: bigint;
};

export type LevelState = {
  readonly level: number;
  readonly committee: Committee;
  /** Randomness of the beacon that drew the level. */
  readonly beacon: Uint8Array;
  /** [QUORUM-4] Whether verdicts that take money may be final here. */
  readonly isHeavy: boolean;
  readonly isLast: boolean;
  readonly commits: SparseMap<number, CommitRecord>;
  readonly reveals: SparseMap<number, RevealRecord>;
  /** Holders whose reveal was refused: they get no second try. */
  readonly refused: SparseSet<number>;
  readonly certified: SmallMap<Verdict, CertifiedVerdict>;
  /** Holders already named by a certificate that went around, by verdict. */
  readonly published: SmallMap<Verdict, ReadonlySet<number>>;
  own: OwnPart;
  provider: ProviderPart;
  /** Holder indices of challenges that count. [QUORUM-2] */
  readonly challengers: SparseSet<number>;
  /** Challenges that came too late to count alone. */
  readonly lateChallengers: SparseSet<number>;
  /** Holders of whom this node published evidence. */
  readonly accused: SparseSet<NodeId>;
  /** When this node will publish a certificate, if nobody did before. */
  publishAt: TimeMs | undefined;
  /** Whether the own dissent was said again, to all. [SHARD-2] */
  isRaised: boolean;
};

/** [SAMPLE-2] An opened leaf. */
export type OpenedLeaf = {
  /** As it was received, for those who ask. [WIRE-6] */
  readonly opening: Opening;
  readonly claim: Claim;
  readonly inlineInput: Uint8Array | undefined;
  /** [MODEL-1] A claim outside its manifest is `invalid`. */
  readonly isMalformed: boolean;
};

export type Decision = { readonly verdict: Verdict; readonly level: number };

/** The levels of a subject that are known, ascending. */
export class Levels {
  readonly #levels: (LevelState | undefined)[] = [];

  get(level: number): LevelState | undefined {
    return this.#levels[level];
  }

  add(state: LevelState): void {
    this.#levels[state.level] = state;
  }

  *[Symbol.iterator](): Iterator<LevelState> {
    for (const state of this.#levels) if (state !== undefined) yield state;
  }
}

export type SubjectState = {
  readonly subject: Subject;
  readonly key: SubjectKey;
  readonly batch: Batch;
  readonly manifest: ModelManifest;
  readonly calendar: Calendar;
  readonly lastLevel: number;
  readonly levels: Levels;
  /** Highest level that started here. */
  current: number;
  opened: OpenedLeaf | undefined;
  output: OutputMessage | undefined;
  /** [CERT-2] The final verdict, as far as this node knows. */
  decision: Decision | undefined;
  isUnresolved: boolean;
};

/** A plain copy of a subject, for tests, checkers and digests. */
export type SubjectSnapshot = {
  readonly subject: Subject;
  readonly provider: NodeId;
  readonly model: BlobId;
  readonly header: HeaderMessage;
  readonly current: number;
  readonly isOpened: boolean;
  /** Digest of the provider's output, once it was shown and hashed to the commitment. */
  readonly outputDigest: Digest | undefined;
  readonly decision: Decision | undefined;
  readonly isUnresolved: boolean;
  readonly levels: readonly LevelSnapshot[];
};

export type LevelSnapshot = {
  readonly level: number;
  readonly committee: Committee;
  readonly own: OwnPart['phase'];
  readonly committed: readonly NodeId[];
  readonly revealed: readonly { readonly holder: NodeId; readonly verdict: Verdict }[];
  readonly certified: readonly CertifiedVerdict[];
  readonly challengers: readonly NodeId[];
};
