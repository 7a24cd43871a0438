/**
 * Makes verified quorums of the reveals of a level: one aggregate check for all of them, bisected
 * when it fails.
 */
import { assert, type Verdict } from '../../base/index.ts';
import { findInvalidVotes } from '../../crypto/index.ts';
import { bitmapOf, type VoteGroup, voteSigningBytes } from '../../wire/index.ts';
import { weightOfHolders } from '../committee/committee.ts';
import type { Context } from '../context.ts';
import type {
  CertifiedVerdict,
  LevelState,
  RevealRecord,
  SubjectState,
} from '../verification/state.ts';
import { type ReachedVerdict, reachedVerdicts } from './tally.ts';

type Place = { readonly subject: SubjectState; readonly level: LevelState };

/**
 * Certifies what the reveals reach, and returns what is new or has become heavier.
 *
 * After the first quorum only all weight is worth another aggregate check, unless the caller says
 * that it is time for the rest: one check for the votes that trickle in, not one for each.
 */
export function certify(
  context: Context,
  place: Place,
  { isRestDue }: { readonly isRestDue: boolean },
): readonly CertifiedVerdict[] {
  const { level } = place;
  // [QUORUM-1] [QUORUM-5] nothing is reached by less than a quorum of all votes together
  const revealed = weightOfHolders(level.committee, level.reveals.keys());
  if (revealed < level.committee.quorum) return [];
  // beside a quorum for `valid` nothing else is reached; the rest of it can wait
  const isAll = revealed === level.committee.weight;
  if (level.certified.has('valid') && !isAll && !isRestDue) return [];
  const votes = votesOf(level);
  const news: CertifiedVerdict[] = [];
  for (const reached of reachedVerdicts(level.committee, votes, level.isHeavy)) {
    const indices = reached.values.flatMap((value) => [...(votes.get(value) ?? [])]);
    const weight = weightOfHolders(level.committee, indices);
    const known = level.certified.get(reached.verdict)?.weight;
    if (known !== undefined && known >= weight) continue;
    if (known !== undefined && weight < level.committee.weight && !isRestDue) continue;
    // a bad signature changes what is reached: count again without it
    if (!reached.values.every((value) => areSigned(context, place, { value, votes }))) {
      return [...news, ...certify(context, place, { isRestDue })];
    }
    const certified = combine(context, place, { reached, votes });
    level.certified.set(reached.verdict, certified);
    news.push(certified);
  }
  return news;
}

/** [QUORUM-1] Votes that follow and came in time, by value. */
export function votesOf(level: LevelState): ReadonlyMap<Verdict, ReadonlySet<number>> {
  const votes = new Map<Verdict, Set<number>>();
  for (const [index, reveal] of level.reveals) {
    if (reveal.follows !== true || !reveal.inTime) continue;
    const voters = votes.get(reveal.entry.verdict) ?? new Set();
    voters.add(index);
    votes.set(reveal.entry.verdict, voters);
  }
  return votes;
}

/** Checks the BLS signatures of `indices`; drops the reveals of those that fail. [VOTE-2] */
export function checkSignatures(
  context: Context,
  { subject, level }: Place,
  { verdict, indices }: { verdict: Verdict; indices: readonly number[] },
): boolean {
  const open = indices.filter((index) => level.reveals.get(index)?.isSignatureChecked === false);
  if (open.length === 0) return true;
  const votes = open.map((index) => ({
    voteKey: level.committee.voteKeys[index] as Uint8Array,
    signature: revealOf(level, index).entry.signature,
  }));
  const { network, crypto } = context;
  const message = voteSigningBytes(network.id, subject.subject, level.level, verdict);
  const { invalid } = findInvalidVotes(crypto, message, votes);
  const bad = new Set(invalid.map((position) => open[position] as number));
  for (const index of open) {
    if (!bad.has(index)) {
      revealOf(level, index).isSignatureChecked = true;
      continue;
    }
    level.reveals.delete(index);
    level.refused.add(index);
    const from = level.committee.holders[index] ?? '';
    context.report({ kind: 'fault', code: 'bad-vote-signature', from });
  }
  return bad.size === 0;
}

function areSigned(
  context: Context,
  place: Place,
  { value, votes }: { value: Verdict; votes: ReadonlyMap<Verdict, ReadonlySet<number>> },
): boolean {
  const indices = [...(votes.get(value) ?? [])];
  return checkSignatures(context, place, { verdict: value, indices });
}

function combine(
  context: Context,
  { level }: Place,
  { reached, votes }: { reached: ReachedVerdict; votes: ReadonlyMap<Verdict, ReadonlySet<number>> },
): CertifiedVerdict {
  const groups: VoteGroup[] = [];
  const holders = new Set<number>();
  for (const value of reached.values) {
    const indices = [...(votes.get(value) ?? [])].sort((a, b) => a - b);
    if (indices.length === 0) continue;
    const signatures = indices.map((index) => revealOf(level, index).entry.signature);
    const signature = context.crypto.aggregate(signatures);
    assert(signature !== undefined, 'signatures that were checked aggregate');
    groups.push({
      verdict: value,
      holders: bitmapOf(indices, level.committee.holders.length),
      signature,
    });
    for (const index of indices) holders.add(index);
  }
  const weight = weightOfHolders(level.committee, holders);
  return { verdict: reached.verdict, votes: groups, holders, weight };
}

function revealOf(level: LevelState, index: number): RevealRecord {
  const reveal = level.reveals.get(index);
  assert(reveal !== undefined, 'a counted vote has a reveal');
  return reveal;
}
