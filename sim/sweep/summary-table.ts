/** The results of a sweep for a terminal: one table per metric, a row per cell. */
import { ruleOfThree } from '../../src/theory/index.ts';
import { CONFIDENCE } from '../metrics/rate.ts';
import { formatCount, formatInterval, formatNumber, formatShare } from '../report/format.ts';
import { grid } from '../report/layout.ts';
import type { Summary } from '../statistics/summary.ts';
import type { SweepResults } from './aggregate.ts';
import type { PlannedCell, SweepPlan } from './plan.ts';

/** Narrower than this no table fits; wider than that no eye follows. */
const COLUMNS_MIN = 60;
const COLUMNS_MAX = 200;
/** Rows of a table; the others are in `cells.csv`. */
const ROWS_MAX = 100;

export type SummaryOptions = { readonly columns: number };

/** Returns the tables of the metrics that a sweep shows, as lines. */
export function summaryLines(
  plan: SweepPlan,
  results: SweepResults,
  options: SummaryOptions,
): readonly string[] {
  const columns = Math.min(COLUMNS_MAX, Math.max(COLUMNS_MIN, options.columns));
  const names = shownMetrics(plan, results);
  return [
    ...names.flatMap((name) => [...metricLines(plan, results, { name, columns }), '']),
    ...differenceLines(results, { names, columns }),
    ...flagLines(results),
  ];
}

/** Metrics that are shown: those that the sweep names, or those of most interest that exist. */
function shownMetrics({ sweep, kind }: SweepPlan, { cells }: SweepResults): readonly string[] {
  const wanted = sweep.metrics.length > 0 ? sweep.metrics : kind.headline;
  const until = sweep.until === undefined ? [] : [sweep.until.metric];
  const known = new Set(
    cells.flatMap(({ summaries }) => summaries.filter(({ n }) => n > 0).map(({ name }) => name)),
  );
  const named = [...new Set([...until, ...wanted])];
  return named.flatMap((name) =>
    [...known].filter((each) => each === name || each.startsWith(`${name}.`)),
  );
}

function metricLines(
  { kind }: SweepPlan,
  { cells }: SweepResults,
  { name, columns }: { readonly name: string; readonly columns: number },
): readonly string[] {
  const rows = cells.flatMap(({ cell, summaries }) => {
    const summary = summaries.find((each) => each.name === name);
    return summary === undefined ? [] : [{ cell, summary }];
  });
  const doc = kind.metrics.find((each) => each.name === name.split('.')[0]);
  const hasForm = rows.some(({ summary }) => summary.expected.value !== null);
  const isRate = rows.some(({ summary }) => summary.count !== null);
  const header = [isRate ? 'count' : 'runs', isRate ? 'share' : 'mean', '95 % interval'];
  if (hasForm) header.push('expected');
  const cellsOf = ({ summary }: (typeof rows)[number]): readonly string[] => [
    ...numbersOf(summary),
    ...(hasForm ? [expectedOf(summary)] : []),
  ];
  return [
    `${name} (${doc?.unit ?? ''}): ${doc?.meaning ?? ''}`,
    ...table(
      rows.slice(0, ROWS_MAX).map((row) => ({ cell: row.cell, values: cellsOf(row) })),
      { header, columns },
    ),
    ...(rows.length > ROWS_MAX ? [`  and ${rows.length - ROWS_MAX} more in cells.csv`] : []),
  ];
}

function numbersOf(summary: Summary): readonly string[] {
  const { count, n, value, low, high } = summary;
  if (count !== null) {
    const share =
      count === 0
        ? `< ${formatShare(ruleOfThree({ trials: n, confidence: CONFIDENCE }))}`
        : formatShare(value ?? 0);
    if (value === null) return [`0 of 0`, '-', '-'];
    const ends = formatInterval({ low: low ?? 0, high: high ?? 1 });
    return [`${formatCount(count)} of ${formatCount(n)}`, share, ends];
  }
  const mean = value === null ? '-' : formatNumber(value);
  return [`${n}`, mean, interval(low, high)];
}

