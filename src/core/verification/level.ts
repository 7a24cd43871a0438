/**
 * One level of one subject: what its holders said, checked entry by entry.
 */
import {
  assert,
  type Digest,
  equalBytes,
  type NodeId,
  SmallMap,
  SparseMap,
  SparseSet,
  subjectKey,
} from '../../base/index.ts';
import {
  type AbstainEntry,
  type CommitEntry,
  commitmentOf,
  type RevealEntry,
} from '../../wire/index.ts';
import type { Context } from '../context.ts';
import { ACCEPTED, ignored, type Judgement, rejected } from '../judgement.ts';
import { boundTo, type CommonNetwork } from '../network.ts';
import { isHeavyLevel } from '../tally/decision.ts';
import type { CommitRecord, EntrySource, LevelState, SubjectState } from './state.ts';
import { doesVoteFollow } from './vote.ts';

const WAITING = { phase: 'waiting' } as const;
const BYSTANDER = { phase: 'bystander' } as const;
const UNKNOWN = { phase: 'unknown' } as const;

/** Creates the state of a level whose drawing beacon is known. */
export function createLevel(
  context: Context,
  subject: SubjectState,
  { level, beacon }: { level: number; beacon: Uint8Array },
): LevelState {
  const { batch } = subject;
  const { draws } = batch;
  const { network } = draws;
  const seats = network.parameters.levels[level] ?? 0;
  assert(level <= subject.lastLevel, 'no level lies beyond the last one');
  const committee = draws.level(batch, {
    index: subject.subject.index,
    level,
    randomness: beacon,
  });
  const isHolder = committee.indexOf.has(context.id);
  return {
    level,
    committee,
    beacon,
    isHeavy: isHeavyLevel(network, { pool: draws.pool(batch), seats, provider: batch.provider }),
    isLast: level === subject.lastLevel,
    commits: new SparseMap(),
    reveals: new SparseMap(),
    refused: new SparseSet(),
    certified: new SmallMap(),
    published: new SmallMap(),
    own: isHolder ? WAITING : BYSTANDER,
    provider: UNKNOWN,
    challengers: new SparseSet(),
    lateChallengers: new SparseSet(),
    accused: new SparseSet(),
    publishAt: undefined,
    isRaised: false,
  };
}

/** What a new entry of a holder means. */
export type EntryOutcome = {
  readonly judgement: Judgement;
  /** An earlier entry of the same holder that this one contradicts: evidence. */
  readonly contradicts?: EntrySource;
};

type Incoming<Entry> = {
  readonly holder: NodeId;
  readonly entry: Entry;
  readonly source: EntrySource;
  /** Whether the deadline of its kind, commit or challenge, has not passed here. */
  readonly isInTime: boolean;
};

/** Takes a commit or an abstention. [COMMIT-1] [VOTE-3] */
export function addCommit(
  level: LevelState,
  { holder, entry, source, isInTime }: Incoming<CommitEntry | AbstainEntry>,
): EntryOutcome {
  // [SEAT-3] a message from a non-holder is rejected
  const index = level.committee.indexOf.get(holder);
  if (index === undefined) return { judgement: rejected('commit-without-seat') };
  const commitment = entry.kind === 'commit' ? entry.commitment : undefined;
  const known = level.commits.get(index);
  if (known !== undefined) return repeated(known, commitment);
  level.commits.set(index, { source, entry, commitment, inTime: isInTime });
  return { judgement: ACCEPTED };
}

/** [COMMIT-1] Two different commits of one holder are evidence; the same one again is nothing. */
function repeated(known: CommitRecord, commitment: Uint8Array | undefined): EntryOutcome {
  const isSame =
    known.commitment === undefined || commitment === undefined
      ? known.commitment === commitment
      : equalBytes(known.commitment, commitment);
  if (isSame) return { judgement: ignored('known-commit') };
  return { judgement: ACCEPTED, contradicts: known.source };
}

