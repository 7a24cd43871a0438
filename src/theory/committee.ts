/**
 * What a committee of k seats, drawn by stake with replacement, can be made to say.
 *
 * X is the number of adversary seats, binomial(k, f), f the adversary's share of stake; s is the
 * share of honest seats that are silent. A verdict needs q = ⌊2k/3⌋ + 1 seats, [QUORUM-1].
 * Limit: the formulas are for seats. When a level is the whole pool, nothing is drawn: it is
 * captured from 2/3 of the pool's stake on, and only `isWholeSetStuck` speaks of it.
 */
import type { Fraction } from '../base/index.ts';
import type { Share } from './arguments.ts';
import { requireCount, split } from './arguments.ts';
import { binomialLogUpper, binomialUpper } from './distributions.ts';
import { TheoryError } from './error.ts';

/** A committee and the stake against it. */
export type Committee = {
  readonly seats: number;
  /** Seats that a verdict needs; without it ⌊2k/3⌋ + 1. */
  readonly quorum?: number;
  /** Share of stake that the adversary holds, 0..1. */
  readonly adversary: Share;
};

/** A committee some of whose honest seats are silent. */
export type CommitteeWithSilence = Committee & {
  /** Share of honest seats that are silent, 0..1. */
  readonly silent: Share;
};

/** Returns ⌊2 · seats / 3⌋ + 1, the seats of a verdict, [QUORUM-1]. */
export function quorumOf(seats: number): number {
  requireCount(seats, 'seats', { min: 1 });
  return Math.floor((2 * seats) / 3) + 1;
}

/** Returns P[X ≥ q]: the adversary alone certifies what it likes. */
export function captured(committee: Committee): number {
  return binomialUpper(lawOf(committee), checkedQuorum(committee));
}

/** Returns log10 P[X ≥ q], where the probability itself may be below the least double. */
export function capturedLog10(committee: Committee): number {
  return binomialLogUpper(lawOf(committee), checkedQuorum(committee)) / Math.LN10;
}

/** Returns P[X ≥ k−q+1]: the adversary alone can prevent any verdict. */
export function vetoed(committee: Committee): number {
  return binomialUpper(lawOf(committee), committee.seats - checkedQuorum(committee) + 1);
}

/**
 * Returns Σ_{x ≥ q} P[X = x] s^(k−x): a wrong claim passes and nobody who could tell speaks.
 * All adversary seats vote for it, every other seat is silent. f^k when nobody is silent.
 */
export function escapedUnseen(committee: CommitteeWithSilence): number {
  const { seats } = committee;
  const quorum = checkedQuorum(committee);
  const adversary = split(committee.adversary, 'adversary');
  const silent = split(committee.silent, 'silent');
  const quiet = adversary.rest * silent.share;
  if (adversary.share === 0) return 0;
  if (quiet === 0) return adversary.share ** seats;
  // The sum is a binomial tail of k trials with odds f : (1−f)s, times the total of both to the k.
  const total = adversary.share + quiet;
  const probability = adversary.share / total;
  const law = { trials: seats, probability };
  return Math.exp(seats * Math.log(total) + binomialLogUpper(law, quorum));
}

/**
 * Returns (f + (1−f)δ)^k: every seat is the adversary's or misses the fault; nobody is silent.
 * @param committee.miss share of wrong outputs that an honest seat takes for right, δ
 */
export function escapedUndetected(committee: {
  readonly seats: number;
  readonly adversary: Share;
  readonly miss: Share;
}): number {
  requireCount(committee.seats, 'seats', { min: 1 });
  const adversary = split(committee.adversary, 'adversary');
  const miss = split(committee.miss, 'miss');
  return (adversary.share + adversary.rest * miss.share) ** committee.seats;
}

/**
 * Returns 1−(1−c)^k: at least one of the seats challenges an honest claim.
 * @param committee.share challengers' share of stake, or the false-alarm probability of a seat
 */
export function challenged(committee: { readonly seats: number; readonly share: Share }): number {
  requireCount(committee.seats, 'seats', { min: 1 });
  const { share } = split(committee.share, 'share');
  return -Math.expm1(committee.seats * Math.log1p(-share));
}

/** Returns P[fewer than q seats are honest and awake]: an honest claim gets no verdict. */
export function undecided(committee: CommitteeWithSilence): number {
  const quorum = checkedQuorum(committee);
  const { seats } = committee;
  const awake = awakeShare(committee);
  return binomialUpper({ trials: seats, probability: awake.rest }, seats - quorum + 1);
}

/**
 * Returns the probability that an honest claim goes to the next level when every adversary seat
 * challenges: 1 − P[no adversary seat and at least q honest seats awake].
 */
export function escalated(committee: CommitteeWithSilence): number {
  const { seats } = committee;
  const quorum = checkedQuorum(committee);
  const adversary = split(committee.adversary, 'adversary');
  const silent = split(committee.silent, 'silent');
  const quorumAwake = binomialUpper({ trials: seats, probability: silent.rest }, quorum);
  const nobodyDissents = seats * Math.log1p(-adversary.share);
  return -Math.expm1(nobodyDissents + Math.log(quorumAwake));
}

