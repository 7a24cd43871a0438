/**
 * Binomial, hypergeometric and Poisson laws, exact in the tails; χ² and F with even degrees of
 * freedom follow from them.
 *
 * Seats are drawn with replacement, in proportion to stake, so the seats of an adversary are
 * binomial; hypergeometric is for draws of distinct members. No table and no approximation is used:
 * every tail is a sum, in logarithms, of at most a few thousand terms.
 * Limit: relative error below 1e-12 up to a million trials (measured against exact rationals).
 */
import type { Share, Split } from './arguments.ts';
import { requireAmount, requireCount, split } from './arguments.ts';
import type { Tail } from './special.ts';
import { deviance, logShare, logTail, logWidth, stirlingError } from './special.ts';

/** A number of trials, each of which succeeds with the same probability. */
export type Binomial = { readonly trials: number; readonly probability: Share };

/** Members drawn without replacement from a population of which some are marked. */
export type Hypergeometric = {
  readonly population: number;
  readonly marked: number;
  readonly drawn: number;
};

/** Returns P[X = count] for X binomial. */
export function binomialMass(law: Binomial, count: number): number {
  return Math.exp(binomialLogMass(law.trials, count, binomialSplit(law)));
}

/** Returns P[X ≥ count] for X binomial; 0 if below 1e-308. */
export function binomialUpper(law: Binomial, count: number): number {
  const { share } = binomialSplit(law);
  if (count > law.trials * share) return Math.exp(binomialLogTail(law, count, law.trials));
  return -Math.expm1(binomialLogTail(law, 0, count - 1));
}

/** Returns P[X ≤ count] for X binomial; 0 if below 1e-308. */
export function binomialLower(law: Binomial, count: number): number {
  const { share } = binomialSplit(law);
  if (count < law.trials * share) return Math.exp(binomialLogTail(law, 0, count));
  return -Math.expm1(binomialLogTail(law, count + 1, law.trials));
}

/** Returns ln P[X ≥ count] for X binomial: also where the probability itself is no double. */
export function binomialLogUpper(law: Binomial, count: number): number {
  const { share } = binomialSplit(law);
  if (count > law.trials * share) return binomialLogTail(law, count, law.trials);
  return Math.log1p(-Math.exp(binomialLogTail(law, 0, count - 1)));
}

/** Returns P[X = count] for X hypergeometric. */
export function hypergeometricMass(law: Hypergeometric, count: number): number {
  requireHypergeometric(law);
  return Math.exp(hypergeometricLogMass(law, count));
}

/** Returns P[X ≥ count] for X hypergeometric. */
export function hypergeometricUpper(law: Hypergeometric, count: number): number {
  requireHypergeometric(law);
  const { least, most } = hypergeometricRange(law);
  const mean = (law.drawn * law.marked) / law.population;
  if (count > mean) return Math.exp(hypergeometricLogTail(law, Math.max(count, least), most));
  return -Math.expm1(hypergeometricLogTail(law, least, Math.min(count - 1, most)));
}

/**
 * Returns P[χ² > value] of `degrees` degrees of freedom.
 * @param degrees even, at least 2: the law is then a finite sum
 */
export function chiSquareUpper(degrees: number, value: number): number {
  return poissonLower(value / 2, halfOf(degrees) - 1, value);
}

/** Returns P[χ² ≤ value] of `degrees` (even) degrees of freedom. */
export function chiSquareLower(degrees: number, value: number): number {
  return poissonUpper(value / 2, halfOf(degrees), value);
}

/**
 * Returns P[F > value] for F with `degrees` degrees of freedom above and below.
 * @param degrees even, at least 2
 */
export function fisherUpper(degrees: number, value: number): number {
  requireAmount(value, 'value');
  const half = halfOf(degrees);
  return binomialUpper({ trials: 2 * half - 1, probability: 1 / (1 + value) }, half);
}

function binomialSplit({ trials, probability }: Binomial): Split {
  requireCount(trials, 'trials', { min: 0 });
  return split(probability, 'probability');
}

