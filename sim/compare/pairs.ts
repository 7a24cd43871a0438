/**
 * Who is compared with whom: cells by what varies, runs by their seed. Where no seed is in both,
 * runs are paired by their replica: that says as much as two independent samples do, and is noted.
 */
import type { Comparable, ComparableCell, ComparableRun } from './comparable.ts';

/** The same run in both folders. */
export type RunPair = { readonly first: ComparableRun; readonly second: ComparableRun };

export type CellPair = {
  readonly label: string;
  readonly pairs: readonly RunPair[];
  /** Whether both runs of each pair have the same seed. */
  readonly isSeeded: boolean;
  /** Runs of either folder without a partner. */
  readonly unpaired: number;
};

/** All that is paired, and what is not. */
export type Pairing = {
  readonly cells: readonly CellPair[];
  /** Cells that only one folder has, by their labels. */
  readonly onlyFirst: readonly string[];
  readonly onlySecond: readonly string[];
};

/** Pairs two folders. */
export function pairUp(first: Comparable, second: Comparable): Pairing {
  const partners = new Map(second.cells.map((cell) => [cell.key, cell]));
  const keys = new Set(first.cells.map(({ key }) => key));
  return {
    cells: first.cells.flatMap((cell) => {
      const partner = partners.get(cell.key);
      return partner === undefined ? [] : [pairCells(cell, partner)];
    }),
    onlyFirst: first.cells.filter(({ key }) => !partners.has(key)).map(({ label }) => label),
    onlySecond: second.cells.filter(({ key }) => !keys.has(key)).map(({ label }) => label),
  };
}

function pairCells(cell: ComparableCell, partner: ComparableCell): CellPair {
  const bySeed = pairRuns(cell, partner, ({ seed }) => seed);
  const isSeeded = bySeed.length > 0;
  const pairs = isSeeded ? bySeed : pairRuns(cell, partner, ({ replica }) => replica);
  const unpaired = cell.runs.length + partner.runs.length - 2 * pairs.length;
  return { label: cell.label, pairs, isSeeded, unpaired };
}

function pairRuns(
  cell: ComparableCell,
  partner: ComparableCell,
  keyOf: (run: ComparableRun) => number,
): readonly RunPair[] {
  const others = new Map(partner.runs.map((run) => [keyOf(run), run]));
  return cell.runs.flatMap((first) => {
    const second = others.get(keyOf(first));
    return second === undefined ? [] : [{ first, second }];
  });
}
