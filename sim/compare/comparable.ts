/** What two results folders have in common so that they can be compared: cells, runs, metrics. */
import { AssayError, compareText } from '../../src/base/index.ts';
import { configHash } from '../../src/config/index.ts';
import type { Metric } from '../metrics/metric.ts';
import { propagationMetrics } from '../propagation/result.ts';
import { environmentFacts, jointFacts } from '../report/environment-facts.ts';
import { contentOf, type RunFolder, readRunFolder } from '../report/read-folder.ts';
import { readSweepFolder } from '../report/read-sweep.ts';
import { type MetricDoc, metricsOf } from '../statistics/protocol-metrics.ts';
import type { ExperimentKind } from '../sweep/experiment.ts';
import { PROPAGATION } from '../sweep/propagation.ts';
import { PROTOCOL } from '../sweep/protocol.ts';
import type { CellResult } from '../sweep/results.ts';

/** A finished run. */
export type ComparableRun = {
  readonly seed: number;
  readonly replica: number;
  readonly digest: string;
  readonly metrics: readonly Metric[];
};

/** Runs of one configuration. */
export type ComparableCell = {
  /** The same in both folders for the same values of what varies, and the same arm. */
  readonly key: string;
  readonly label: string;
  readonly runs: readonly ComparableRun[];
};

/** A results folder, ready to be compared. */
export type Comparable = {
  readonly path: string;
  readonly content: 'run' | 'sweep';
  readonly experiment: string;
  /** As plain data: the scenario of a run, the file of a sweep with its base. */
  readonly configuration: unknown;
  readonly environment: readonly (readonly [name: string, text: string])[];
  readonly docs: readonly MetricDoc[];
  readonly headline: readonly string[];
  readonly cells: readonly ComparableCell[];
};

/**
 * Reads two folders that can be compared.
 * @throws AssayError not-comparable, and what reading a run or a sweep throws
 */
export function readComparables(first: string, second: string): readonly [Comparable, Comparable] {
  const [a, b] = [readComparable(first), readComparable(second)];
  const refusal = (message: string, remedy: string): AssayError =>
    new AssayError({ code: 'not-comparable', where: `${first}, ${second}`, message, remedy });
  if (a.content !== b.content) {
    throw refusal(
      `one is a ${a.content}, the other a ${b.content}`,
      'Compare two runs or two sweeps.',
    );
  }
  if (a.experiment !== b.experiment) {
    throw refusal(
      `one is of kind ${a.experiment}, the other of kind ${b.experiment}`,
      'Compare results of one kind: they have no metric in common.',
    );
  }
  return [a, b];
}

function readComparable(path: string): Comparable {
  return contentOf(path) === 'sweep' ? ofSweep(path) : ofRun(readRunFolder(path));
}

function ofRun(run: RunFolder): Comparable {
  const { path, manifest, configuration, result } = run;
  const metrics = run.kind === 'protocol' ? metricsOf(run.result) : propagationMetrics(run.result);
  const { seed, traceDigest: digest } = result;
  return {
    ...{ path, content: 'run', configuration },
    ...named(run.kind === 'protocol' ? PROTOCOL : PROPAGATION),
    environment: environmentFacts(manifest),
    cells: [{ key: '', label: 'the run', runs: [{ seed, replica: 0, digest, metrics }] }],
  };
}

function ofSweep(path: string): Comparable {
  const { manifest, plan, results, environments } = readSweepFolder(path);
  const { assay, resultVersion, sweep } = manifest;
  return {
    ...{ path, content: 'sweep', configuration: sweep },
    ...named(plan.kind),
    environment: [
      ['Assay', assay],
      ['results', `version ${resultVersion}`],
      ...jointFacts(environments).filter(([name]) => name !== 'Assay'),
    ],
    cells: results.cells.map(ofCell),
  };
}

function named({ kind, metrics, headline }: ExperimentKind) {
  return { experiment: kind, docs: metrics, headline };
}

function ofCell({ cell, rows }: CellResult): ComparableCell {
  const values = cell.point
    .map(({ key, value }) => [key, value] as const)
    .sort(([a], [b]) => compareText(a, b));
  return {
    key: configHash([values, cell.arm ?? '']),
    label: cell.label,
    runs: rows.flatMap(({ replica, record: { seed, outcome } }) =>
      outcome.status === 'done'
        ? [{ seed, replica, digest: outcome.digest, metrics: outcome.metrics }]
        : [],
    ),
  };
}
