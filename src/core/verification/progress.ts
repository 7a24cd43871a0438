/**
 * What a holder does next at a level: execute, commit, measure the provider's output, reveal.
 *
 * Each change of its phase is written here, once. Called after whatever may have changed; a call
 * that finds nothing to do changes nothing.
 */
import { assert, type Digest, digest, type Measurement, type Verdict } from '../../base/index.ts';
import {
  type BundleEntry,
  bitmapOf,
  commitmentOf,
  encodeCanonical,
  voteSigningBytes,
} from '../../wire/index.ts';
import { drawingRound, PHASES } from '../calendar.ts';
import type { Context } from '../context.ts';
import type { GuardRecord } from '../guard.ts';
import { boundTo } from '../network.ts';
import { isCommitComplete, seenInTime, workId } from './level.ts';
import type { LevelState, SubjectState } from './state.ts';
import { followingVote } from './vote.ts';

/** What a validator needs to take part: a voice, its guard, its execution class. */
export type Participation = {
  /**
   * Takes an entry for the next bundle; its guard record is durable [GUARD-1]. It is heard in the
   * shard of its batch, or by all [SHARD-2].
   */
  readonly say: (entry: BundleEntry, toAll?: 'to-all') => void;
  /** [GUARD-1] What this identity signed before, by subject and level. */
  readonly signed: (subject: SubjectState, level: number) => SignedBefore;
  readonly executionClass: string;
};

/** Records of the sign guard about one subject and level. */
export type SignedBefore = {
  readonly commit?: GuardRecord & { kind: 'commit' | 'abstain' };
  readonly vote?: GuardRecord & { kind: 'vote' };
};

type Place = { readonly subject: SubjectState; readonly level: LevelState };

/** Takes every step that is possible now. */
export function progress(context: Context, part: Participation, place: Place): void {
  const { level } = place;
  if (level.own.phase === 'waiting') startWork(context, part, place);
  if (level.own.phase === 'executing') giveUpOnInput(context, part, place);
  if (level.own.phase === 'committed') {
    measureProvider(context, place);
    reveal(context, part, place);
  }
}

/** Begins the execution, or commits to nothing if there was nothing to execute. */
function startWork(context: Context, part: Participation, place: Place): void {
  const { subject, level } = place;
  if (isDecidedWithoutUs(context, place)) {
    level.own = { phase: 'bystander' };
    return;
  }
  const { commit } = part.signed(subject, level.level);
  if (commit?.kind === 'abstain') return abstainAgain(part, place, commit);
  if (commit?.kind === 'commit') return commitTo(context, part, place, commit);
  const { opened } = subject;
  // [VOTE-3] malformed claim, or no opening by the deadline: the empty measurement
  const isHopeless = opened?.isMalformed ?? subject.calendar.hasPassed(level.level, 'open');
  if (isHopeless) return commitEmpty(context, part, place);
  if (opened === undefined) return;
  const isInline = opened.inlineInput !== undefined;
  level.own = { phase: 'executing', isInline, isInputMissing: false };
  context.emit({
    kind: 'execute',
    id: workId('run', subject, level.level),
    subject: subject.subject,
    level: level.level,
    model: opened.claim.model,
    input: opened.claim.input,
    ...(opened.inlineInput === undefined ? {} : { inlineInput: opened.inlineInput }),
    beacon: level.beacon,
  });
}

/**
 * [WIRE-6] Tells whether a level was certified before this node learned of it, and beacon t_l+1 is
 * known: nobody counts a vote any more. So late and restarted nodes do not vote on what is over.
 * Without a certificate it may be a burst of beacons, after which everybody still votes.
 */
function isDecidedWithoutUs({ beacons }: Context, { subject, level }: Place): boolean {
  if (level.certified.size === 0) return false;
  const { first, lengths } = subject.calendar;
  const drawn = drawingRound(first, lengths, level.level);
  const untilChallenge = lengths
    .slice(0, PHASES.indexOf('challenge') + 1)
    .reduce((sum, length) => sum + length, 0);
  return (beacons.latest ?? 0) >= drawn + untilChallenge;
}

/**
 * [VOTE-3] Input missing at the open deadline: commits to the empty measurement. An opening that
 * brought the input after all starts the work again.
 */
function giveUpOnInput(context: Context, part: Participation, place: Place): void {
  const { subject, level } = place;
  if (level.own.phase !== 'executing' || !level.own.isInputMissing) return;
  if (!level.own.isInline && subject.opened?.inlineInput !== undefined) {
    return startWork(context, part, place);
  }
  if (!subject.calendar.hasPassed(level.level, 'open')) return;
  commitEmpty(context, part, place);
}

function commitEmpty(context: Context, part: Participation, place: Place): void {
  const measurement: Measurement = { kind: 'empty' };
  commitTo(context, part, place, { measurement, executionClass: part.executionClass });
}

