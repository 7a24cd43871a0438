/** What `assay sim sweep --dry-run` says: which runs, which are done, why the others, how long. */
import { formatCount, formatPlural } from '../../../../sim/report/format.ts';
import type { Shard, Survey, SweepPlan } from '../../../../sim/sweep/index.ts';
import type { Answer } from '../../io.ts';
import { wrapText } from '../../text.ts';
import { formatWait } from './wait.ts';

/** Cells that are listed. */
const CELLS_SHOWN = 30;

/** What is known of the time of one run. */
export type Estimate = {
  /** Absent if a trial did not end in time, or failed. */
  readonly runMs: number | undefined;
  readonly isTrial: boolean;
  /** Runs at a time. */
  readonly slots: number;
  readonly trialMs: number;
};

/** Returns the plan of a sweep in words and as data. */
export function dryRunAnswer(at: {
  readonly plan: SweepPlan;
  readonly survey: Survey;
  readonly path: string;
  readonly shard: Shard | undefined;
  readonly estimate: Estimate;
}): Answer {
  const { plan, survey, path, shard, estimate } = at;
  const { done, failed, toRun, replicasMax } = survey;
  const totalMs = estimate.runMs === undefined ? null : (estimate.runMs * toRun) / estimate.slots;
  const part = shard === undefined ? '' : `, part ${shard.index} of ${shard.count}`;
  const more =
    replicasMax === undefined ? '' : ` at least, ${formatCount(replicasMax)} a cell at most`;
  const json = {
    name: plan.sweep.name,
    folder: path,
    cells: plan.cells.length,
    repeated: plan.repeated,
    done,
    failed,
    toRun,
    replicasMax: replicasMax ?? null,
    runMs: estimate.runMs ?? null,
    totalMs,
    why: survey.cells.map(({ cell, ...rest }) => ({ id: cell.id, label: cell.label, ...rest })),
  };
  const lines = [
    `${plan.sweep.name}: ${formatPlural(plan.cells.length, 'cell')}${part}, into ${path}`,
    ...(plan.repeated.length === 0
      ? []
      : wrapText(`left out, the same as others: ${plan.repeated.join('; ')}`, { indent: 2 })),
    `  ${formatCount(done)} done, ${formatCount(toRun)} to run${more}` +
      (failed === 0 ? '' : `, ${formatCount(failed)} of them failed before`),
    `  ${timeText(estimate, { totalMs, toRun })}`,
    '',
    ...survey.cells.slice(0, CELLS_SHOWN).flatMap(({ cell, done: own, toRun: left, why }) =>
      wrapText(
        `${cell.id}  ${own} done, ${left} to run${why === '' ? '' : `: ${why}`}; ${cell.label}`,
        {
          indent: 2,
        },
      ),
    ),
    ...(survey.cells.length > CELLS_SHOWN
      ? [`  and ${formatPlural(survey.cells.length - CELLS_SHOWN, 'cell')} more`]
      : []),
  ];
  return { json, lines };
}

function timeText(
  { runMs, isTrial, slots, trialMs }: Estimate,
  { totalMs, toRun }: { readonly totalMs: number | null; readonly toRun: number },
): string {
  if (toRun === 0) return 'nothing to do';
  if (runMs === undefined || totalMs === null) {
    return `time unknown: a trial run did not end well within ${formatWait(trialMs)}`;
  }
  const source = isTrial ? 'a trial run took' : 'runs took';
  return `about ${formatWait(totalMs)}, ${slots} at a time; ${source} ${formatWait(runMs)}`;
}