function binomialLogMass(trials: number, count: number, { share, rest }: Split): number {
  if (count < 0 || count > trials) return Number.NEGATIVE_INFINITY;
  if (count === 0) return trials === 0 ? 0 : trials * logShare(rest, share);
  if (count === trials) return trials * logShare(share, rest);
  if (share === 0 || rest === 0) return Number.NEGATIVE_INFINITY;
  const others = trials - count;
  return (
    stirlingError(trials) -
    stirlingError(count) -
    stirlingError(others) -
    deviance(count, trials * share) -
    deviance(others, trials * rest) -
    logWidth(count * (others / trials))
  );
}

function binomialLogTail(law: Binomial, from: number, to: number): number {
  const parts = binomialSplit(law);
  const { share, rest } = parts;
  const { trials } = law;
  const tail: Tail = {
    from: Math.max(from, 0),
    to: Math.min(to, trials),
    mode: Math.floor((trials + 1) * share),
    logMass: (x) => binomialLogMass(trials, x, parts),
    ratio: (x) => ((trials - x) / (x + 1)) * (share / rest),
  };
  if (share === 0 || rest === 0) {
    const certain = share === 0 ? 0 : trials;
    return certain >= tail.from && certain <= tail.to ? 0 : Number.NEGATIVE_INFINITY;
  }
  return logTail(tail);
}

function requireHypergeometric({ population, marked, drawn }: Hypergeometric): void {
  requireCount(population, 'population', { min: 1 });
  requireCount(marked, 'marked', { min: 0, max: population });
  requireCount(drawn, 'drawn', { min: 0, max: population });
}

function hypergeometricRange({ population, marked, drawn }: Hypergeometric): {
  least: number;
  most: number;
} {
  return { least: Math.max(0, drawn + marked - population), most: Math.min(drawn, marked) };
}

/** Three binomial masses of the same probability: their powers cancel, their errors are small. */
function hypergeometricLogMass(law: Hypergeometric, count: number): number {
  const { population, marked, drawn } = law;
  const { least, most } = hypergeometricRange(law);
  if (count < least || count > most) return Number.NEGATIVE_INFINITY;
  if (drawn === 0 || drawn === population) return 0;
  const parts = { share: drawn / population, rest: (population - drawn) / population };
  return (
    binomialLogMass(marked, count, parts) +
    binomialLogMass(population - marked, drawn - count, parts) -
    binomialLogMass(population, drawn, parts)
  );
}

function hypergeometricLogTail(law: Hypergeometric, from: number, to: number): number {
  const { population, marked, drawn } = law;
  return logTail({
    from,
    to,
    mode: Math.floor(((drawn + 1) * (marked + 1)) / (population + 2)),
    logMass: (x) => hypergeometricLogMass(law, x),
    ratio: (x) => ((marked - x) / (x + 1)) * ((drawn - x) / (population - marked - drawn + x + 1)),
  });
}

function halfOf(degrees: number): number {
  requireCount(degrees / 2, 'degrees / 2', { min: 1 });
  return degrees / 2;
}

function poissonLower(mean: number, count: number, value: number): number {
  requireAmount(value, 'value');
  if (mean === 0) return 1;
  if (count < mean) return Math.exp(poissonLogTail(mean, 0, count));
  return -Math.expm1(poissonLogTail(mean, count + 1, Number.POSITIVE_INFINITY));
}

function poissonUpper(mean: number, count: number, value: number): number {
  requireAmount(value, 'value');
  if (mean === 0) return 0;
  if (count > mean) return Math.exp(poissonLogTail(mean, count, Number.POSITIVE_INFINITY));
  return -Math.expm1(poissonLogTail(mean, 0, count - 1));
}

function poissonLogTail(mean: number, from: number, to: number): number {
  return logTail({
    from,
    to,
    mode: Math.floor(mean),
    logMass: (x) => (x === 0 ? -mean : -stirlingError(x) - deviance(x, mean) - logWidth(x)),
    ratio: (x) => mean / (x + 1),
  });
}