/** [COMMIT-1] Commits to a measurement; durable before it leaves. [GUARD-1] */
export function commitTo(
  context: Context,
  part: Participation,
  { subject, level }: Place,
  found: { readonly measurement: Measurement; readonly executionClass: string },
): void {
  const { measurement, executionClass } = found;
  if (part.signed(subject, level.level).commit === undefined) {
    const at = { subject: subject.subject, level: level.level };
    context.emit({
      kind: 'persist',
      record: { kind: 'commit', ...at, measurement, executionClass },
    });
  }
  level.own = { phase: 'committed', measurement, executionClass };
  part.say({
    kind: 'commit',
    ...subject.subject,
    level: level.level,
    commitment: commitmentOf({
      networkId: context.network.id,
      subject: subject.subject,
      level: level.level,
      validator: boundTo(context.network, context.id),
      measurement,
      salt: saltOf(context, subject, level.level),
    }),
  });
  context.report({ kind: 'committed', subject: subject.subject, level: level.level });
}

/** [EXEC-2] A failure of resources is an abstention with a reason, never a verdict. */
export function abstain(
  context: Context,
  part: Participation,
  { subject, level }: Place,
  reason: (GuardRecord & { kind: 'abstain' })['reason'],
): void {
  const record: GuardRecord & { kind: 'abstain' } = {
    kind: 'abstain',
    subject: subject.subject,
    level: level.level,
    reason,
  };
  context.emit({ kind: 'persist', record });
  abstainAgain(part, { subject, level }, record);
}

function abstainAgain(
  part: Participation,
  { subject, level }: Place,
  { reason }: GuardRecord & { kind: 'abstain' },
): void {
  level.own = { phase: 'abstained' };
  part.say({ kind: 'abstain', ...subject.subject, level: level.level, reason });
}

/** [SAMPLE-2] After the own commit, a holder fetches the output and measures it itself. */
function measureProvider(context: Context, { subject, level }: Place): void {
  if (level.own.phase !== 'committed' || level.own.measurement.kind === 'empty') return;
  requestMeasurement(context, { subject, level });
}

/** Asks for the measurement of the revealed output, once per level. */
export function requestMeasurement(context: Context, { subject, level }: Place): void {
  if (level.provider.phase !== 'unknown' || subject.output === undefined) return;
  level.provider = { phase: 'measuring' };
  context.emit({
    kind: 'measure-output',
    id: workId('measure', subject, level.level),
    subject: subject.subject,
    level: level.level,
    digest: subject.output.digest,
    beacon: level.beacon,
  });
}

/** Reveals measurement and vote when both may be shown and the vote is determined. */
function reveal(context: Context, part: Participation, place: Place): void {
  const { subject, level } = place;
  if (level.own.phase !== 'committed') return;
  // votes count until the challenge deadline: a later one helps nobody [CERT-1]
  if (subject.calendar.hasPassed(level.level, 'challenge')) return;
  if (!mayShow(context, place)) return;
  const { measurement, executionClass } = level.own;
  const verdict = part.signed(subject, level.level).vote?.verdict ?? dueVote(context, place);
  if (verdict === undefined) return;
  if (part.signed(subject, level.level).vote === undefined) {
    const at = { subject: subject.subject, level: level.level };
    context.emit({ kind: 'persist', record: { kind: 'vote', ...at, verdict } });
  }
  level.own = { phase: 'revealed', verdict };
  const message = voteSigningBytes(context.network.id, subject.subject, level.level, verdict);
  part.say({
    kind: 'reveal',
    ...subject.subject,
    level: level.level,
    measurement,
    salt: saltOf(context, subject, level.level),
    verdict,
    executionClass,
    signature: context.signer.signVote(message),
    seen: bitmapOf(seenInTime(level), level.committee.holders.length),
  });
  context.report({
    kind: 'revealed',
    subject: subject.subject,
    level: level.level,
    verdict,
  });
}

/** [COMMIT-2] Not before all holders committed, or the commit deadline passed. */
function mayShow(context: Context, { subject, level }: Place): boolean {
  if (!context.isInForce('COMMIT-2')) return true;
  return isCommitComplete(level) || subject.calendar.hasPassed(level.level, 'commit');
}

/** [VOTE-1] The vote that follows, once output or output deadline decide it. */
function dueVote(context: Context, { subject, level }: Place): Verdict | undefined {
  if (level.own.phase !== 'committed') return undefined;
  const { measurement } = level.own;
  const provider = level.provider.phase === 'measured' ? level.provider.measurement : undefined;
  const isDetermined =
    measurement.kind === 'empty' ||
    provider !== undefined ||
    subject.calendar.hasPassed(level.level, 'output');
  if (!isDetermined) return undefined;
  return followingVote({
    own: measurement,
    isMalformed: subject.opened?.isMalformed ?? false,
    provider,
    comparator: subject.manifest.comparator,
    sketchSize: context.network.parameters.sketchSize,
  });
}

/** [COMMIT-1] salt = PRF(own secret, subject, level), so that a crash loses nothing. */
function saltOf(context: Context, { subject }: SubjectState, level: number): Digest {
  const name = ['assay/salt', context.network.id, subject.batch, subject.index, level];
  const salt = context.signer.deriveSecret(encodeCanonical(name));
  assert(salt.length === 32, 'a derived secret has 32 bytes');
  return digest(salt);
}
