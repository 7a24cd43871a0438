/**
 * Colours and shapes of figures. Series take the colours that Okabe and Ito chose for all kinds of
 * colour vision (2008), and a shape each. Every colour is one literal, so that a page can put a CSS
 * variable in its place: see `VARIABLES`.
 */

/** Text and axes. */
export const INK = '#1c2126';
export const MUTED = '#57606a';
export const GRID = '#dfe3e8';

/** Colours of series, in order; more series than this are not drawn in one figure. */
export const SERIES_COLOURS = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
] as const;

/** Shapes of the points of series, in the same order. */
export const SERIES_SHAPES = [
  'circle',
  'square',
  'triangle-up',
  'diamond',
  'cross',
  'triangle-down',
] as const;

/** Most series of one figure. */
export const SERIES_MAX = SERIES_COLOURS.length;

/** Steps of a heat map, from little to much. */
export const HEAT_STEPS = [
  '#edf4fa',
  '#cbdff1',
  '#98c4e2',
  '#5b9fcd',
  '#2673b0',
  '#0a4a85',
] as const;
/** Text on the lower and on the upper steps. */
export const HEAT_INK = '#1c2127';
export const HEAT_PAPER = '#fffffe';
/** The first step that takes light text. */
export const HEAT_PAPER_STEP = 4;

/** Colour to the name of the variable that a page sets for light and dark. */
export const VARIABLES: ReadonlyMap<string, string> = new Map([
  [INK, '--ink'],
  [MUTED, '--muted'],
  [GRID, '--grid'],
  [HEAT_INK, '--heat-ink'],
  [HEAT_PAPER, '--heat-paper'],
  ...SERIES_COLOURS.map((colour, index) => [colour, `--series-${index}`] as const),
  ...HEAT_STEPS.map((colour, index) => [colour, `--heat-${index}`] as const),
]);
