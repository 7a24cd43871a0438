/**
 * How much a metric changed over pairs of runs, and how sure that is.
 *
 * Each pair gives one difference, their mean has Student's interval. A rate whose differences are
 * all the same (no event in either folder, or one pair) has none that way; its counts are pooled
 * and their difference has the score interval of Newcombe (1998, method 10), which takes both for
 * independent and so is rather too wide. One pair of a value that is no rate has no interval.
 */
import { studentMean, wilsonInterval } from '../../src/theory/index.ts';
import type { Metric } from '../metrics/metric.ts';
import { CONFIDENCE } from '../metrics/rate.ts';
import type { RunPair } from './pairs.ts';

/** A metric of the second folder less that of the first, over pairs that both have it. */
export type Change = {
  readonly name: string;
  readonly unit: string;
  /** Pairs. */
  readonly n: number;
  /** Mean, or share of all trials; absent without pairs. */
  readonly first: number | null;
  readonly second: number | null;
  readonly difference: number | null;
  /** Ends of the 95 % interval of the difference; absent where there is none. */
  readonly low: number | null;
  readonly high: number | null;
  /** The difference in parts of the first; absent if that is 0. */
  readonly relative: number | null;
  readonly method: 'student' | 'newcombe' | 'none';
};

type Ends = Pick<Change, 'first' | 'second' | 'low' | 'high' | 'method'>;

/** Returns how a metric changed over pairs of runs. */
export function changeOf(name: string, pairs: readonly RunPair[]): Change {
  const found = pairs.flatMap(({ first, second }) => {
    const [a, b] = [named(first.metrics, name), named(second.metrics, name)];
    const [from, to] = [amountOf(a), amountOf(b)];
    return a === undefined || b === undefined || from === null || to === null
      ? []
      : [{ a, b, from, to }];
  });
  const [any] = found;
  if (any === undefined) {
    const none = { first: null, second: null, difference: null, low: null, high: null };
    return { name, unit: '', n: 0, ...none, relative: null, method: 'none' };
  }
  const isRate = any.b.kind === 'rate';
  const isFlat = new Set(found.map(({ from, to }) => to - from)).size === 1;
  const ends =
    isRate && isFlat
      ? newcombe(pooled(found.map(({ a }) => a)), pooled(found.map(({ b }) => b)))
      : student(found);
  const { first, second } = ends;
  const difference = first === null || second === null ? null : second - first;
  const relative = difference === null || first === null || first === 0 ? null : difference / first;
  const unit = any.b.kind === 'rate' ? 'share' : any.b.unit;
  return { name, unit, n: found.length, ...ends, difference, relative };
}

function named(metrics: readonly Metric[], name: string): Metric | undefined {
  return metrics.find((metric) => metric.name === name);
}

function amountOf(metric: Metric | undefined): number | null {
  if (metric === undefined) return null;
  if (metric.kind === 'value') return metric.value;
  return metric.of === 0 ? null : metric.count / metric.of;
}

function student(pairs: readonly { readonly from: number; readonly to: number }[]): Ends {
  const mean = (values: readonly number[]): number => studentMean(values, CONFIDENCE).mean;
  const { interval } = studentMean(
    pairs.map(({ from, to }) => to - from),
    CONFIDENCE,
  );
  return {
    first: mean(pairs.map(({ from }) => from)),
    second: mean(pairs.map(({ to }) => to)),
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    method: interval === undefined ? 'none' : 'student',
  };
}

type Counts = { readonly events: number; readonly trials: number };

function pooled(metrics: readonly Metric[]): Counts {
  const rates = metrics.flatMap((metric) => (metric.kind === 'rate' ? [metric] : []));
  return {
    events: rates.reduce((sum, { count }) => sum + count, 0),
    trials: rates.reduce((sum, { of }) => sum + of, 0),
  };
}

function newcombe(before: Counts, after: Counts): Ends {
  const [a, b] = [before, after].map((counts) =>
    wilsonInterval({ ...counts, confidence: CONFIDENCE }),
  );
  const first = before.events / before.trials;
  const second = after.events / after.trials;
  const reach = (down: number, up: number): number => Math.sqrt(down * down + up * up);
  const difference = second - first;
  return {
    first,
    second,
    low: difference - reach(second - (b?.low ?? 0), (a?.high ?? 1) - first),
    high: difference + reach((b?.high ?? 1) - second, first - (a?.low ?? 0)),
    method: 'newcombe',
  };
}
