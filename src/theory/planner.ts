/**
 * From what a network must withstand to the sizes that withstand it: levels, sampling, slash.
 *
 * Seats: level 0 lets a wrong claim pass unseen with f^k, a level that takes money is captured with
 * P[X ≥ q]; both are at most ε. Sampling is as much as a given part of the reward pays for. The
 * slash then makes a cheat lose twice what it gains. Limits: nobody is silent, honest executions
 * neither miss nor raise false alarms, and the adversary's share is what it is said to be.
 */
import type { Share } from './arguments.ts';
import { requireAmount, split } from './arguments.ts';
import {
  captured,
  committeeSize,
  escapedUndetected,
  isWholeSetStuck,
  vetoed,
} from './committee.ts';
import { leastSamplingRate } from './detection.ts';
import { TheoryError } from './error.ts';
import { ladderCost } from './ladder.ts';

/** Nobody loses a stake to fewer seats, [QUORUM-4]. */
const SLASH_SEATS_MIN = 128;
/** Each level is so many times the one below, until one may take money. */
const LEVEL_FACTOR = 4;
/** A cheat loses this many times what would just deter it. */
const SLASH_MARGIN = 2;
/** Levels are no larger than this: see the range of the parameter. */
const LEVEL_SEATS_MAX = 16_384;
/** Leaves per drawn leaf: see the range of the parameter. */
const RUN_MAX = 1_000_000;

/** What a network must withstand, and what it may cost. Amounts in one unit, whichever. */
export type PlanWish = {
  /** Greatest acceptable probability that a drawn wrong claim passes, or that stake is taken. */
  readonly epsilon: Share;
  /** Adversary's share of stake, at most 1/3. */
  readonly adversary: Share;
  /** Cost of one execution: what a provider saves that computes nothing. */
  readonly cost: number;
  /** What a provider earns for an accepted claim. */
  readonly reward: number;
  /** What a wrong answer that passes is worth to the cheater besides. */
  readonly gain: number;
  /** Part of the reward that may be spent on executions by validators, above 0. */
  readonly overhead: number;
};

/** One level of a plan. */
export type PlannedLevel = {
  readonly seats: number;
  /** P[X ≥ q] */
  readonly captured: number;
  /** P[X ≥ k−q+1]: it goes to the next level. */
  readonly vetoed: number;
};

/** Sizes that withstand what was asked for. */
export type Plan = {
  /** One leaf of so many is drawn. */
  readonly runLength: number;
  readonly samplingRate: number;
  readonly levels: readonly PlannedLevel[];
  /** Seats without which no verdict takes money: those of the last level. */
  readonly slashSeats: number;
  /** Probability that a drawn wrong claim passes level 0 unseen, f^k. */
  readonly escaped: number;
  /** What a convicted provider must lose. */
  readonly slash: number;
  /** The rate that this slash needs at least; below `samplingRate`. */
  readonly leastSamplingRate: number;
  /** Expected executions by validators per drawn claim, the adversary withholding its votes. */
  readonly executionsPerDrawn: number;
  /** Their cost per claim, as a part of the reward. */
  readonly overhead: number;
};

/**
 * Returns sizes that withstand a wish.
 * @throws TheoryError argument-out-of-range if none do
 */
export function planNetwork(wish: PlanWish): Plan {
  const { cost, reward, gain } = wish;
  for (const [name, amount] of Object.entries({ cost, reward, gain })) requireAmount(amount, name);
  if (cost === 0) throw new TheoryError('cost', 'must be above 0: what costs nothing is not saved');
  if (!(wish.overhead > 0)) throw new TheoryError('overhead', 'must be above 0');
  if (isWholeSetStuck({ adversary: wish.adversary, silent: 0 })) {
    throw new TheoryError('adversary', 'must be at most 1/3: above it blocks every verdict');
  }
  const seats = ladderOf(wish);
  const levels = seats.map((k): PlannedLevel => {
    const committee = { seats: k, adversary: wish.adversary };
    return { seats: k, captured: captured(committee), vetoed: vetoed(committee) };
  });
  const { executions } = ladderCost({ ...WITHHOLDING, levels: seats, adversary: wish.adversary });
  const affordable = (wish.overhead * reward) / (executions * cost);
  if (affordable * RUN_MAX < 1) {
    const message = `pays for less than one drawn claim in ${RUN_MAX}`;
    throw new TheoryError('overhead', message, 'Allow more, or a larger reward.');
  }
  const runLength = Math.max(1, Math.ceil(1 / affordable));
  const escaped = escapedUndetected({ seats: seats[0] ?? 1, adversary: wish.adversary, miss: 0 });
  const slash = SLASH_MARGIN * deterringSlash({ ...wish, rate: 1 / runLength, escaped });
  const least = leastSamplingRate({
    cost: cost + gain,
    reward,
    slash,
    collusion: escaped,
    miss: 0,
    falseAlarm: 0,
  });
  if (least === undefined || least > 1 / runLength) {
    throw new TheoryError('epsilon', 'is so large that no slash makes cheating lose');
  }
  return {
    runLength,
    samplingRate: 1 / runLength,
    levels,
    slashSeats: seats.at(-1) ?? 1,
    escaped,
    slash,
    leastSamplingRate: least,
    executionsPerDrawn: executions,
    overhead: (executions * cost) / (runLength * reward),
  };
}

/** The adversary withholds its votes; it does not pay for challenges. */
const WITHHOLDING = { silent: 0, challenge: false } as const;

/** Level 0 that nothing passes unseen, then larger ones up to one that is trusted with money. */
function ladderOf({ adversary, epsilon }: PlanWish): readonly number[] {
  const first = committeeSize({ adversary, target: epsilon, rule: 'escalate' })?.seats;
  const heavy = committeeSize({ adversary, target: epsilon, rule: 'two-thirds' })?.seats;
  const last = Math.max(SLASH_SEATS_MIN, heavy ?? Number.POSITIVE_INFINITY);
  if (first === undefined || last > LEVEL_SEATS_MAX) {
    const message = `would need a level of more than ${LEVEL_SEATS_MAX} seats`;
    throw new TheoryError('epsilon', message, 'Ask for less, or assume a smaller adversary.');
  }
  const levels: number[] = [];
  for (let seats = first; seats < last; seats *= LEVEL_FACTOR) levels.push(seats);
  return [...levels, last];
}

/** S at which a cheat neither gains nor loses: p((1−r)(R+S) − rR) = C + G. */
function deterringSlash(
  at: PlanWish & { readonly rate: number; readonly escaped: number },
): number {
  const { cost, gain, reward, rate, escaped } = at;
  const caught = split(escaped, 'epsilon').rest;
  return Math.max(cost, ((cost + gain) / rate + escaped * reward) / caught - reward);
}
