/**
 * Differences between two arms that ran with the same random numbers: replica by replica, so that
 * what both share (topology, workload, draws) cancels out and few replicas tell them apart.
 *
 * Each replica gives one difference; their mean has Student's interval. Limit: a replica in which
 * one arm has no value, such as a rate without trials, says nothing and is left out; `n` shows it.
 */
import { studentMean } from '../../src/theory/index.ts';
import type { Metric } from '../metrics/metric.ts';
import { CONFIDENCE } from '../metrics/rate.ts';

/** A metric of one arm less the same metric of the other, over paired replicas. */
export type Difference = {
  readonly name: string;
  readonly unit: string;
  /** Pairs in which both have the metric. */
  readonly n: number;
  readonly mean: number | null;
  /** Ends of the 95 % interval of the mean; absent for fewer than two pairs. */
  readonly low: number | null;
  readonly high: number | null;
};

/** The metrics of one replica in both arms. */
export type Pair = { readonly first: readonly Metric[]; readonly second: readonly Metric[] };

/** Returns `second` less `first` for each metric that a pair has, in order of appearance. */
export function pairedDifferences(pairs: readonly Pair[]): readonly Difference[] {
  const byName = new Map<string, { readonly unit: string; readonly values: number[] }>();
  for (const { first, second } of pairs) {
    const before = new Map(first.map((metric) => [metric.name, amountOf(metric)]));
    for (const metric of second) {
      const unit = metric.kind === 'rate' ? 'share' : metric.unit;
      const entry = byName.get(metric.name) ?? { unit, values: [] };
      byName.set(metric.name, entry);
      const [from, to] = [before.get(metric.name) ?? null, amountOf(metric)];
      if (from !== null && to !== null) entry.values.push(to - from);
    }
  }
  return [...byName].map(([name, { unit, values }]) => {
    if (values.length === 0) return { name, unit, n: 0, mean: null, low: null, high: null };
    const { mean, interval } = studentMean(values, CONFIDENCE);
    const { low = null, high = null } = interval ?? {};
    return { name, unit, n: values.length, mean, low, high };
  });
}

function amountOf(metric: Metric): number | null {
  if (metric.kind === 'value') return metric.value;
  return metric.of === 0 ? null : metric.count / metric.of;
}
