/** What of a sweep is done, what is not and why, and how long the rest will take. */
import type { Metric } from '../metrics/metric.ts';
import { extentOf, replicaBounds } from './extent.ts';
import type { SweepFolder } from './folder.ts';
import { type PlannedCell, runSeed, type SweepPlan } from './plan.ts';
import { isOurs, type Task } from './run-sweep.ts';
import type { Shard } from './shard.ts';

/** How a cell stands, within a shard if there is one. */
export type CellSurvey = {
  readonly cell: PlannedCell;
  readonly done: number;
  /** Runs that failed; they are tried again. */
  readonly failed: number;
  /** Runs to be made, those that failed among them; with `until` it may need more. */
  readonly toRun: number;
  /** Why they have to be made; empty if there are none. */
  readonly why: string;
};

/** How a sweep stands. */
export type Survey = {
  readonly cells: readonly CellSurvey[];
  readonly done: number;
  readonly failed: number;
  readonly toRun: number;
  /** The first run that would be made. */
  readonly first: Task | undefined;
  /** Whether cells may need more runs than that: up to so many each. */
  readonly replicasMax: number | undefined;
};

/**
 * Looks at a folder.
 * @param at.before labels of cells to their ids when the folder was last written
 */
export function surveySweep(
  plan: SweepPlan,
  at: {
    readonly folder: SweepFolder;
    readonly shard?: Shard | undefined;
    readonly before: Readonly<Record<string, string>>;
  },
): Survey {
  let first: Task | undefined;
  const cells = plan.cells.map((cell): CellSurvey => {
    let done = 0;
    let failed = 0;
    const { missing } = extentOf(plan.sweep, (replica) => {
      const seed = runSeed(plan, cell, replica);
      if (!isOurs(plan, at.shard, { cell, replica })) return NOTHING;
      const state = at.folder.stateOf(cell, seed);
      if (state === 'done') done += 1;
      if (state === 'failed') failed += 1;
      if (state !== 'done') return undefined;
      const { outcome } = at.folder.read(cell, seed, 'done');
      return outcome.status === 'done' ? outcome.metrics : undefined;
    });
    const [replica] = missing;
    if (replica !== undefined) first ??= { cell, replica, seed: runSeed(plan, cell, replica) };
    const why = whyRun({ done, failed, missing: missing.length }, at.before[cell.label], cell);
    return { cell, done, failed, toRun: missing.length, why };
  });
  const total = (of: (survey: CellSurvey) => number): number =>
    cells.reduce((sum, survey) => sum + of(survey), 0);
  return {
    cells,
    done: total(({ done }) => done),
    failed: total(({ failed }) => failed),
    toRun: total(({ toRun }) => toRun),
    first,
    replicasMax: plan.sweep.until === undefined ? undefined : replicaBounds(plan.sweep).most,
  };
}

/**
 * Returns how long one run takes, in ms: by its cell's earlier runs, or by those of others;
 * `undefined` if nothing was ever timed.
 */
export function meanRunMs(survey: Survey, folder: SweepFolder): number | undefined {
  const byCell = new Map<string, { sum: number; count: number }>();
  const all = { sum: 0, count: 0 };
  for (const { cell, wallMs } of folder.timings()) {
    const own = byCell.get(cell) ?? { sum: 0, count: 0 };
    byCell.set(cell, own);
    for (const total of [own, all]) {
      total.sum += wallMs;
      total.count += 1;
    }
  }
  if (all.count === 0 || survey.toRun === 0) return undefined;
  const weighted = survey.cells.reduce((sum, { cell, toRun }) => {
    const { sum: own, count } = byCell.get(cell.id) ?? all;
    return sum + toRun * (own / count);
  }, 0);
  return weighted / survey.toRun;
}

const NOTHING: readonly Metric[] = [];

function whyRun(
  counts: { readonly done: number; readonly failed: number; readonly missing: number },
  before: string | undefined,
  cell: PlannedCell,
): string {
  if (counts.missing === 0) return '';
  if (counts.failed > 0) return `${counts.failed} failed before`;
  if (counts.done > 0) return 'some runs are there';
  if (before !== undefined && before !== cell.id) return 'its configuration has changed';
  return 'not run yet';
}
