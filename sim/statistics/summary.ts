/**
 * What replicas of one cell say together: rates pooled to one binomial, values averaged, each with
 * its interval, its number of samples, and the closed form beside it.
 *
 * Sources: `sim/metrics/rate.ts` (Wilson, Clopper–Pearson), Student, Efron; medians by order
 * statistics. Limit: pooling takes the trials of one run for independent; where a run shares a
 * bad draw (stakes, roles), trials are not, and the interval is too narrow.
 */
import { clopperPearsonInterval, type Interval, studentMean } from '../../src/theory/index.ts';
import type { Metric, RateMetric, ValueMetric } from '../metrics/metric.ts';
import { type Quantile, quantileOf } from '../metrics/quantile.ts';
import { CONFIDENCE, type Expected, notExpected, rateOf } from '../metrics/rate.ts';
import { bootstrapMean } from './bootstrap.ts';

/** A closed form is said to disagree when it lies outside an interval of this coverage. */
export const DISAGREEMENT_CONFIDENCE = 0.99;

/** How the interval of a mean is made. */
export type MeanMethod = 'student' | 'bootstrap';

/** One metric over all replicas of a cell. */
export type Summary = {
  readonly name: string;
  /** `share` for rates. */
  readonly unit: string;
  /** Replicas that went in. */
  readonly runs: number;
  /** Samples: trials of a rate, runs that have the value. */
  readonly n: number;
  /** Events of a rate; absent for values. */
  readonly count: number | null;
  /** Share or mean; absent without samples. */
  readonly value: number | null;
  /** Ends of the 95 % interval; absent where so few samples say nothing. */
  readonly low: number | null;
  readonly high: number | null;
  readonly method: 'wilson' | 'clopper-pearson' | MeanMethod | 'none';
  /** Median over runs, of values only. */
  readonly median: Quantile | null;
  readonly expected: Expected;
  /** Whether the closed form lies outside the 99 % interval, on the side that its kind forbids. */
  readonly disagrees: boolean;
};

export type SummaryOptions = {
  readonly method: MeanMethod;
  /** Seed of the bootstrap. */
  readonly seed: number;
};

/**
 * Summarises the metrics of replicas, in the order in which they first appear.
 * @param replicas metrics of each run, in replica order
 */
export function summarise(
  replicas: readonly (readonly Metric[])[],
  options: SummaryOptions,
): readonly Summary[] {
  const byName = new Map<string, Metric[]>();
  for (const metric of replicas.flat()) {
    const known = byName.get(metric.name);
    if (known === undefined) byName.set(metric.name, [metric]);
    else known.push(metric);
  }
  return [...byName.values()].map((metrics) => summaryOf(metrics, replicas.length, options));
}

/** Returns half the width of the interval; infinite where there is none. */
export function halfWidthOf({ value, low, high }: Summary): number {
  if (value === null || low === null || high === null) return Number.POSITIVE_INFINITY;
  return (high - low) / 2;
}

function summaryOf(metrics: readonly Metric[], runs: number, options: SummaryOptions): Summary {
  const rates = metrics.filter((metric): metric is RateMetric => metric.kind === 'rate');
  if (rates.length > 0) return pooled(rates, runs);
  const values = metrics.filter((metric): metric is ValueMetric => metric.kind === 'value');
  return averaged(values, runs, options);
}

function pooled(rates: readonly RateMetric[], runs: number): Summary {
  const count = rates.reduce((sum, rate) => sum + rate.count, 0);
  const of = rates.reduce((sum, rate) => sum + rate.of, 0);
  const expected = pooledForm(rates, of);
  const { share, low, high, method } = rateOf(count, of, expected);
  return {
    name: rates[0]?.name ?? '',
    unit: 'share',
    runs,
    n: of,
    count,
    value: share,
    low: of === 0 ? null : low,
    high: of === 0 ? null : high,
    method: of === 0 ? 'none' : method,
    median: null,
    expected,
    disagrees: of > 0 && disagrees(expected, wide(count, of)),
  };
}

/** The mean of the forms of all trials; none where a run with trials has none. */
function pooledForm(rates: readonly RateMetric[], of: number): Expected {
  let sum = 0;
  const forms = new Set<string>();
  let kind: Exclude<Expected, { value: null }>['kind'] = 'exact';
  for (const { expected, of: trials } of rates) {
    if (trials === 0) continue;
    if (expected.value === null) return expected;
    sum += expected.value * trials;
    forms.add(expected.form);
    if (expected.kind !== 'exact') kind = expected.kind;
  }
  const [first, ...others] = forms;
  if (first === undefined) return notExpected('there was none');
  return { value: sum / of, form: others.length === 0 ? first : `${first}, and others`, kind };
}

function wide(count: number, of: number): Interval {
  return clopperPearsonInterval({ events: count, trials: of, confidence: DISAGREEMENT_CONFIDENCE });
}

function disagrees(expected: Expected, { low, high }: Interval): boolean {
  if (expected.value === null) return false;
  const isAbove = expected.value > high;
  const isBelow = expected.value < low;
  if (expected.kind === 'upper-bound') return isBelow;
  return expected.kind === 'lower-bound' ? isAbove : isAbove || isBelow;
}

function averaged(
  metrics: readonly ValueMetric[],
  runs: number,
  { method, seed }: SummaryOptions,
): Summary {
  const values = metrics.flatMap(({ value }) => (value === null ? [] : [value]));
  const { name = '', unit = '' } = metrics[0] ?? {};
  const without = { name, unit, runs, n: values.length, count: null, disagrees: false };
  const expected = notExpected('');
  if (values.length === 0) {
    return {
      ...without,
      value: null,
      low: null,
      high: null,
      method: 'none',
      median: null,
      expected,
    };
  }
  const { mean, interval } = studentMean(values, CONFIDENCE);
  const ends =
    method === 'bootstrap' && interval !== undefined
      ? bootstrapMean(values, { confidence: CONFIDENCE, seed, name })
      : interval;
  return {
    ...without,
    value: mean,
    low: ends?.low ?? null,
    high: ends?.high ?? null,
    method: ends === undefined ? 'none' : method,
    median: quantileOf(
      [...values].sort((a, b) => a - b),
      0.5,
    ),
    expected,
  };
}
