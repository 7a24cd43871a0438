/** A statistic for tests of uniformity; the bounds beside each use come from its table. */

/** Returns Pearson's statistic of counts against their expectations. */
export function chiSquare(counts: readonly number[], expected: readonly number[]): number {
  return counts.reduce((sum, count, i) => {
    const mean = expected[i] ?? 0;
    return sum + (count - mean) ** 2 / mean;
  }, 0);
}
