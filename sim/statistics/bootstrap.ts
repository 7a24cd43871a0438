/**
 * Percentile bootstrap of a mean: the interval that the values themselves suggest, when they are
 * few, skewed, or have rare large ones, and Student's t would be symmetric where they are not.
 *
 * Draws come from a named stream, so that the same values give the same interval everywhere.
 * Source: Efron and Tibshirani, An Introduction to the Bootstrap, chapter 13. Limit: with fewer
 * than some ten values it is too narrow, and it never reaches beyond the values themselves.
 */
import { assert } from '../../src/base/index.ts';
import type { Interval } from '../../src/theory/index.ts';
import { RandomStream } from '../kernel/random.ts';

/** Resamples: the ends of a 95 % interval are then the 50th of each side. */
const RESAMPLES = 2000;

export type BootstrapOptions = {
  /** Coverage, between 0 and 1. */
  readonly confidence: number;
  readonly seed: number;
  /** Of the stream: the same name and seed draw the same resamples. */
  readonly name: string;
};

/**
 * Returns the percentile interval of the mean.
 * @param values at least two, independent
 */
export function bootstrapMean(values: readonly number[], options: BootstrapOptions): Interval {
  assert(values.length >= 2, 'a bootstrap has two values at least');
  const random = new RandomStream(options.seed, `statistics/bootstrap/${options.name}`);
  const means = Float64Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[random.below(values.length)] ?? 0;
    return sum / values.length;
  }).sort();
  const rank = Math.max(1, Math.floor(((1 - options.confidence) / 2) * RESAMPLES));
  return { low: means[rank - 1] ?? Number.NaN, high: means[RESAMPLES - rank] ?? Number.NaN };
}
