/** Values over a number that varies: a line with its interval band, the closed form dashed. */
import type { TopLevelSpec } from 'vega-lite';
import {
  type AxisUnit,
  axisLabels,
  type ChartText,
  FIGURE_WIDTH,
  type Figure,
  PLOT_HEIGHT,
  type Reading,
} from './figure.ts';
import { SERIES_COLOURS, SERIES_SHAPES } from './palette.ts';

/** More points than this have no room to be large. */
const POINTS_MAX = 120;
/** From this ratio of the largest to the least value on, the axis is logarithmic. */
const LOG_RATIO = 100;

export type LineRow = Reading & { readonly x: number; readonly series: string };

export type LineChart = ChartText & {
  readonly rows: readonly LineRow[];
  /** Names of the series; empty if there is one only. */
  readonly series: readonly string[];
  readonly unit: AxisUnit;
  readonly xTitle: string;
  readonly yTitle: string;
  /** Whether points of a series are neighbours; otherwise each stands with its interval. */
  readonly isJoined: boolean;
};

/** Draws values over what varies. */
export function lineChart(chart: LineChart): Figure {
  const { id, title, finding, table, rows, series, unit, xTitle, yTitle } = chart;
  const { isJoined } = chart;
  const names = series.length === 0 ? [''] : [...series];
  const y = {
    type: 'quantitative' as const,
    title: yTitle,
    scale: { zero: true, nice: true },
    axis: { labelExpr: axisLabels(unit), tickCount: 5 },
  };
  const isLog = isLogarithmic(rows.map(({ x }) => x));
  return {
    ...{ id, title, finding, table, series },
    form: isJoined && rows.some(({ expected }) => expected !== null) ? 'dashed line' : undefined,
    spec: {
      width: FIGURE_WIDTH,
      height: PLOT_HEIGHT,
      data: { values: rows.map((row) => ({ ...row })) },
      encoding: {
        x: {
          field: 'x',
          type: 'quantitative',
          title: xTitle,
          scale: isLog ? { type: 'log' } : { zero: false, nice: false, padding: 12 },
          axis: { grid: false, tickCount: 6, labelExpr: axisLabels('number') },
        },
        color: {
          field: 'series',
          type: 'nominal',
          scale: { domain: names, range: SERIES_COLOURS.slice(0, names.length) },
        },
      },
      layer: [
        ...(isJoined ? joined(y, names.length) : apart(y)),
        {
          mark: {
            type: 'point',
            filled: true,
            size: pointSize(rows.length, isJoined),
            opacity: 1,
          },
          encoding: {
            y: { field: 'value', ...y },
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

type Layers = Extract<TopLevelSpec, { readonly layer: readonly unknown[] }>['layer'];
type Axis = { readonly type: 'quantitative'; readonly title: string };

function joined(y: Axis, seriesCount: number): Layers {
  return [
    {
      mark: { type: 'area', opacity: seriesCount > 3 ? 0.12 : 0.2 },
      encoding: { y: { field: 'low', ...y }, y2: { field: 'high' } },
    },
    { mark: { type: 'line' }, encoding: { y: { field: 'value', ...y } } },
    {
      mark: { type: 'line', strokeDash: [5, 4], strokeWidth: 2.5 },
      encoding: { y: { field: 'expected', ...y } },
    },
  ];
}

function apart(y: Axis): Layers {
  return [
    {
      mark: { type: 'rule', opacity: 0.35 },
      encoding: { y: { field: 'low', ...y }, y2: { field: 'high' } },
    },
  ];
}

/** Many points of a line are the line; many that stand apart are small. */
function pointSize(count: number, isJoined: boolean): number {
  if (count <= POINTS_MAX) return 60;
  return isJoined ? 0 : 14;
}

/** Whether values span so much that a linear axis would press most of them together. */
function isLogarithmic(values: readonly number[]): boolean {
  const least = Math.min(...values);
  return least > 0 && Math.max(...values) / least >= LOG_RATIO;
}
