/** Prints what a sweep came out at, and ends with an error if runs of it failed. */
import { commandText } from '../../../../sim/index.ts';
import { formatCount, formatPlural } from '../../../../sim/report/format.ts';
import {
  replayOf,
  type SweepEnd,
  type SweepPlan,
  type SweepResults,
  summaryLines,
  VIOLATED,
} from '../../../../sim/sweep/index.ts';
import { AssayError } from '../../../base/index.ts';
import type { Io } from '../../io.ts';
import { terminalOf } from '../../terminal.ts';
import { VIOLATION_CODE } from './violation.ts';

/** Failed runs that are shown; all are in `runs.csv`. */
const FAILURES_SHOWN = 5;
/** Of a file. */
const COLUMNS = 100;

/** Prints the tables of a sweep, or all its numbers as JSON. */
export function printSweep(
  values: { readonly io: Io; readonly json: boolean; readonly quiet: boolean },
  at: {
    readonly plan: SweepPlan;
    readonly results: SweepResults;
    readonly files: readonly string[];
    readonly path: string;
  },
): void {
  const { plan, results, files, path } = at;
  if (values.json) {
    values.io.out(`${JSON.stringify(sweepJson(plan, results), null, 2)}\n`);
    return;
  }
  if (values.quiet) return;
  const runs = results.cells.reduce((sum, { rows }) => sum + rows.length, 0);
  const size = `${formatPlural(results.cells.length, 'cell')}, ${formatPlural(runs, 'run')}`;
  const heading = `${plan.sweep.name}: ${size}`;
  const missing = results.missing === 0 ? [] : [`${formatCount(results.missing)} runs are missing`];
  const { isLive, hasColour, columns } = terminalOf(process.stdout);
  const lines = [
    hasColour ? `\u001b[1m${heading}\u001b[0m` : heading,
    ...(plan.sweep.description === '' ? [] : [plan.sweep.description.trim()]),
    ...missing,
    '',
    ...summaryLines(plan, results, { columns: isLive ? columns() : COLUMNS }),
    `results in ${path}: ${files.join(', ')}`,
    `as a page: ${commandText(['npx', 'assay', 'sim', 'report', path])}`,
  ];
  values.io.out(`${lines.join('\n')}\n`);
}

/** @throws AssayError invariant-violated, run-failed if runs failed */
export function requireSuccess(failures: SweepEnd['failures'], basePath: string | null): void {
  if (failures.length === 0) return;
  const violation = failures.find(({ record }) => codeOf(record.outcome) === VIOLATED);
  const shown = (violation === undefined ? failures : [violation]).slice(0, FAILURES_SHOWN);
  const details = shown.flatMap(({ cell, seed, record: { outcome } }) => [
    outcome.status === 'failed' ? `${cell.label}: ${outcome.message}` : cell.label,
    `  ${replayOf(cell, { seed, basePath }).join(' ')}`,
  ]);
  throw new AssayError({
    code: violation === undefined ? 'run-failed' : VIOLATION_CODE,
    message: `${formatPlural(failures.length, 'run')} failed; the others are kept`,
    remedy: ['Replay:', ...details].join('\n  '),
  });
}

function codeOf(outcome: SweepEnd['failures'][number]['record']['outcome']): string {
  return outcome.status === 'failed' ? outcome.code : '';
}

function sweepJson(plan: SweepPlan, { cells, differences, missing, failed }: SweepResults): object {
  return {
    name: plan.sweep.name,
    experiment: plan.kind.kind,
    missing,
    failed,
    cells: cells.map(({ cell, rows, summaries }) => ({
      id: cell.id,
      arm: cell.arm ?? null,
      point: Object.fromEntries(cell.point.map(({ key, value }) => [key, value])),
      runs: rows.length,
      metrics: summaries,
    })),
    differences: differences.map(({ cell, against, differences: metrics }) => ({
      id: cell.id,
      against: against.id,
      metrics,
    })),
  };
}