/**
 * Tells whether a level that is the whole set cannot reach a verdict: (1−f)(1−s) < 2/3.
 * Exact if both shares are fractions.
 */
export function isWholeSetStuck(set: {
  readonly adversary: Share;
  readonly silent: Share;
}): boolean {
  const { adversary, silent } = set;
  split(adversary, 'adversary');
  split(silent, 'silent');
  if (typeof adversary === 'number' || typeof silent === 'number') {
    return awakeShare(set).share < 2 / 3;
  }
  const awake = restOf(adversary) * restOf(silent);
  return 3n * awake < 2n * adversary.denominator * silent.denominator;
}

/** A wish for a committee. */
export type SizeWish = {
  readonly adversary: Share;
  /** Greatest acceptable probability of failure, above 0 and below 1. */
  readonly target: Share;
  readonly rule: SizeRule;
};

/** What counts as failure: see `SIZE_RULES`. */
export type SizeRule = keyof typeof SIZE_RULES;

/** A committee that meets a wish. */
export type CommitteeSize = {
  readonly seats: number;
  readonly quorum: number;
  readonly probability: number;
};

type RuleOfSize = {
  readonly formula: string;
  /** Seats that must be the adversary's. */
  readonly needed: (seats: number) => number;
  /** Greatest lower bound of needed / seats over all sizes. */
  readonly ratio: number;
};

/** The rules that a committee can be sized for. */
export const SIZE_RULES = {
  'two-thirds': { formula: 'P[X ≥ ⌊2k/3⌋+1]', needed: quorumOf, ratio: 2 / 3 },
  majority: {
    formula: 'P[X > k/2]',
    needed: (seats: number) => Math.floor(seats / 2) + 1,
    ratio: 1 / 2,
  },
  escalate: { formula: 'f^k', needed: (seats: number) => seats, ratio: 1 },
  veto: {
    formula: 'P[X ≥ k−q+1]',
    needed: (seats: number) => seats - quorumOf(seats) + 1,
    ratio: 1 / 3,
  },
} as const satisfies Record<string, RuleOfSize>;

/** More seats than this are no committee; the search ends there. */
export const SIZE_MAX = 200_000;

/**
 * Returns the smallest committee such that it and every larger one fails with at most `target`;
 * `undefined` if there is none up to `SIZE_MAX`.
 *
 * Failure is not monotone in k (quorums are whole seats), so the search goes downward from a size
 * beyond which Chernoff's bound exp(−k·D(ratio ‖ f)) proves that all are good.
 */
export function committeeSize(wish: SizeWish): CommitteeSize | undefined {
  const { share, rest } = split(wish.adversary, 'adversary');
  const target = split(wish.target, 'target').share;
  if (target <= 0 || target >= 1) {
    throw new TheoryError('target', `must lie between 0 and 1, found ${target}`);
  }
  const rule = SIZE_RULES[wish.rule];
  const answer = (seats: number): CommitteeSize => ({
    seats,
    quorum: rule.needed(seats),
    probability: binomialUpper({ trials: seats, probability: wish.adversary }, rule.needed(seats)),
  });
  if (share === 0) return answer(1);
  if (share >= rule.ratio) return undefined;
  const divergence = relativeEntropy(rule.ratio, { share, rest });
  let seats = Math.ceil(-Math.log(target) / divergence);
  if (seats > SIZE_MAX) return undefined;
  while (seats > 1 && answer(seats - 1).probability <= target) seats--;
  return answer(seats);
}

function relativeEntropy(a: number, b: { readonly share: number; readonly rest: number }): number {
  const first = a * Math.log(a / b.share);
  return a === 1 ? first : first + (1 - a) * Math.log((1 - a) / b.rest);
}

function lawOf({ seats, adversary }: Committee): { trials: number; probability: Share } {
  split(adversary, 'adversary');
  return { trials: seats, probability: adversary };
}

function checkedQuorum({ seats, quorum }: Committee): number {
  requireCount(seats, 'seats', { min: 1 });
  if (quorum === undefined) return quorumOf(seats);
  requireCount(quorum, 'quorum', { min: 1 });
  if (quorum > seats) {
    const remedy = `Use a quorum from 1 to ${seats}, or leave it out for ${quorumOf(seats)}.`;
    throw new TheoryError('quorum', `${quorum} is more than the ${seats} seats`, remedy);
  }
  return quorum;
}

function awakeShare(parts: { readonly adversary: Share; readonly silent: Share }): {
  share: number;
  rest: number;
} {
  const adversary = split(parts.adversary, 'adversary');
  const silent = split(parts.silent, 'silent');
  return {
    share: adversary.rest * silent.rest,
    rest: adversary.share + adversary.rest * silent.share,
  };
}

function restOf({ numerator, denominator }: Fraction): bigint {
  return denominator - numerator;
}
