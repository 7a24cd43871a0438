/**
 * How the cells of a sweep are laid out in figures: decided by what varies, and by nothing else.
 *
 * A number that varies becomes the horizontal axis, what else varies becomes series; where these
 * are too many, a heat map, or one picture for each arm; where nothing can be joined by lines, a
 * row for each cell. Cells drawn at random are points over each number that varies.
 */
import type { PlannedCell } from '../../sweep/plan.ts';
import { shortName } from '../../sweep/summary-table.ts';
import { SERIES_MAX } from '../figures/palette.ts';

/** A key that varies. */
export type Dimension = {
  readonly key: string;
  /** The key without the part that all keys share. */
  readonly label: string;
  /** Distinct values as text, in order of appearance. */
  readonly values: readonly string[];
  readonly isNumeric: boolean;
};

/** Where a cell stands: its place on the axis, and its series ('' if there is one only). */
export type Place = { readonly x: string; readonly series: string };

export type Arrangement = {
  readonly kind: 'line' | 'points' | 'rows' | 'heat';
  /** What the horizontal axis, or the names of rows, stand for. */
  readonly axis: string;
  /** What the rows of a heat map stand for. */
  readonly other: string;
  readonly series: readonly string[];
  /** For heat maps, `series` is the row. */
  readonly placeOf: (cell: PlannedCell) => Place;
};

/** Cells that are drawn together. */
export type Facet = {
  /** Empty if there is one only. */
  readonly name: string;
  readonly arrangement: Arrangement;
  readonly cells: readonly PlannedCell[];
};

/** Rows of cells in one figure; all are in `cells.csv`. */
const ROWS_MAX = 30;
/** Letters of the name of a row, so that it has room. */
const NAME_LETTERS_MAX = 26;
/** Squares of a heat map on either side. */
const HEAT_SIDE_MAX = 16;

/** Returns what varies, in the order of the sweep; empty if not every cell has the same keys. */
export function dimensionsOf(cells: readonly PlannedCell[]): readonly Dimension[] {
  const keys = [...new Set(cells.flatMap(({ point }) => point.map(({ key }) => key)))];
  if (cells.some(({ point }) => point.length !== keys.length)) return [];
  return keys.flatMap((key) => {
    const values = cells.map((cell) => settingOf(cell, key));
    const texts = [...new Set(values.map(valueText))];
    const isNumeric = values.every((value) => typeof value === 'number');
    return texts.length < 2 ? [] : [{ key, label: shortName(key, keys), values: texts, isNumeric }];
  });
}

/** Decides how the cells of a sweep are drawn. */
export function facetsOf(cells: readonly PlannedCell[]): readonly Facet[] {
  const dimensions = dimensionsOf(cells);
  const arms = [...new Set(cells.flatMap(({ arm }) => (arm === undefined ? [] : [arm])))];
  const axis = axisOf(dimensions);
  if (axis === undefined) return [rowsFacet(cells, dimensions, arms)];
  const others = dimensions.filter(({ key }) => key !== axis.key);
  const combinations = others.reduce((product, { values }) => product * values.length, 1);
  const whole = { cells, dimensions, axis, others };
  if (combinations * Math.max(1, arms.length) <= SERIES_MAX) return [lineFacet('', whole, arms)];
  if (combinations <= SERIES_MAX) {
    return arms.map((arm) => {
      const own = cells.filter((cell) => cell.arm === arm);
      return lineFacet(arm, { ...whole, cells: own }, []);
    });
  }
  return isGrid(whole) && arms.length === 0 ? [heatFacet(whole)] : pointFacets(whole);
}

/** The number with most values. */
function axisOf(dimensions: readonly Dimension[]): Dimension | undefined {
  return [...dimensions]
    .filter(({ isNumeric }) => isNumeric)
    .sort((a, b) => b.values.length - a.values.length)[0];
}

type Whole = {
  readonly cells: readonly PlannedCell[];
  readonly dimensions: readonly Dimension[];
  readonly axis: Dimension;
  readonly others: readonly Dimension[];
};

function isGrid({ cells, axis, others, dimensions }: Whole): boolean {
  const sides = [axis.values.length, others[0]?.values.length ?? 0];
  const isSmall = sides.every((side) => side <= HEAT_SIDE_MAX);
  return dimensions.length === 2 && isSmall && cells.length === (sides[0] ?? 0) * (sides[1] ?? 0);
}

