/**
 * Quantiles of what was measured: exact order statistics, with intervals that hold for any law.
 *
 * The number of samples below the p-quantile is binomial(n, p), whatever the law of the samples;
 * so two order statistics enclose it with known probability. Source: David and Nagaraja, Order
 * Statistics, section 7.1.
 */
import { binomialLower } from '../../src/theory/index.ts';
import { CONFIDENCE } from './rate.ts';

/** A quantile; `low` and `high` enclose it, absent where so few samples say nothing. */
export type Quantile = {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
};

/** A distribution of durations in ms of virtual time; all absent but `count` without samples. */
export type Durations = {
  readonly count: number;
  readonly p50Ms: Quantile | null;
  readonly p95Ms: Quantile | null;
  readonly p99Ms: Quantile | null;
  readonly maxMs: number | null;
};

/** Summarises durations in ms, in any order. */
export function durationsOf(samplesMs: readonly number[]): Durations {
  const sorted = [...samplesMs].sort((a, b) => a - b);
  return {
    count: sorted.length,
    p50Ms: quantileOf(sorted, 0.5),
    p95Ms: quantileOf(sorted, 0.95),
    p99Ms: quantileOf(sorted, 0.99),
    maxMs: sorted.at(-1) ?? null,
  };
}

/** Returns the middle of `samples`, the lower one of two; `undefined` without samples. */
export function medianOf(samples: readonly number[]): number | undefined {
  return [...samples].sort((a, b) => a - b)[Math.ceil(samples.length / 2) - 1];
}

/**
 * Returns the least sample that at least a share `p` of all do not exceed.
 * @param sorted ascending
 */
export function quantileOf(sorted: readonly number[], p: number): Quantile | null {
  const count = sorted.length;
  const value = sorted[Math.max(0, Math.ceil(count * p) - 1)];
  if (value === undefined) return null;
  const tail = (1 - CONFIDENCE) / 2;
  const law = { trials: count, probability: p };
  // x(r) exceeds the quantile iff fewer than r samples lie below it: P[B ≤ r−1]
  const isAbove = (rank: number, share: number): boolean => binomialLower(law, rank - 1) > share;
  const low = firstRank(count, (rank) => isAbove(rank, tail)) - 1;
  const high = firstRank(count, (rank) => isAbove(rank, 1 - tail));
  return { value, low: sorted[low - 1] ?? null, high: sorted[high - 1] ?? null };
}

/** The least rank from 1 to `count` at which `isTrue` turns true, or `count` + 1. */
function firstRank(count: number, isTrue: (rank: number) => boolean): number {
  let low = 1;
  let high = count + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (isTrue(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
