/** Amounts as bars, a row each, with their numbers at the ends. */
import { type AxisUnit, axisLabels, type ChartText, FIGURE_WIDTH, type Figure } from './figure.ts';
import { INK, SERIES_COLOURS } from './palette.ts';

const ROW_HEIGHT = 28;

export type BarRow = {
  readonly label: string;
  readonly series: string;
  readonly value: number;
  /** The number at the end of the bar. */
  readonly text: string;
  readonly tip: string;
};

export type BarChart = ChartText & {
  readonly rows: readonly BarRow[];
  /** Names of the series; empty if there is one only. */
  readonly series: readonly string[];
  readonly unit: AxisUnit;
  readonly axisTitle: string;
};

/** Draws bars from zero to the left and to the right. */
export function barChart(chart: BarChart): Figure {
  const { id, title, finding, table, rows, series, unit, axisTitle } = chart;
  const names = series.length === 0 ? [''] : [...series];
  const values = rows.map(({ value }) => value);
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
  // the numbers beyond the ends of bars need room
  const room = 0.35 * (most - least);
  const domain = [least === 0 ? 0 : least - room, most === 0 ? 0 : most + room];
  return {
    ...{ id, title, finding, table, series },
    form: undefined,
    spec: {
      width: FIGURE_WIDTH,
      height: { step: ROW_HEIGHT },
      data: { values: rows.map((row) => ({ ...row })) },
      encoding: {
        y: {
          field: 'label',
          type: 'nominal',
          sort: null,
          title: null,
          axis: { domain: false, ticks: false, labelColor: INK },
        },
        x: {
          field: 'value',
          type: 'quantitative',
          title: axisTitle,
          scale: { domain, nice: false },
          axis: { labelExpr: axisLabels(unit), tickCount: 3 },
        },
      },
      layer: [
        {
          mark: { type: 'bar', cornerRadiusEnd: 2, height: 16 },
          encoding: {
            color: {
              field: 'series',
              type: 'nominal',
              scale: { domain: names, range: SERIES_COLOURS.slice(0, names.length) },
            },
            description: { field: 'tip' },
          },
        },
        {
          transform: [{ filter: 'datum.value >= 0' }],
          mark: { type: 'text', aria: false, align: 'left', dx: 5, fontSize: 12, color: INK },
          encoding: { text: { field: 'text' } },
        },
        {
          transform: [{ filter: 'datum.value < 0' }],
          mark: { type: 'text', aria: false, align: 'right', dx: -5, fontSize: 12, color: INK },
          encoding: { text: { field: 'text' } },
        },
      ],
    },
  };
}
