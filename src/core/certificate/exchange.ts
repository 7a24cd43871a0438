/**
 * Who publishes certificates, when, and which ones of others are worth forwarding. [CERT-1]
 *
 * Anybody may aggregate. Here the holders who voted for a verdict take turns: the first of them
 * waits a little for the last votes, each next one a little longer, and whoever has nothing to add
 * to what went around stays silent.
 */
import { type NodeId, Remembered, type TimeMs, timeMs, type Verdict } from '../../base/index.ts';
import { bitmapIndices, type CertificateMessage } from '../../wire/index.ts';
import type { Context } from '../context.ts';
import { guiltyOf } from '../evidence/evidence.ts';
import { ACCEPTED, ignored, type Judgement, rejected } from '../judgement.ts';
import type { Patience } from '../patience.ts';
import { certify } from '../tally/aggregate.ts';
import { isConflict } from '../tally/tally.ts';
import type { CertifiedVerdict, LevelState, SubjectState } from '../verification/state.ts';
import { buildCertificate, verifyVotes } from './certificate.ts';

type Place = { readonly subject: SubjectState; readonly level: LevelState };

/** Counts votes again; sets when this node will publish, if it has something to add. */
export function tally(
  context: Context,
  place: Place,
  { patience, isRestDue }: { readonly patience: Patience; readonly isRestDue: boolean },
): boolean {
  const news = certify(context, place, { isRestDue });
  for (const certified of news) reportCertified(context, place, certified);
  schedulePublication(context, place, patience);
  return news.length > 0;
}

/** [CERT-1] Publishes what others do not have yet, when it is this node's turn. */
export function publishDue(context: Context, place: Place): void {
  const { subject, level } = place;
  if (level.publishAt === undefined || context.now < level.publishAt) return;
  level.publishAt = undefined;
  for (const certified of certify(context, place, { isRestDue: true })) {
    reportCertified(context, place, certified);
  }
  for (const certified of level.certified.values()) {
    if (!addsHolder(level, certified)) continue;
    const { beacons } = context;
    const at = { subject, level: level.level, beacons };
    const certificate = buildCertificate(at, certified);
    if (certificate === undefined) continue;
    markPublished(level, certified);
    context.publish(certificate);
  }
}

/** Takes a certificate of a known level from somebody else. */
export function takeCertificate(
  context: Context,
  place: Place,
  certificate: CertificateMessage,
): Judgement {
  const { crypto } = context;
  const { draws } = place.subject.batch;
  const { network } = draws;
  const { level } = place;
  // [CERT-1] taken and forwarded only if it adds a holder; [WIRE-3] which is cheap to see
  if (!addsHolder(level, namedBy(level, certificate))) return ignored('adds-no-holder');
  const check = verifyVotes(network, crypto, { certificate, committee: level.committee, draws });
  if (check.kind === 'invalid') return rejected(`certificate-${check.check}`);
  const { verdict, votes } = certificate;
  const certified = { verdict, votes, holders: check.holders, weight: check.weight };
  markPublished(level, certified);
  const known = level.certified.get(verdict);
  if (known === undefined) accuseBoth(context, place, certified);
  if (known === undefined || known.weight < certified.weight) {
    level.certified.set(verdict, certified);
    reportCertified(context, place, certified);
  }
  return ACCEPTED;
}

/** [CERT-3] Two conflicting certificates of one level convict whoever signed both. */
function accuseBoth(context: Context, place: Place, certified: CertifiedVerdict): void {
  const { crypto, beacons, chain } = context;
  const at = { subject: place.subject, level: place.level.level, beacons };
  for (const other of place.level.certified.values()) {
    if (!isConflict(other.verdict, certified.verdict)) continue;
    const first = buildCertificate(at, other);
    const second = buildCertificate(at, certified);
    if (first === undefined || second === undefined) continue;
    const evidence = { type: 'evidence', kind: 'certificates', first, second } as const;
    context.accuse(evidence, guiltyOf(chain, crypto, evidence));
  }
}

const idsOf = new Remembered<ReadonlySet<number>, readonly NodeId[]>();

function reportCertified(
  context: Context,
  { subject, level }: Place,
  { verdict, holders }: CertifiedVerdict,
): void {
  const ids = idsOf.get(holders, [level.committee], () => {
    return [...holders].flatMap((index) => level.committee.holders[index] ?? []);
  });
  context.report({
    kind: 'certified',
    subject: subject.subject,
    level: level.level,
    verdict,
    holders: ids,
  });
}

const named = new Remembered<CertificateMessage['votes'], ReadonlySet<number>>();

/** The verdict of a certificate and the holders that its bitmaps name, unchecked. */
function namedBy(
  level: LevelState,
  { verdict, votes }: CertificateMessage,
): Pick<CertifiedVerdict, 'verdict' | 'holders'> {
  const size = level.committee.holders.length;
  const holders = named.get(votes, [size], () => {
    return new Set(votes.flatMap((group) => bitmapIndices(group.holders, size) ?? []));
  });
  return { verdict, holders };
}

function addsHolder(
  level: LevelState,
  { verdict, holders }: Pick<CertifiedVerdict, 'verdict' | 'holders'>,
): boolean {
  const known = level.published.get(verdict);
  if (known === undefined) return true;
  for (const index of holders) if (!known.has(index)) return true;
  return false;
}

function markPublished(level: LevelState, { verdict, holders }: CertifiedVerdict): void {
  const known = level.published.get(verdict);
  const isSubset = known === undefined || [...known].every((index) => holders.has(index));
  level.published.set(verdict, isSubset ? holders : new Set([...known, ...holders]));
}

function schedulePublication(
  context: Context,
  { subject, level }: Place,
  patience: Patience,
): void {
  if (level.publishAt !== undefined) return;
  // only holders have a turn
  if (!level.committee.indexOf.has(context.id)) return;
  let soonest: TimeMs | undefined;
  for (const certified of level.certified.values()) {
    if (!isWorthPublishing(subject, level, certified)) continue;
    const turn = turnOf(level, certified, context.id);
    if (turn === undefined) continue;
    const at = timeMs(context.now + patience.certificateMs + turn * patience.turnMs);
    if (soonest === undefined || at < soonest) soonest = at;
  }
  level.publishAt = soonest;
}

/** The first quorum, all weight, and what was late at the reveal deadline. */
function isWorthPublishing(
  subject: SubjectState,
  level: LevelState,
  certified: CertifiedVerdict,
): boolean {
  if (!addsHolder(level, certified)) return false;
  if (!level.published.has(certified.verdict)) return true;
  if (certified.weight === level.committee.weight) return true;
  return subject.calendar.hasPassed(level.level, 'reveal');
}

function turnOf(
  level: LevelState,
  { holders }: { verdict: Verdict; holders: ReadonlySet<number> },
  self: string,
): number | undefined {
  const turn = [...holders]
    .sort((a, b) => a - b)
    .findIndex((index) => level.committee.holders[index] === self);
  return turn === -1 ? undefined : turn;
}
