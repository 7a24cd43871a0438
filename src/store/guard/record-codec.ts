/**
 * Records of the sign guard as canonical dag-cbor, and the key under which two of them conflict.
 *
 * The layout is kept on disks and in interchange files: a change needs a new `FORMAT_VERSION`.
 */
import {
  ABSTENTION_REASONS,
  type BatchId,
  type Round,
  type Subject,
  subjectKey,
  unreachable,
  VERDICTS,
} from '../../base/index.ts';
import { type AnsweredLeaf, type GuardRecord, type Slot, slotKey } from '../../core/index.ts';
import {
  assuranceClassCodec,
  batchIdCodec,
  blobIdCodec,
  bytesBetween,
  claimCodec,
  digestCodec,
  executionClassCodec,
  formatOf,
  LIMITS,
  leafIndexCodec,
  levelCodec,
  measurementCodec,
  nodeIdCodec,
  oneOf,
  recordOf,
  roundCodec,
  uintBetween,
  unionOf,
} from '../../wire/index.ts';

/** Bytes of an encoded record: an inline input or a measurement, and its frame. */
export const RECORD_BYTES_MAX = LIMITS.messageBytes;

/** Tells the round of a batch: that of its header. */
export type RoundOf = (batch: BatchId) => Round;

type OfKind<K extends GuardRecord['kind']> = GuardRecord & { readonly kind: K };

const slotCodec = recordOf<Slot>({
  provider: nodeIdCodec,
  round: roundCodec,
  assuranceClass: assuranceClassCodec,
  model: blobIdCodec,
});

const leafCodec = recordOf<AnsweredLeaf>(
  {
    claim: claimCodec,
    salt: digestCodec,
    outputDigest: digestCodec,
    input: bytesBetween(0, LIMITS.inlineInputBytes),
  },
  ['input'],
);

const slotted = { slot: slotCodec, batch: batchIdCodec };
const placed = {
  subject: recordOf<Subject>({ batch: batchIdCodec, index: leafIndexCodec }),
  level: levelCodec,
};

const recordCodec = unionOf<'kind', GuardRecord>('kind', {
  ack: recordOf<OfKind<'ack'>>({ kind: oneOf(['ack']), ...slotted }),
  header: recordOf<OfKind<'header'>>({ kind: oneOf(['header']), ...slotted }),
  promise: recordOf<OfKind<'promise'>>({
    kind: oneOf(['promise']),
    slot: slotCodec,
    index: leafIndexCodec,
    leaf: leafCodec,
  }),
  commit: recordOf<OfKind<'commit'>>({
    kind: oneOf(['commit']),
    ...placed,
    measurement: measurementCodec,
    executionClass: executionClassCodec,
  }),
  abstain: recordOf<OfKind<'abstain'>>({
    kind: oneOf(['abstain']),
    ...placed,
    reason: oneOf(ABSTENTION_REASONS),
  }),
  confirm: recordOf<OfKind<'confirm'>>({
    kind: oneOf(['confirm']),
    number: uintBetween(1, LIMITS.setSteps),
    step: digestCodec,
    round: roundCodec,
  }),
  vote: recordOf<OfKind<'vote'>>({ kind: oneOf(['vote']), ...placed, verdict: oneOf(VERDICTS) }),
});

const recordFormat = formatOf(recordCodec, RECORD_BYTES_MAX);

/**
 * Returns the canonical bytes of `record`.
 * @throws AssertionError when a field exceeds the limits of the wire format
 */
export function encodeRecord(record: GuardRecord): Uint8Array {
  return recordFormat.encode(record);
}

/** Returns the record of canonical `bytes`, or `undefined` if they are none. Does not throw. */
export function decodeRecord(bytes: Uint8Array): GuardRecord | undefined {
  const result = recordFormat.decode(bytes);
  return result.kind === 'ok' ? result.value : undefined;
}

/** [GUARD-2] Returns what may be signed once: two records of one key are equal or conflict. */
export function recordKey(record: GuardRecord): string {
  switch (record.kind) {
    case 'ack':
    case 'header':
      return `${record.kind} ${slotKey(record.slot)}`;
    case 'promise':
      return `promise ${slotKey(record.slot)} leaf ${record.index}`;
    case 'commit':
    case 'abstain':
      return `commit ${subjectKey(record.subject)} level ${record.level}`;
    case 'vote':
      return `vote ${subjectKey(record.subject)} level ${record.level}`;
    case 'confirm':
      return `confirm set ${record.number}`;
    default:
      return unreachable(record);
  }
}

/** Returns the round that `record` belongs to; `roundOf` tells that of a subject's batch. */
export function recordRound(record: GuardRecord, roundOf: RoundOf): Round {
  return 'subject' in record ? roundOf(record.subject.batch) : ownRound(record);
}

/** Returns the round that a record names itself, if it names one. */
export function roundNamedBy(record: GuardRecord): Round | undefined {
  return 'subject' in record ? undefined : ownRound(record);
}

function ownRound(record: Exclude<GuardRecord, { subject: Subject }>): Round {
  return record.kind === 'confirm' ? record.round : record.slot.round;
}

/**
 * [SET-2] Whether a record stays when its round is pruned: which set a key confirmed is never
 * forgotten, because a set of the same number may come at any time.
 */
export function isKeptForever({ kind }: GuardRecord): boolean {
  return kind === 'confirm';
}
