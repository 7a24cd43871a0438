/**
 * What a sweep runs, without knowing what it is: a configuration becomes an experiment, an
 * experiment and a seed become metrics and a digest.
 *
 * A kind is told by its configuration alone, so that a worker on another machine needs nothing
 * else: a unit of work is a kind, a resolved configuration as text, and a seed.
 */
import { type ConfigDocument, isPropagationDocument } from '../../src/config/index.ts';
import type { Metric } from '../metrics/metric.ts';
import type { Expected } from '../metrics/rate.ts';
import type { MetricDoc } from '../statistics/protocol-metrics.ts';
import { PROPAGATION } from './propagation.ts';
import { PROTOCOL } from './protocol.ts';

/** What one run came out at. */
export type RunMetrics = {
  /** Hash of each event in order, hexadecimal: equal on every machine. */
  readonly digest: string;
  readonly metrics: readonly Metric[];
};

/** What a closed form says about a metric before anything is run. */
export type Prediction = { readonly metric: string; readonly expected: Expected };

/** A resolved configuration that can be run with any seed. */
export interface Experiment {
  /** With every default spelled out; two of the same hash are the same experiment. */
  readonly configuration: object;
  /** @throws AssayError, InvariantViolation; what the signal was aborted with */
  run(seed: number, signal?: AbortSignal): Promise<RunMetrics>;
  /** Closed forms of this configuration; empty if there are none. */
  predict(): readonly Prediction[];
}

/** A kind of experiment. */
export interface ExperimentKind {
  readonly kind: string;
  /** Changes when a metric changes its meaning. */
  readonly resultVersion: number;
  readonly metrics: readonly MetricDoc[];
  /** Names of the metrics that are shown when a sweep names none. */
  readonly headline: readonly string[];
  /**
   * Checks a configuration.
   * @param overrides texts such as `network.degree=4`
   * @throws ConfigError
   */
  prepare(document: ConfigDocument, overrides: readonly string[]): Experiment;
}

/** Returns the kind that a document is a configuration of. */
export function kindOf(document: ConfigDocument): ExperimentKind {
  return isPropagationDocument(document) ? PROPAGATION : PROTOCOL;
}
