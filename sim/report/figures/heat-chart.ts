/** Values over two things that vary: a square each, with its number in it. */
import { type ChartText, FIGURE_WIDTH, type Figure, type Reading } from './figure.ts';
import { HEAT_INK, HEAT_PAPER, HEAT_PAPER_STEP, HEAT_STEPS } from './palette.ts';

const ROW_HEIGHT = 34;
/** More columns than this leave no room for numbers in the squares. */
const NUMBERED_COLUMNS_MAX = 8;

export type HeatRow = Reading & {
  readonly x: string;
  readonly y: string;
  /** The value, as it is written into the square. */
  readonly text: string;
};

export type HeatChart = ChartText & {
  readonly rows: readonly HeatRow[];
  readonly xTitle: string;
  readonly yTitle: string;
};

/** Draws a heat map; columns and rows in order of appearance. */
export function heatChart({ id, title, finding, table, rows, xTitle, yTitle }: HeatChart): Figure {
  const values = rows.flatMap(({ value }) => (value === null ? [] : [value]));
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const stepOf = (value: number | null): number => {
    if (value === null || most === least) return 0;
    const share = (value - least) / (most - least);
    return Math.min(HEAT_STEPS.length - 1, Math.floor(share * HEAT_STEPS.length));
  };
  const hasNumbers = new Set(rows.map(({ x }) => x)).size <= NUMBERED_COLUMNS_MAX;
  const steps = HEAT_STEPS.map((_, step) => step);
  return {
    ...{ id, title, finding, table },
    series: [],
    form: undefined,
    spec: {
      width: FIGURE_WIDTH,
      height: { step: ROW_HEIGHT },
      data: { values: rows.map((row) => ({ ...row, step: stepOf(row.value) })) },
      encoding: {
        x: { field: 'x', type: 'ordinal', sort: null, title: xTitle, axis: AXIS },
        y: { field: 'y', type: 'ordinal', sort: null, title: yTitle, axis: AXIS },
      },
      layer: [
        {
          mark: {
            type: 'rect',
            cornerRadius: 3,
            xOffset: 1,
            x2Offset: -1,
            yOffset: 1,
            y2Offset: -1,
          },
          encoding: {
            color: {
              field: 'step',
              type: 'ordinal',
              scale: { domain: steps, range: [...HEAT_STEPS] },
            },
            description: { field: 'tip' },
          },
        },
        ...(hasNumbers ? [NUMBERS] : []),
      ],
    },
  };
}

const AXIS = { domain: false, ticks: false, labelAngle: 0, labelLimit: 110 } as const;

const NUMBERS = {
  mark: { type: 'text', aria: false, fontSize: 12 },
  encoding: {
    text: { field: 'text' },
    color: {
      condition: { test: `datum.step >= ${HEAT_PAPER_STEP}`, value: HEAT_PAPER },
      value: HEAT_INK,
    },
  },
} as const;
