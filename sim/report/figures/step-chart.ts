/**
 * Which share is done by when: the empirical distribution as steps, with the band of Dvoretzky,
 * Kiefer and Wolfowitz (constant of Massart, 1990) that holds the true one everywhere at once.
 */
import { assert } from '../../../src/base/index.ts';
import { CONFIDENCE } from '../../metrics/rate.ts';
import { axisLabels, type ChartText, FIGURE_WIDTH, type Figure, PLOT_HEIGHT } from './figure.ts';
import { SERIES_COLOURS } from './palette.ts';

/** Steps of one series at most: finer ones cannot be seen. */
const STEPS_MAX = 150;

export type StepSeries = {
  readonly name: string;
  /** In any order; at least one. */
  readonly samplesMs: readonly number[];
};

export type StepChart = ChartText & {
  readonly series: readonly StepSeries[];
  readonly xTitle: string;
  readonly yTitle: string;
};

/** Returns half the height of the band around the distribution of so many samples. */
export function bandHalfWidth(count: number): number {
  assert(count > 0, 'a distribution has samples');
  return Math.sqrt(Math.log(2 / (1 - CONFIDENCE)) / (2 * count));
}

/** Draws distributions of durations. */
export function stepChart({ id, title, finding, table, series, ...axes }: StepChart): Figure {
  const names = series.map(({ name }) => name);
  const color = {
    field: 'series',
    type: 'nominal' as const,
    scale: { domain: names, range: SERIES_COLOURS.slice(0, names.length) },
  };
  const y = {
    type: 'quantitative' as const,
    title: axes.yTitle,
    scale: { domain: [0, 1] },
    axis: { labelExpr: axisLabels('share'), tickCount: 5 },
  };
  return {
    ...{ id, title, finding, table },
    series: names.length > 1 ? names : [],
    form: undefined,
    spec: {
      width: FIGURE_WIDTH,
      height: PLOT_HEIGHT,
      data: { values: series.flatMap(stepsOf) },
      encoding: {
        x: {
          field: 'ms',
          type: 'quantitative',
          title: axes.xTitle,
          scale: { zero: true },
          axis: { grid: false, tickCount: 6, labelExpr: axisLabels('duration') },
        },
        color,
      },
      layer: [
        {
          mark: { type: 'area', interpolate: 'step-after', opacity: 0.13 },
          encoding: { y: { field: 'low', ...y }, y2: { field: 'high' } },
        },
        {
          mark: { type: 'line', interpolate: 'step-after' },
          encoding: { y: { field: 'share', ...y } },
        },
      ],
    },
  };
}

function stepsOf({ name, samplesMs }: StepSeries) {
  const sorted = [...samplesMs].sort((a, b) => a - b);
  const count = sorted.length;
  const half = bandHalfWidth(count);
  const steps = Math.min(STEPS_MAX, count);
  return Array.from({ length: steps + 1 }, (_, step) => {
    const rank = Math.round((step / steps) * count);
    const share = rank / count;
    const ms = sorted[Math.max(0, rank - 1)] ?? 0;
    const [low, high] = [Math.max(0, share - half), Math.min(1, share + half)];
    return { series: name, ms, share, low, high };
  });
}
