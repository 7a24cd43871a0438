/** What a folder holds of a sweep: its runs in order, its cells summarised, arms compared. */
import { configHash } from '../../src/config/index.ts';
import type { Metric } from '../metrics/metric.ts';
import { type Difference, type Pair, pairedDifferences } from '../statistics/difference.ts';
import { type Summary, summarise } from '../statistics/summary.ts';
import { type Extent, extentOf, type Known } from './extent.ts';
import type { SweepFolder } from './folder.ts';
import { type PlannedCell, runSeed, type SweepPlan } from './plan.ts';
import type { RunRecord } from './record.ts';

/** A run of a cell. */
export type RunRow = { readonly replica: number; readonly record: RunRecord };

/** Everything that there is of a cell. */
export type CellResult = {
  readonly cell: PlannedCell;
  readonly extent: Extent;
  /** Runs that are done or failed, by replica. */
  readonly rows: readonly RunRow[];
  readonly summaries: readonly Summary[];
};

/** An arm less the first one, at the same point. */
export type ArmDifference = {
  readonly cell: PlannedCell;
  /** The arm that is subtracted. */
  readonly against: PlannedCell;
  readonly differences: readonly Difference[];
};

/**
 * Reads what a folder has of each cell, as far as the cell has to be run.
 * @throws SweepError run-unreadable
 */
export function readResults(plan: SweepPlan, folder: SweepFolder): readonly CellResult[] {
  return plan.cells.map((cell) => {
    const rows: RunRow[] = [];
    const extent = extentOf(plan.sweep, (replica): Known => {
      const seed = runSeed(plan, cell, replica);
      const state = folder.stateOf(cell, seed);
      if (state === 'absent') return undefined;
      const record = folder.read(cell, seed, state);
      rows.push({ replica, record });
      return record.outcome.status === 'done' ? record.outcome.metrics : 'failed';
    });
    const { means, seed } = plan.sweep;
    const metrics = rows.flatMap(({ record }) => metricsIn(record));
    return { cell, extent, rows, summaries: summarise(metrics, { method: means, seed }) };
  });
}

/** Compares every arm with the first one, replica by replica. */
export function compareArms(results: readonly CellResult[]): readonly ArmDifference[] {
  const first = new Map<string, CellResult>();
  return results.flatMap((result) => {
    const { cell } = result;
    if (cell.arm === undefined) return [];
    const point = configHash(cell.point.map(({ key, value }) => [key, value]));
    const baseline = first.get(point);
    if (baseline === undefined) {
      first.set(point, result);
      return [];
    }
    const differences = pairedDifferences(pairsOf(baseline, result));
    return [{ cell, against: baseline.cell, differences }];
  });
}

function pairsOf(baseline: CellResult, other: CellResult): readonly Pair[] {
  const before = new Map(baseline.rows.map(({ replica, record }) => [replica, record]));
  return other.rows.flatMap(({ replica, record }) => {
    const known = before.get(replica);
    const [first] = known === undefined ? [] : metricsIn(known);
    const [second] = metricsIn(record);
    return first === undefined || second === undefined ? [] : [{ first, second }];
  });
}

/** The metrics of a run that is done, as a list of one. */
function metricsIn({ outcome }: RunRecord): readonly (readonly Metric[])[] {
  return outcome.status === 'done' ? [outcome.metrics] : [];
}
