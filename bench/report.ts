/** Numbers of a benchmark: times in, one line out. */

/** Quantiles of a sample, in its own unit. */
export type Quantiles = { readonly median: number; readonly p95: number; readonly count: number };

/** Returns median and 95th percentile (nearest rank) of at least one time. */
export function quantiles(times: readonly number[]): Quantiles {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { median: at(0.5), p95: at(0.95), count: sorted.length };
}

/** Prints `module/operation/key=value` with times in microseconds. */
export function printTimes(name: string, timesMs: readonly number[]): void {
  const { median, p95, count } = quantiles(timesMs);
  const text = [median, p95].map((ms) => `${(ms * 1000).toFixed(1)} µs`);
  process.stdout.write(`${name.padEnd(52)} median ${text[0]}, p95 ${text[1]}, n=${count}\n`);
}