/** Takes a reveal, whose measurement and salt recompute to the commit. [VOTE-3] */
export function addReveal(
  context: Context,
  { subject, level }: { subject: SubjectState; level: LevelState },
  { holder, entry, source, isInTime }: Incoming<RevealEntry>,
): EntryOutcome {
  // [SEAT-3] a message from a non-holder is rejected
  const index = level.committee.indexOf.get(holder);
  if (index === undefined) return { judgement: rejected('reveal-without-seat') };
  const before = level.reveals.get(index);
  const commitment = commitmentBehind(context.network, source.bundle, entry);
  if (before !== undefined) {
    // [VOTE-2] two different votes are evidence, and so are two measurements [COMMIT-1]
    const first = commitmentBehind(context.network, before.source.bundle, before.entry);
    const isSame = before.entry.verdict === entry.verdict && equalBytes(first, commitment);
    return isSame
      ? { judgement: ignored('known-reveal') }
      : { judgement: ACCEPTED, contradicts: before.source };
  }
  if (level.refused.has(index)) return { judgement: ignored('refused-before') };
  const commit = level.commits.get(index);
  if (commit !== undefined && !isSameCommitment(commit, commitment)) {
    // a reveal carries its commit: another one is a second commit
    return { judgement: ACCEPTED, contradicts: commit.source };
  }
  if (commit === undefined) {
    const inTime = !subject.calendar.hasPassed(level.level, 'commit');
    level.commits.set(index, { source, entry, commitment, inTime });
  }
  level.reveals.set(index, {
    source,
    entry,
    follows: undefined,
    isSignatureChecked: false,
    inTime: isInTime,
  });
  checkReveal(context, { subject, level, index });
  // [VOTE-1] a reveal whose vote does not follow does not count; its signer was reported
  const isKept = level.reveals.has(index);
  return { judgement: isKept ? ACCEPTED : ignored('vote-does-not-follow') };
}

/** Commitments by the reveal itself: entries are never changed, and simulated nodes share them. */
const commitments = new WeakMap<RevealEntry, Digest>();

/** The commitment to which a reveal recomputes. */
function commitmentBehind(
  network: CommonNetwork,
  bundle: EntrySource['bundle'],
  entry: RevealEntry,
): Digest {
  const known = commitments.get(entry);
  if (known !== undefined) return known;
  const { level, measurement, salt } = entry;
  const subject = { batch: entry.batch, index: entry.index };
  const validator = boundTo(network, bundle.validator);
  const networkId = network.id;
  const commitment = commitmentOf({ networkId, subject, level, validator, measurement, salt });
  commitments.set(entry, commitment);
  return commitment;
}

/** Tells whether two reveals of one holder say the same, without hashing. */
export function isSameReveal(a: RevealEntry, b: RevealEntry): boolean {
  if (a.verdict !== b.verdict || !equalBytes(a.salt, b.salt)) return false;
  if (a.measurement.kind === 'empty' || b.measurement.kind === 'empty') {
    return a.measurement.kind === b.measurement.kind;
  }
  return equalBytes(a.measurement.levelDigest, b.measurement.levelDigest);
}

function isSameCommitment(commit: CommitRecord, commitment: Uint8Array): boolean {
  return commit.commitment !== undefined && equalBytes(commit.commitment, commitment);
}

/** [VOTE-1] Checks a reveal as far as this node can; drops it if its vote does not follow. */
export function checkReveal(
  context: Context,
  { subject, level, index }: { subject: SubjectState; level: LevelState; index: number },
): void {
  const reveal = level.reveals.get(index);
  if (reveal === undefined || reveal.follows === true) return;
  if (!context.isInForce('VOTE-1')) {
    reveal.follows = true;
    return;
  }
  reveal.follows = doesVoteFollow(reveal.entry.verdict, {
    own: reveal.entry.measurement,
    isOpened: subject.opened !== undefined,
    isMalformed: subject.opened?.isMalformed ?? false,
    provider: level.provider.phase === 'measured' ? level.provider.measurement : undefined,
    comparator: subject.manifest.comparator,
    sketchSize: context.network.parameters.sketchSize,
  });
  if (reveal.follows !== false) return;
  level.reveals.delete(index);
  level.refused.add(index);
  context.report({
    kind: 'fault',
    code: 'vote-does-not-follow',
    from: level.committee.holders[index] ?? '',
  });
}

/** [COMMIT-2] Tells whether every holder committed or abstained. */
export function isCommitComplete(level: LevelState): boolean {
  return level.commits.size === level.committee.holders.length;
}

/** [VOTE-4] Holders whose commits were seen in time. */
export function seenInTime(level: LevelState): readonly number[] {
  return [...level.commits]
    .filter(([, commit]) => commit.inTime)
    .map(([index]) => index)
    .sort((a, b) => a - b);
}

/** The id of the work that a level needs. */
export function workId(kind: 'run' | 'measure', subject: SubjectState, level: number): string {
  return `${kind}/${subjectKey(subject.subject)}/${level}`;
}