function lineFacet(name: string, whole: Whole, arms: readonly string[]): Facet {
  const { cells, axis, others } = whole;
  const seriesOf = (cell: PlannedCell): string => seriesText(cell, others, arms);
  const series = [...new Set(cells.map(seriesOf))];
  const placeOf = (cell: PlannedCell): Place => {
    return { x: valueText(settingOf(cell, axis.key)), series: seriesOf(cell) };
  };
  const isOne = series.length < 2;
  return {
    name,
    cells,
    arrangement: {
      kind: 'line',
      axis: axis.key,
      other: '',
      series: isOne ? [] : series,
      placeOf: isOne ? (cell) => ({ ...placeOf(cell), series: '' }) : placeOf,
    },
  };
}

function heatFacet({ cells, axis, others }: Whole): Facet {
  const other = others[0] ?? axis;
  const placeOf = (cell: PlannedCell): Place => {
    return {
      x: valueText(settingOf(cell, axis.key)),
      series: valueText(settingOf(cell, other.key)),
    };
  };
  const arrangement = { axis: axis.key, other: other.key, series: [], placeOf };
  return { name: '', cells, arrangement: { kind: 'heat', ...arrangement } };
}

function pointFacets({ cells, dimensions }: Whole): readonly Facet[] {
  return dimensions
    .filter(({ isNumeric }) => isNumeric)
    .map(({ key, label }) => ({
      name: `over ${label}`,
      cells,
      arrangement: {
        kind: 'points',
        axis: key,
        other: '',
        series: [],
        placeOf: (cell) => ({ x: valueText(settingOf(cell, key)), series: '' }),
      },
    }));
}

function rowsFacet(
  cells: readonly PlannedCell[],
  dimensions: readonly Dimension[],
  arms: readonly string[],
): Facet {
  const isOfArms = cells.every(({ point }) => point.length === 0);
  const series = isOfArms || arms.length < 2 || arms.length > SERIES_MAX ? [] : arms;
  const [only] = dimensions;
  const labelOf = (cell: PlannedCell): string => {
    const own = cell.point.map(({ key, value }) => {
      return dimensions.length === 1 && key === only?.key
        ? valueText(value)
        : `${shortName(key, [key])} ${valueText(value)}`;
    });
    if (series.length === 0 && cell.arm !== undefined) own.push(cell.arm);
    return own.length === 0 ? 'all runs' : own.join(', ');
  };
  return {
    name: '',
    cells: cells.slice(0, ROWS_MAX * Math.max(1, series.length)),
    arrangement: {
      kind: 'rows',
      axis: only?.label ?? '',
      other: '',
      series,
      placeOf: (cell) => ({
        x: shortened(labelOf(cell)),
        series: series.length === 0 ? '' : (cell.arm ?? ''),
      }),
    },
  };
}

/** Long names differ at their ends more often than in the middle. */
function shortened(name: string): string {
  if (name.length <= NAME_LETTERS_MAX) return name;
  const start = Math.floor(NAME_LETTERS_MAX / 3);
  return `${name.slice(0, start)}…${name.slice(1 + start - NAME_LETTERS_MAX)}`;
}

function seriesText(
  cell: PlannedCell,
  others: readonly Dimension[],
  arms: readonly string[],
): string {
  const words = others.map(({ key, label }) => `${label} ${valueText(settingOf(cell, key))}`);
  if (arms.length > 0 && cell.arm !== undefined) words.push(cell.arm);
  return words.join(', ');
}

function settingOf(cell: PlannedCell, key: string): unknown {
  return cell.point.find((setting) => setting.key === key)?.value;
}

/** Returns a value in words: lists and groups without their brackets. */
export function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(valueText).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([key, each]) => `${key} ${valueText(each)}`)
    .join(' ');
}

/** Returns a cell in a few words. */
export function cellText({ point, arm }: PlannedCell): string {
  const keys = point.map(({ key }) => key);
  const words = point.map(({ key, value }) => `${shortName(key, keys)} ${valueText(value)}`);
  if (arm !== undefined) words.push(`arm ${arm}`);
  return words.length === 0 ? 'the only cell' : words.join(', ');
}
