/**
 * Student's t: how far the mean of a few values may lie from the mean of all.
 *
 * For whole degrees of freedom the law is a finite sum; it is exact for normal values, and good for
 * means of others from some ten values on. Source: Abramowitz and Stegun, 26.7.3 and 26.7.4.
 */
import { requireConfidence, requireCount } from './arguments.ts';
import type { Interval } from './interval.ts';
import { bisect, normalQuantile } from './special.ts';

/** From here on t is normal: at 95 % the two differ by less than 3e-5. */
const NORMAL_FROM_DEGREES = 100_000;
/** Beyond this no quantile of one degree of freedom lies up to a confidence of 1 − 1e-9. */
const QUANTILE_MAX = 1e9;

/** A mean with its interval; `low` and `high` are absent for fewer than two values. */
export type Mean = {
  readonly count: number;
  readonly mean: number;
  /** Standard deviation of the values (n − 1 below); 0 for one value. */
  readonly deviation: number;
  readonly interval: Interval | undefined;
};

/**
 * Returns P[|T| ≤ t] for T with `degrees` degrees of freedom.
 * @param t at least 0
 */
export function studentWithin(degrees: number, t: number): number {
  requireCount(degrees, 'degrees', { min: 1 });
  const tangent = t / Math.sqrt(degrees);
  const cosineSquare = 1 / (1 + tangent * tangent);
  const sine = tangent * Math.sqrt(cosineSquare);
  const isOdd = degrees % 2 === 1;
  // terms of the sum: cos θ, or 1, times cos² θ and a ratio of neighbours each time
  let term = isOdd ? Math.sqrt(cosineSquare) : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let power = isOdd ? 3 : 2; power <= degrees - 2; power += 2) {
    term *= cosineSquare * ((power - 1) / power);
    sum += term;
  }
  return isOdd ? (2 / Math.PI) * (Math.atan(tangent) + sine * sum) : sine * sum;
}

/**
 * Returns t with P[|T| ≤ t] = `confidence`.
 * @param confidence between 0 and 1, at most 1 − 1e-9
 */
export function studentQuantile(degrees: number, confidence: number): number {
  requireCount(degrees, 'degrees', { min: 1 });
  requireConfidence(confidence);
  if (degrees >= NORMAL_FROM_DEGREES) return normalQuantile(confidence);
  const isBelow = (t: number) => studentWithin(degrees, t) < confidence;
  let high = 1;
  while (high < QUANTILE_MAX && isBelow(high)) high *= 2;
  return bisect({ low: 0, high, isBelow });
}

/**
 * Returns the mean of values with Student's interval.
 * @param values at least one, finite, independent
 * @throws TheoryError argument-out-of-range without values
 */
export function studentMean(values: readonly number[], confidence: number): Mean {
  const count = values.length;
  requireCount(count, 'values', { min: 1 });
  requireConfidence(confidence);
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1) return { count, mean, deviation: 0, interval: undefined };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (count - 1));
  const reach = studentQuantile(count - 1, confidence) * (deviation / Math.sqrt(count));
  return { count, mean, deviation, interval: { low: mean - reach, high: mean + reach } };
}
