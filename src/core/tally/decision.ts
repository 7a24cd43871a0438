/**
 * [CERT-2] What is final: one order of decision for all nodes. Pure.
 */
import type { NodeId, Verdict } from '../../base/index.ts';
import type { Pool } from '../committee/committee.ts';
import type { Network } from '../network.ts';
import type { Decision, LevelState, SubjectState } from '../verification/state.ts';

/** Order in which verdicts of one level are looked at: `invalid` stands beside `unavailable`. */
const ORDER: readonly Verdict[] = ['invalid', 'unavailable', 'inconclusive', 'valid'];

/** What is known about one level when it is asked what is final. */
export type LevelFindings = {
  readonly level: number;
  readonly certified: readonly { readonly verdict: Verdict; readonly weight: bigint }[];
  /** k of the committee. */
  readonly weight: bigint;
  readonly isHeavy: boolean;
  readonly isLast: boolean;
  /** The challenge window closed. */
  readonly isOver: boolean;
  /** A challenge against `valid` counts. */
  readonly isChallenged: boolean;
};

/** Returns what is final by these findings, given by ascending level; `undefined` if nothing is. */
export function finalVerdict(levels: readonly LevelFindings[]): Decision | undefined {
  let decision: Decision | undefined;
  for (const level of levels) {
    for (const { verdict, weight } of inOrder(level.certified)) {
      // [QUORUM-4] below slashSeats only valid is final
      if (verdict !== 'valid' && !level.isHeavy) continue;
      // [CERT-2] all weight: at once, and nothing overrules it
      if (weight === level.weight) return { verdict, level: level.level };
      // [CERT-2] at the last level at once, else when no challenge came
      const isOpen = !level.isOver || (verdict === 'valid' && level.isChallenged);
      if (isOpen && !level.isLast) continue;
      decision = { verdict, level: level.level };
      break;
    }
  }
  return decision;
}

/** Returns the verdict that is final for a node with this knowledge, or `undefined`. */
export function decide(subject: SubjectState): Decision | undefined {
  const levels = [...subject.levels];
  return finalVerdict(
    levels.map((level) => ({
      level: level.level,
      certified: [...level.certified.values()],
      weight: level.committee.weight,
      isHeavy: level.isHeavy,
      isLast: level.isLast,
      isOver: subject.calendar.hasPassed(level.level, 'settle'),
      isChallenged: isChallenged(subject, level),
    })),
  );
}

/**
 * [QUORUM-4] Tells whether a level may carry verdicts that take money: enough seats or the whole
 * pool, and a pool that is not a niche. [MODEL-1]
 */
export function isHeavyLevel(
  network: Network,
  { pool, seats, provider }: { pool: Pool; seats: number; provider: NodeId },
): boolean {
  if (network.ablated.has('QUORUM-4')) return true;
  const isWholePool = seats >= pool.members.length;
  if (seats < network.parameters.slashSeats && !isWholePool) return false;
  const { numerator, denominator } = network.parameters.minPoolStake;
  const own = network.validatorIndex.get(provider);
  const others = network.totalStake - (network.validators[own ?? -1]?.stake ?? 0n);
  return pool.stake * denominator >= others * numerator;
}

/**
 * [QUORUM-2] A challenge counts if it came in time, or if enough of the next level took it up.
 * Only `valid` can be challenged.
 */
export function isChallenged(subject: SubjectState, level: LevelState): boolean {
  if (!level.certified.has('valid')) return false;
  if (level.challengers.size > 0) return true;
  if (level.lateChallengers.size === 0) return false;
  const next = subject.levels.get(level.level + 1);
  if (next === undefined) return false;
  let committed = 0n;
  for (const [index, commit] of next.commits) {
    if (commit.inTime) committed += next.committee.weights[index] ?? 0n;
  }
  return committed >= next.committee.blocking;
}

function inOrder<C extends { readonly verdict: Verdict }>(certified: readonly C[]): readonly C[] {
  return ORDER.flatMap((verdict) => certified.filter((c) => c.verdict === verdict));
}
