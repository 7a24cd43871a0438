/**
 * The numbers of a run as sweeps, comparisons and tables read them: flat, by name, with units.
 * Rates keep their counts, so that replicas pool to one binomial; values are averaged.
 */
import type { Expected } from './rate.ts';

/** Events among trials; pooled over replicas by adding both. */
export type RateMetric = {
  readonly kind: 'rate';
  /** camelCase, e.g. `wrongAccepted`. */
  readonly name: string;
  readonly count: number;
  readonly of: number;
  readonly expected: Expected;
};

/** A number of one run; over replicas it has a mean. Null if the run has none. */
export type ValueMetric = {
  readonly kind: 'value';
  /** camelCase, ends in its unit where it has one, e.g. `latencyMsP99`. */
  readonly name: string;
  readonly unit: string;
  readonly value: number | null;
};

export type Metric = RateMetric | ValueMetric;
