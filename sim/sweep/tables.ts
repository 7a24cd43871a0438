/**
 * The tables of a sweep as files: tidy, one thing per row, the same bytes for the same runs.
 *
 * `runs` has a row per run and a column per metric, rates as two: events and trials. `cells` has a
 * row per cell and metric. The README of this folder lists the columns.
 */
import { parquetWriteBuffer } from 'hyparquet-writer';
import { CONFIDENCE } from '../metrics/rate.ts';
import type { Cell } from './cells.ts';
import type { PlannedCell } from './plan.ts';
import { replayOf } from './replay.ts';
import type { ArmDifference, CellResult } from './results.ts';

/** A value of a table; absent values are null. */
export type TableValue = string | number | boolean | null;

/** A named column; all values have one type, or are null. */
export type Column = { readonly name: string; readonly values: readonly TableValue[] };

/** Digits of computed statistics: engines differ in the last ones. */
const DIGITS = 12;

/** Returns one row per run. */
export function runsTable(
  results: readonly CellResult[],
  basePath: string | null,
): readonly Column[] {
  const rows = results.flatMap((result) =>
    result.rows.map((row) => ({ ...row, cell: result.cell })),
  );
  const names = new Set<string>();
  const metrics = rows.map(({ record: { outcome } }) => {
    const values = new Map<string, TableValue>();
    for (const metric of outcome.status === 'done' ? outcome.metrics : []) {
      if (metric.kind === 'value') values.set(metric.name, metric.value);
      else {
        values.set(`${metric.name}_count`, metric.count);
        values.set(`${metric.name}_of`, metric.of);
      }
    }
    for (const name of values.keys()) names.add(name);
    return values;
  });
  const failed = rows.map(({ record: { outcome } }) =>
    outcome.status === 'failed' ? outcome : undefined,
  );
  return [
    ...cellColumns(rows.map(({ cell }) => cell)),
    { name: 'replica', values: rows.map(({ replica }) => replica) },
    { name: 'seed', values: rows.map(({ record }) => record.seed) },
    { name: 'status', values: rows.map(({ record }) => record.outcome.status) },
    {
      name: 'digest',
      values: rows.map(({ record: { outcome } }) =>
        outcome.status === 'done' ? outcome.digest : null,
      ),
    },
    { name: 'error', values: failed.map((each) => each?.code ?? null) },
    { name: 'message', values: failed.map((each) => each?.message ?? null) },
    {
      name: 'replay',
      values: rows.map(({ cell, record }) =>
        record.outcome.status === 'failed'
          ? replayOf(cell, { seed: record.seed, basePath }).join(' ')
          : null,
      ),
    },
    ...[...names].map((name) => ({ name, values: metrics.map((each) => each.get(name) ?? null) })),
  ];
}

/** Returns one row per cell and metric. */
export function cellsTable(results: readonly CellResult[]): readonly Column[] {
  const rows = results.flatMap(({ cell, summaries }) =>
    summaries.map((summary) => ({ cell, summary })),
  );
  const column = (name: string, amountOf: (row: (typeof rows)[number]) => TableValue): Column => {
    return { name, values: rows.map((row) => tidied(amountOf(row))) };
  };
  return [
    ...cellColumns(rows.map(({ cell }) => cell)),
    column('metric', ({ summary }) => summary.name),
    column('unit', ({ summary }) => summary.unit),
    column('runs', ({ summary }) => summary.runs),
    column('n', ({ summary }) => summary.n),
    column('count', ({ summary }) => summary.count),
    column('value', ({ summary }) => summary.value),
    column('low', ({ summary }) => summary.low),
    column('high', ({ summary }) => summary.high),
    column('confidence', () => CONFIDENCE),
    column('method', ({ summary }) => summary.method),
    column('median', ({ summary }) => summary.median?.value ?? null),
    column('median_low', ({ summary }) => summary.median?.low ?? null),
    column('median_high', ({ summary }) => summary.median?.high ?? null),
    column('expected', ({ summary }) => summary.expected.value),
    column('expected_kind', ({ summary: { expected } }) =>
      expected.value === null ? null : expected.kind,
    ),
    column('disagrees', ({ summary }) => summary.disagrees),
  ];
}

/** Returns one row per arm, point and metric: the arm less the first one. */
export function differencesTable(compared: readonly ArmDifference[]): readonly Column[] {
  const rows = compared.flatMap(({ cell, against, differences }) =>
    differences.map((difference) => ({ cell, against, difference })),
  );
  return [
    ...cellColumns(rows.map(({ cell }) => cell)),
    { name: 'against_cell_id', values: rows.map(({ against }) => against.id) },
    { name: 'against_arm', values: rows.map(({ against }) => against.arm ?? null) },
    { name: 'metric', values: rows.map(({ difference }) => difference.name) },
    { name: 'unit', values: rows.map(({ difference }) => difference.unit) },
    { name: 'n', values: rows.map(({ difference }) => difference.n) },
    { name: 'mean', values: rows.map(({ difference }) => tidied(difference.mean)) },
    { name: 'low', values: rows.map(({ difference }) => tidied(difference.low)) },
    { name: 'high', values: rows.map(({ difference }) => tidied(difference.high)) },
  ];
}

/** Returns a table as CSV with a header; null is empty. */
export function csvOf(columns: readonly Column[]): string {
  const length = columns[0]?.values.length ?? 0;
  const lines = [columns.map(({ name }) => quoted(name)).join(',')];
  for (let row = 0; row < length; row++) {
    lines.push(columns.map(({ values }) => quoted(values[row] ?? null)).join(','));
  }
  return `${lines.join('\n')}\n`;
}

/** Returns a table as Parquet: text, BOOLEAN, or DOUBLE, all nullable. */
export function parquetOf(columns: readonly Column[]): Uint8Array {
  const columnData = columns.map(({ name, values }) => {
    return { name, data: [...values], type: parquetType(values), nullable: true };
  });
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

function parquetType(values: readonly TableValue[]): 'STRING' | 'BOOLEAN' | 'DOUBLE' {
  const known = values.find((value) => value !== null);
  if (typeof known === 'string') return 'STRING';
  return typeof known === 'boolean' ? 'BOOLEAN' : 'DOUBLE';
}

/** Names and values of what varies; values of several types in one column become text. */
function cellColumns(cells: readonly PlannedCell[]): readonly Column[] {
  const keys = [...new Set(cells.flatMap(({ point }) => point.map(({ key }) => key)))];
  const arms = cells.some(({ arm }) => arm !== undefined)
    ? [{ name: 'arm', values: cells.map(({ arm }) => arm ?? null) }]
    : [];
  return [
    { name: 'cell_id', values: cells.map(({ id }) => id) },
    ...arms,
    ...keys.map((key) => ({
      name: key,
      values: uniform(cells.map((cell) => pointValue(cell, key))),
    })),
  ];
}

function pointValue({ point }: Cell, key: string): TableValue {
  const value = point.find((setting) => setting.key === key)?.value ?? null;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') {
    return value;
  }
  return value === null ? null : JSON.stringify(value);
}

function uniform(values: readonly TableValue[]): readonly TableValue[] {
  const types = new Set(values.filter((value) => value !== null).map((value) => typeof value));
  return types.size <= 1 ? values : values.map((value) => (value === null ? null : String(value)));
}

function tidied(value: TableValue): TableValue {
  return typeof value === 'number' ? Number(value.toPrecision(DIGITS)) : value;
}

function quoted(value: TableValue): string {
  const text = value === null ? '' : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
