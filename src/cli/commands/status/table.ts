/** Tables for terminals of any width: what does not fit is left out, the least important first. */

import { fitted } from '../../terminal.ts';

export type Column = {
  readonly title: string;
  readonly isRight?: boolean;
  /** The highest is left out first where there is no room; 0 never. */
  readonly rank: number;
};

/** A cell, and how it is coloured once it is padded. */
export type Cell = { readonly text: string; readonly paint?: (text: string) => string };

const GAP = '  ';

/**
 * Returns title and rows in lines of at most `width` columns, as long as the columns of rank 0 fit.
 * @param table.below line under a row, such as a reason; indented, cut to the width
 */
export function tableLines(table: {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  readonly width: number;
  readonly below?: (row: number) => string;
}): readonly string[] {
  const { columns, rows, width, below = () => '' } = table;
  const widths = columns.map(({ title }, i) =>
    Math.max(title.length, ...rows.map((row) => row[i]?.text.length ?? 0)),
  );
  const shown = shownColumns(columns, widths, width);
  const line = (cells: readonly Cell[]): string =>
    shown
      .map((i) => padded(cells[i] ?? { text: '' }, widths[i] ?? 0, columns[i]?.isRight === true))
      .join(GAP)
      .trimEnd();
  const body = rows.flatMap((row, i) => {
    const note = below(i);
    return note === '' ? [line(row)] : [line(row), fitted(`${GAP}${note}`, width)];
  });
  return [line(columns.map(({ title }) => ({ text: title }))), ...body];
}

/** Indices of the columns that fit. */
function shownColumns(
  columns: readonly Column[],
  widths: readonly number[],
  width: number,
): readonly number[] {
  let shown = columns.map((_, i) => i);
  const total = (): number =>
    shown.reduce((sum, i) => sum + (widths[i] ?? 0) + GAP.length, -GAP.length);
  while (total() > width) {
    const ranks = shown.map((i) => columns[i]?.rank ?? 0);
    const highest = Math.max(0, ...ranks);
    if (highest === 0) break;
    shown = shown.filter((i) => columns[i]?.rank !== highest);
  }
  return shown;
}

function padded({ text, paint = (same) => same }: Cell, width: number, isRight: boolean): string {
  const padding = ' '.repeat(Math.max(0, width - text.length));
  return isRight ? padding + paint(text) : paint(text) + padding;
}
