/** Makes the tables of a sweep from the runs in its folder: what `sim merge` does. */
import { SweepError } from './error.ts';
import type { SweepFolder } from './folder.ts';
import type { SweepPlan } from './plan.ts';
import { type ArmDifference, type CellResult, compareArms, readResults } from './results.ts';
import { cellsTable, csvOf, differencesTable, parquetOf, runsTable } from './tables.ts';

/** What a sweep came out at. */
export type SweepResults = {
  readonly cells: readonly CellResult[];
  readonly differences: readonly ArmDifference[];
  /** Runs that are needed and not there. */
  readonly missing: number;
  /** Runs that failed. */
  readonly failed: number;
};

/** Reads all runs that a folder has of a sweep. @throws SweepError run-unreadable */
export function aggregate(plan: SweepPlan, folder: SweepFolder): SweepResults {
  const cells = readResults(plan, folder);
  return {
    cells,
    differences: compareArms(cells),
    missing: cells.reduce((sum, { extent }) => sum + extent.missing.length, 0),
    failed: cells.reduce(
      (sum, { rows }) => sum + rows.filter((row) => row.record.outcome.status === 'failed').length,
      0,
    ),
  };
}

/** @throws SweepError sweep-incomplete if runs are missing */
export function requireComplete({ missing, cells }: SweepResults, folder: string): void {
  if (missing === 0) return;
  const open = cells.filter(({ extent }) => extent.missing.length > 0);
  const first = open[0]?.cell.label ?? '';
  throw new SweepError({
    code: 'sweep-incomplete',
    where: folder,
    message: `${missing} runs of ${open.length} cells are not there, first of ${first}`,
    remedy: 'Run the sweep, or the shards that are left; or take what is there with --partial.',
  });
}

/** Writes the tables; older ones are replaced. @throws SweepError sweep-unwritable */
export function writeTables(
  results: SweepResults,
  to: { readonly folder: SweepFolder; readonly basePath: string | null },
): readonly string[] {
  const runs = runsTable(results.cells, to.basePath);
  const files: (readonly [name: string, content: string | Uint8Array])[] = [
    ['cells.csv', csvOf(cellsTable(results.cells))],
    ['runs.csv', csvOf(runs)],
    ['runs.parquet', parquetOf(runs)],
  ];
  if (results.differences.length > 0) {
    files.push(['differences.csv', csvOf(differencesTable(results.differences))]);
  }
  for (const [name, content] of files) to.folder.writeTable(name, content);
  return files.map(([name]) => name);
}
