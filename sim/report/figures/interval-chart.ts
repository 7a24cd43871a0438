/** A row for each thing: its value as a point, its interval as a band, its closed form as a bar. */
import {
  type AxisUnit,
  axisLabels,
  type ChartText,
  FIGURE_WIDTH,
  type Figure,
  type Reading,
} from './figure.ts';
import { GRID, INK, SERIES_COLOURS, SERIES_SHAPES } from './palette.ts';

/** Height of one row, and of one of several in it, in pixels. */
const ROW_HEIGHT = 30;
const SHARED_ROW_HEIGHT = 16;

export type IntervalRow = Reading & { readonly label: string; readonly series: string };

export type IntervalChart = ChartText & {
  readonly rows: readonly IntervalRow[];
  /** Names of the series; empty if there is one only. */
  readonly series: readonly string[];
  readonly unit: AxisUnit;
  readonly axisTitle: string;
  /** Whether a line marks zero: for differences and profits. */
  readonly hasZero: boolean;
};

/** Draws values with their intervals, one below the other in the order of the rows. */
export function intervalChart(chart: IntervalChart): Figure {
  const { id, title, finding, table, rows, series, unit, axisTitle, hasZero } = chart;
  const names = series.length === 0 ? [''] : [...series];
  const height = series.length < 2 ? ROW_HEIGHT : SHARED_ROW_HEIGHT * series.length + 8;
  const x = {
    type: 'quantitative' as const,
    title: axisTitle,
    scale: { zero: unit === 'share' || hasZero, nice: true },
    axis: {
      ...{ labelExpr: axisLabels(unit), tickCount: 5, labelFlush: false },
      ...(hasZero ? ZERO_LINE : {}),
    },
  };
  return {
    ...{ id, title, finding, table, series },
    form: rows.some(({ expected }) => expected !== null) ? 'bar' : undefined,
    spec: {
      width: FIGURE_WIDTH,
      height: { step: height, for: 'position' },
      data: { values: rows.map((row) => ({ ...row })) },
      encoding: {
        y: {
          field: 'label',
          type: 'nominal',
          sort: null,
          title: null,
          axis: { domain: false, ticks: false, labelColor: INK },
        },
        yOffset: { field: 'series', type: 'nominal', sort: names },
        color: {
          field: 'series',
          type: 'nominal',
          scale: { domain: names, range: SERIES_COLOURS.slice(0, names.length) },
        },
      },
      layer: [
        {
          mark: { type: 'rule', strokeWidth: 7, opacity: 0.35, strokeCap: 'round' },
          encoding: { x: { field: 'low', ...x }, x2: { field: 'high' } },
        },
        {
          mark: { type: 'tick', color: INK, thickness: 2, bandSize: 15 },
          encoding: { x: { field: 'expected', ...x }, color: { value: INK } },
        },
        {
          mark: { type: 'point', filled: true, size: 65, opacity: 1 },
          encoding: {
            x: { field: 'value', ...x },
            shape: {
              field: 'series',
              type: 'nominal',
              scale: { domain: names, range: SERIES_SHAPES.slice(0, names.length) },
            },
            description: { field: 'tip' },
          },
        },
      ],
    },
  };
}

/** A dark line at zero among the light ones. */
const ZERO_LINE = {
  gridColor: { condition: { test: 'datum.value === 0', value: INK }, value: GRID },
} as const;
