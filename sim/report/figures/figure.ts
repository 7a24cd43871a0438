/** What a figure is: a specification with its data, what it shows in words, and its numbers. */
import type { TopLevelSpec } from 'vega-lite';

/** Numbers as text, ready to be laid out. */
export type Table = {
  readonly columns: readonly { readonly label: string; readonly isNumber: boolean }[];
  readonly rows: readonly (readonly string[])[];
};

/** How the closed form is drawn, if the figure has one. */
export type FormMark = 'dashed line' | 'bar';

export type Figure = {
  /** Unique in a report; the name of its file, kebab-case. */
  readonly id: string;
  readonly title: string;
  /** What the figure shows, in a sentence or two: its caption, and what a screen reader reads. */
  readonly finding: string;
  /** Vega-Lite, with data. */
  readonly spec: TopLevelSpec;
  /** Names of series in the order of their colours; empty if there is one only. */
  readonly series: readonly string[];
  /** Absent if no closed form is drawn. */
  readonly form: FormMark | undefined;
  /** What it is drawn from. */
  readonly table: Table;
};

/** What all charts are told besides their rows. */
export type ChartText = Pick<Figure, 'id' | 'title' | 'finding' | 'table'>;

/** A value with its interval and closed form; what there is not is null. */
export type Reading = {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly expected: number | null;
  /** All of it in words: shown when it is pointed at. */
  readonly tip: string;
};

/** How the numbers of an axis are written. */
export type AxisUnit = 'share' | 'number' | 'duration' | 'bytes';

/** Width of a figure with all that belongs to it, in pixels: letters stay readable on a phone. */
export const FIGURE_WIDTH = 430;
/** Height between the axes, in pixels. */
export const PLOT_HEIGHT = 210;

/** Returns the expression by which vega writes the numbers of an axis. */
export function axisLabels(unit: AxisUnit): string {
  const size = 'abs(datum.value)';
  const inAll = (scale: string, unitText: string): string =>
    `format(datum.value${scale}, '~r') + '${unitText}'`;
  switch (unit) {
    case 'share': {
      const isTiny = `${size} > 0 && ${size} < 0.001`;
      return `${isTiny} ? format(datum.value, '.0e') : ${inAll(' * 100', ' %')}`;
    }
    case 'duration': {
      const parts = `${size} >= 1000 ? ${inAll(' / 1000', ' s')} : ${inAll('', ' ms')}`;
      return `datum.value === 0 ? '0' : ${parts}`;
    }
    case 'bytes':
      return "replace(format(datum.value, '~s'), /([kMGT]?)$/, ' $1B')";
    default:
      return `${size} >= 10000 ? format(datum.value, '~s') : format(datum.value, ',~r')`;
  }
}
