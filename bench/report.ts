/** Numbers of a benchmark: times in, one line out. */

/** Quantiles of a sample, in its own unit. */
export type Quantiles = { readonly median: number; readonly p95: number; readonly count: number };

/** Returns median and 95th percentile (nearest rank) of at least one time. */
export function quantiles(times: readonly number[]): Quantiles {
  return { median: quantile(times, 0.5), p95: quantile(times, 0.95), count: times.length };
}

/** Returns one quantile (nearest rank), NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.min(sorted.length, Math.max(1, Math.ceil(share * sorted.length)));
  return sorted[rank - 1] ?? Number.NaN;
}

/** Prints `module/operation/key=value` with times in microseconds. */
export function printTimes(name: string, timesMs: readonly number[]): void {
  const { median, p95, count } = quantiles(timesMs);
  const text = [median, p95].map((ms) => `${(ms * 1000).toFixed(1)} µs`);
  process.stdout.write(`${name.padEnd(52)} median ${text[0]}, p95 ${text[1]}, n=${count}\n`);
}

/** Prints a line. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
