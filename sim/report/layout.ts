/** Lines of text in a terminal: grids, wrapped sentences, rates with what was expected. */
import type { Expected, Rate } from '../metrics/rate.ts';
import { formatCount, formatInterval, formatShare } from './format.ts';

/** Narrower than this, a rate takes two lines and grids leave columns out. */
const WIDE_COLUMNS = 76;

const INDENT = 2;

export type Layout = { readonly columns: number };

/** Tells whether there is no room for everything side by side. */
export function isNarrow({ columns }: Layout): boolean {
  return columns < WIDE_COLUMNS;
}

/** Breaks a sentence at spaces, so that each line fits; a longer word stands alone. */
export function wrap({ columns }: Layout, text: string, indent = INDENT): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const isFull = line !== '' && indent + line.length + 1 + word.length > columns;
    if (isFull) lines.push(line);
    line = line === '' || isFull ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => ' '.repeat(indent) + each);
}

/** Lays out rows: the first column to the left, the others to the right. */
export function grid(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return column === 0 ? cell.padEnd(width) : cell.padStart(width + 2);
    });
    return (' '.repeat(INDENT) + cells.join('')).trimEnd();
  });
}

/** Lays out rates, each with its interval and the closed form; says why where there is none. */
export function rateLines(
  layout: Layout,
  rates: readonly (readonly [label: string, rate: Rate])[],
): readonly string[] {
  const cells = rates.map(([label, rate]) => [
    label,
    `${formatCount(rate.count)} of ${formatCount(rate.of)}`,
    rate.share === null ? '-' : formatShare(rate.share),
    rate.share === null ? '-' : formatInterval(rate),
    expectedText(rate.expected),
  ]);
  const lines = isNarrow(layout)
    ? narrowRates(cells)
    : grid([['', 'count', 'share', '95 % interval', 'expected'], ...cells]);
  const reasons = new Set(
    rates.flatMap(([, { of, expected }]) =>
      expected.value === null && of > 0 && expected.reason !== '' ? [expected.reason] : [],
    ),
  );
  return [
    ...lines,
    ...[...reasons].flatMap((reason) => wrap(layout, `(no closed form: ${reason})`)),
  ];
}

function narrowRates(cells: readonly (readonly string[])[]): readonly string[] {
  const width = Math.max(...cells.map(([label = '']) => label.length));
  return cells.flatMap(([label = '', count = '', share = '', interval = '', expected = '']) => [
    `  ${label.padEnd(width)}  ${count}${share === '-' ? '' : `  ${share}`}`,
    ...(share === '-' ? [] : [`    95 % ${interval}, expected ${expected}`]),
  ]);
}

function expectedText(expected: Expected): string {
  if (expected.value === null) return '-';
  const share = formatShare(expected.value);
  switch (expected.kind) {
    case 'upper-bound':
      return expected.value === 0 ? share : `≤ ${share}`;
    case 'lower-bound':
      return expected.value === 1 || share.startsWith('>') ? share : `≥ ${share}`;
    case 'approximation':
      return `≈ ${share}`;
    default:
      return share;
  }
}
