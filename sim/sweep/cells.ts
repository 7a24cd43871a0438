/**
 * From a sweep to its cells: every combination of what varies, in a fixed order, the arms last.
 *
 * Names decide everything. The seed of a run hangs on the sweep's seed, the values of its point and
 * its replica, not on positions: values that are added shift no other run's randomness. Arms are
 * not in it: they run with common random numbers. Streams inside a run take their name in the same
 * way (`RandomStream`), so seed(cell, replica, stream) is a hash of names all the way down.
 */
import { compareText, defined, sha256, utf8 } from '../../src/base/index.ts';
import type { Sweep, SweepRange } from '../../src/config/index.ts';
import { exponential, logarithm } from '../kernel/elementary.ts';
import { RandomStream } from '../kernel/random.ts';

/** Seeds are integers below 2^48: exact in doubles, JSON and Parquet. */
const SEED_BYTES = 6;
/** Digits of drawn values: nobody reads or types more. */
const DRAWN_DIGITS = 6;

/** A value that a cell sets. */
export type Setting = {
  /** Key path such as `adversaries.0.share`. */
  readonly key: string;
  readonly value: unknown;
  /** Where it stands in the sweep file. */
  readonly path: readonly (string | number)[];
};

/** One combination of values. */
export type Cell = {
  readonly index: number;
  /** Absent if the sweep has no arms. */
  readonly arm: string | undefined;
  /** What varies; the same for all arms. */
  readonly point: readonly Setting[];
  /** Everything that is set, in the order in which it is. */
  readonly settings: readonly Setting[];
};

/** Returns the cells of a sweep; their number was checked when the sweep was. */
export function cellsOf(sweep: Sweep): readonly Cell[] {
  const fixed = settingsOf(sweep.set, ['set']);
  const points = pointsOf(sweep);
  const arms = Object.entries(sweep.arms).map(([name, changes]) => {
    return { name, changes: settingsOf(changes, ['arms', name]) };
  });
  const variants = arms.length === 0 ? [{ name: undefined, changes: [] }] : arms;
  return points.flatMap((point, position) =>
    variants.map(({ name, changes }, offset) => ({
      index: position * variants.length + offset,
      arm: name,
      point,
      settings: [...fixed, ...point, ...changes],
    })),
  );
}

/** Returns a setting as `--set` takes it. */
export function settingText({ key, value }: Setting): string {
  return `${key}=${JSON.stringify(value)}`;
}

/** Returns a cell in words: `adversaries.0.share=0.1 arm=blind`; `base` if nothing varies. */
export function cellLabel({ arm, point }: Cell): string {
  const words = point.map(settingText);
  if (arm !== undefined) words.push(`arm=${arm}`);
  return words.length === 0 ? 'base' : words.join(' ');
}

/** Returns the seed of a run: the same for all arms of a point. */
export function seedOf(sweep: Sweep, cell: Cell, replica: number): number {
  const values = cell.point
    .map(({ key, value }) => [key, value] as const)
    .sort(([a], [b]) => compareText(a, b));
  const name = JSON.stringify(['assay/sweep', sweep.seed, values, replica]);
  return sha256(utf8(name))
    .subarray(0, SEED_BYTES)
    .reduce((seed, byte) => seed * 256 + byte, 0);
}

function pointsOf({ vary }: Sweep): readonly (readonly Setting[])[] {
  const parts: (readonly (readonly Setting[])[])[] = Object.entries(vary.grid ?? {}).map(
    ([key, values]) =>
      values.map((value, index) => [{ key, value, path: ['vary', 'grid', key, index] }]),
  );
  if (vary.zip !== undefined) parts.push(zipped(vary.zip));
  if (vary.list !== undefined) {
    parts.push(vary.list.map((point, index) => settingsOf(point, ['vary', 'list', index])));
  }
  for (const part of ['random', 'latinHypercube'] as const) {
    const drawn = vary[part];
    if (drawn !== undefined) parts.push(drawnPoints(drawn, part));
  }
  return parts.reduce<readonly (readonly Setting[])[]>(
    (points, part) => points.flatMap((point) => part.map((more) => [...point, ...more])),
    [[]],
  );
}

function zipped(
  lists: Readonly<Record<string, readonly unknown[]>>,
): readonly (readonly Setting[])[] {
  const length = Object.values(lists)[0]?.length ?? 0;
  return Array.from({ length }, (_, index) =>
    Object.entries(lists).map(([key, values]) => {
      return { key, value: values[index], path: ['vary', 'zip', key, index] };
    }),
  );
}

function drawnPoints(
  drawn: NonNullable<Sweep['vary']['random']>,
  part: 'random' | 'latinHypercube',
): readonly (readonly Setting[])[] {
  const { count, seed, ranges } = drawn;
  const columns = Object.entries(ranges).map(([key, range]) => {
    const random = new RandomStream(seed, `sweep/${part}/${key}`);
    const strata = random.shuffled(Array.from({ length: count }, (_, i) => i));
    const values = strata.map((stratum) => {
      const uniform = random.uniform();
      return valueIn(range, part === 'random' ? uniform : (stratum + uniform) / count);
    });
    return { key, values };
  });
  return Array.from({ length: count }, (_, index) =>
    columns.map(({ key, values }) => {
      const value = defined(values[index], 'each column has a value for each point');
      return { key, value, path: ['vary', part, 'ranges', key] };
    }),
  );
}

/** @param u 0..1, 1 excluded */
function valueIn({ from, to, scale }: SweepRange, u: number): number {
  switch (scale) {
    case 'integer':
      return from + Math.floor(u * (to - from + 1));
    case 'log': {
      const [low, high] = [logarithm(from), logarithm(to)];
      return rounded(exponential(low + u * (high - low)));
    }
    default:
      return rounded(from + u * (to - from));
  }
}

function rounded(value: number): number {
  return Number(value.toPrecision(DRAWN_DIGITS));
}

function settingsOf(
  values: Readonly<Record<string, unknown>>,
  path: readonly (string | number)[],
): readonly Setting[] {
  return Object.entries(values).map(([key, value]) => ({ key, value, path: [...path, key] }));
}