function expectedOf({ expected, disagrees }: Summary): string {
  if (expected.value === null) return '-';
  const signs = { exact: '', approximation: '≈ ', 'upper-bound': '≤ ', 'lower-bound': '≥ ' };
  return `${signs[expected.kind]}${formatShare(expected.value)}${disagrees ? ' *' : ''}`;
}

function differenceLines(
  { differences }: SweepResults,
  { names, columns }: { readonly names: readonly string[]; readonly columns: number },
): readonly string[] {
  return names.flatMap((name) => {
    const rows = differences.flatMap(({ cell, differences: each }) => {
      const found = each.find((difference) => difference.name === name);
      if (found === undefined || found.mean === null) return [];
      const { n, mean, low, high } = found;
      return [{ cell, values: [`${n}`, formatNumber(mean), interval(low, high)] }];
    });
    if (rows.length === 0) return [];
    const first = differences[0]?.against.arm ?? '';
    const header = ['pairs', 'difference', '95 % interval'];
    return [`${name}, less that of arm ${first}`, ...table(rows, { header, columns }), ''];
  });
}

function flagLines({ cells }: SweepResults): readonly string[] {
  const compared = cells
    .flatMap(({ summaries }) => summaries)
    .filter(({ n, expected }) => n > 0 && expected.value !== null);
  const flagged = compared.filter(({ disagrees }) => disagrees).length;
  if (compared.length === 0) return [];
  const text =
    `closed forms outside the 99 % interval: ${flagged} of ${compared.length}` +
    ' (of right ones, one in 100 is)';
  return [flagged > 0 ? `* ${text}` : text];
}

/** A grid, or two lines per row where that is too wide. */
function table(
  rows: readonly { readonly cell: PlannedCell; readonly values: readonly string[] }[],
  { header, columns }: { readonly header: readonly string[]; readonly columns: number },
): readonly string[] {
  const names = settingNames(rows.map(({ cell }) => cell));
  const lines = grid([
    ['', ...names.map(({ short }) => short), ...header],
    ...rows.map(({ cell, values }) => [
      '',
      ...names.map(({ key }) => settingOf(cell, key)),
      ...values,
    ]),
  ]);
  if (lines.every((line) => line.length <= columns)) return lines;
  return rows.flatMap(({ cell, values }) => [
    `  ${cell.label}`,
    `    ${values.map((value, index) => `${header[index]} ${value}`).join(', ')}`,
  ]);
}

/** Keys that vary, each by the shortest end of its path that no other has. */
function settingNames(
  cells: readonly PlannedCell[],
): readonly { readonly key: string; readonly short: string }[] {
  const keys = [...new Set(cells.flatMap(({ point }) => point.map(({ key }) => key)))];
  const names = keys.map((key) => ({ key, short: shortName(key, keys) }));
  const hasArms = cells.some(({ arm }) => arm !== undefined);
  return hasArms ? [...names, { key: ARM, short: 'arm' }] : names;
}

const ARM = '';

/** Returns the shortest end of a key path that no other of `keys` has. */
export function shortName(key: string, keys: readonly string[]): string {
  const parts = key.split('.');
  for (let from = parts.length - 1; from > 0; from--) {
    const end = parts.slice(from).join('.');
    const isOnly = keys.filter((each) => each === end || each.endsWith(`.${end}`)).length === 1;
    if (isOnly && !/^\d/.test(end)) return end;
  }
  return key;
}

function settingOf({ point, arm }: PlannedCell, key: string): string {
  if (key === ARM) return arm ?? '-';
  const value = point.find((setting) => setting.key === key)?.value;
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '-');
}

function interval(low: number | null, high: number | null): string {
  return low === null || high === null ? '-' : `[${formatNumber(low)}, ${formatNumber(high)}]`;
}
