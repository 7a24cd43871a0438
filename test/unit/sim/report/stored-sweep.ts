/** Sweep folders for tests: their runs are made up, and written by the sweep's own writer. */
import type { Metric } from '../../../../sim/metrics/metric.ts';
import { aggregate, writeTables } from '../../../../sim/sweep/aggregate.ts';
import { SweepFolder } from '../../../../sim/sweep/folder.ts';
import { manifestOf } from '../../../../sim/sweep/manifest.ts';
import { type PlannedCell, runSeed, type SweepPlan } from '../../../../sim/sweep/plan.ts';
import { tinyPlan } from '../sweep/tiny.ts';

/** Makes up the metrics of a run. */
export type MetricsOf = (cell: PlannedCell, replica: number) => readonly Metric[];

/**
 * Writes a sweep over the tiny scenario as if it had run.
 * @param keys what varies, as YAML
 */
export function storeSweep(
  path: string,
  { keys, name, metricsOf }: { keys: string; name?: string; metricsOf: MetricsOf },
): SweepPlan {
  const plan = tinyPlan(keys, name === undefined ? {} : { name });
  const folder = SweepFolder.open(path, plan, manifestOf(plan));
  const { replicas = 1 } = plan.sweep;
  for (const cell of plan.cells) {
    for (let replica = 0; replica < replicas; replica++) {
      const metrics = metricsOf(cell, replica);
      const digest = `${cell.index}-${replica}`;
      const seed = runSeed(plan, cell, replica);
      folder.add({ cell: cell.id, seed, outcome: { status: 'done', digest, metrics } });
    }
  }
  writeTables(aggregate(plan, folder), { folder, basePath: null });
  return plan;
}

/** Returns a rate with a closed form. */
export function rate(name: string, count: number, of: number, expected?: number): Metric {
  const form =
    expected === undefined
      ? ({ value: null, reason: 'made up' } as const)
      : ({ value: expected, form: 'made up', kind: 'exact' } as const);
  return { kind: 'rate', name, count, of, expected: form };
}

/** Returns a number of a run. */
export function value(name: string, amount: number, unit = 'ms'): Metric {
  return { kind: 'value', name, unit, value: amount };
}
