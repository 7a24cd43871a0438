/**
 * Draws figures: vega-lite to SVG, in this process, without a browser.
 *
 * For a page, colours become CSS variables, what marks say becomes `data-tip`, and what takes room
 * and shows nothing goes away. Limit: widths of letters are estimated, because nothing measures
 * them here; axes have room to spare.
 */

import * as vega from 'vega';
import { type Config, compile, type TopLevelSpec } from 'vega-lite';
import { assert } from '../../../src/base/index.ts';
import type { Figure } from './figure.ts';
import { GRID, INK, MUTED, SERIES_COLOURS, SERIES_SHAPES, VARIABLES } from './palette.ts';

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
const LETTER_PX = 12;
/** Longer names of rows are cut, in pixels; the table has them whole. */
const NAMES_WIDTH = 170;

const CONFIG: Config = {
  font: FONT,
  view: { stroke: null },
  axis: {
    aria: false,
    labelFontSize: LETTER_PX,
    titleFontSize: LETTER_PX,
    titleFontWeight: 500,
    labelColor: MUTED,
    titleColor: INK,
    gridColor: GRID,
    domainColor: GRID,
    tickColor: GRID,
    labelLimit: NAMES_WIDTH,
    labelPadding: 6,
    titlePadding: 8,
  },
  legend: { aria: false, labelFontSize: LETTER_PX, labelColor: INK, symbolStrokeWidth: 2 },
  range: { category: [...SERIES_COLOURS], symbol: [...SERIES_SHAPES] },
  line: { aria: false, strokeWidth: 2 },
  area: { aria: false },
  rule: { aria: false },
  tick: { aria: false },
};

/** Returns a figure for a page: with variables for colours, without a size of its own. */
export async function inlineSvg({ spec, finding }: Figure): Promise<string> {
  const svg = await drawn({ ...spec, background: 'transparent' }, { hasLegend: false });
  const [width, height] = sizeOf(svg);
  const body = svg.replace(/^<svg[^>]*>/, '').replace(/<\/svg>$/, '');
  const open = `<svg role="img" viewBox="0 0 ${width} ${height}" aria-label="${escaped(finding)}">`;
  return `${open}${coloured(slim(body))}</svg>`;
}

/** Returns a figure as a file: plain colours on white, with its legend and its finding. */
export async function standaloneSvg({ spec, series, finding, title }: Figure): Promise<string> {
  const svg = await drawn({ ...spec, background: 'white' }, { hasLegend: series.length > 0 });
  const words = `<title>${escaped(title)}</title><desc>${escaped(finding)}</desc>`;
  return `${svg.replace(/^<svg[^>]*>/, (open) => open + words)}\n`;
}

measureLetters();

async function drawn(
  spec: TopLevelSpec,
  { hasLegend }: { readonly hasLegend: boolean },
): Promise<string> {
  const legend = hasLegend
    ? { orient: 'top' as const, title: null, columns: 2 }
    : { disable: true };
  const config: Config = { ...CONFIG, legend: { ...CONFIG.legend, ...legend } };
  const sized: TopLevelSpec = {
    ...spec,
    autosize: { type: 'fit-x', contains: 'padding' },
    padding: 4,
  };
  const { spec: compiled } = compile(sized, { config, logger: QUIET });
  const view = new vega.View(vega.parse(compiled), { renderer: 'none' });
  try {
    return unclipped(await view.toSVG());
  } finally {
    view.finalize();
  }
}

/** How wide letters are, in parts of their size: generous, for fonts differ. */
const LETTER_WIDTHS: readonly (readonly [letters: RegExp, width: number])[] = [
  [/[ijltfrI.,:;'|()[\] !-]/, 0.36],
  [/[mwMW%@]/, 0.92],
  [/[A-Z]/, 0.7],
];
const OTHER_WIDTH = 0.6;

/** What vega tells about a text; longer than its limit it is cut. */
type TextItem = { readonly fontSize?: number; readonly limit?: number };

/** Vega takes each letter for 0.8 of its size, or asks a canvas if there is one: here neither. */
function measureLetters(): void {
  const metrics: unknown = Reflect.get(vega, 'textMetrics');
  assert(typeof metrics === 'object' && metrics !== null, 'vega measures text by an object');
  const width = ({ fontSize = 11, limit = 0 }: TextItem, text: unknown): number => {
    const whole = fontSize * [...String(text)].reduce((sum, each) => sum + letterWidth(each), 0);
    return limit > 0 ? Math.min(limit, whole) : whole;
  };
  Object.assign(metrics, { width });
}

function letterWidth(letter: string): number {
  return LETTER_WIDTHS.find(([letters]) => letters.test(letter))?.[1] ?? OTHER_WIDTH;
}

/** Nothing lies beyond the axes, and ids of clips would meet those of other figures of a page. */
function unclipped(svg: string): string {
  return svg
    .replaceAll(/ clip-path="url\(#clip\d+\)"/g, '')
    .replaceAll(/<defs>(?:<clipPath id="clip\d+">.*?<\/clipPath>)+<\/defs>/g, '');
}

/** Vega-lite warns of what is meant: scales that layers share, marks without an interval. */
const QUIET = {
  level: () => QUIET,
  error: (...words: readonly unknown[]) => {
    throw new Error(`vega-lite: ${words.join(' ')}`);
  },
  warn: () => QUIET,
  info: () => QUIET,
  debug: () => QUIET,
};

function sizeOf(svg: string): readonly [width: string, height: string] {
  const [, width = '0', height = '0'] =
    /^<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? [];
  return [width, height];
}

/** What a page does not need: roles inside a picture, empty marks, hidden labels, long numbers. */
function slim(svg: string): string {
  return svg
    .replaceAll(/<path class="(?:fore|back)ground"[^>]*\/>/g, '')
    .replaceAll(/<text [^>]*opacity="0"[^>]*>[^<]*<\/text>/g, '')
    .replaceAll(/ (?:role|aria-roledescription|aria-hidden|class|pointer-events)="[^"]*"/g, '')
    .replaceAll(/ (?:font-family|opacity)="(?:system-ui[^"]*|1)"/g, '')
    .replaceAll(/ (?:d|transform|x2|y2)="[^"]*"/g, (attribute) =>
      attribute.replaceAll(/-?\d+\.\d{2,}(?:e-\d+)?/g, (number) =>
        String(Number(Number(number).toFixed(1))),
      ),
    )
    .replaceAll(' aria-label="', ' data-tip="')
    .replaceAll('<g></g>', '');
}

function coloured(svg: string): string {
  return svg.replaceAll(/"(#[0-9a-f]{6})"/g, (literal, colour: string) => {
    const variable = VARIABLES.get(colour);
    return variable === undefined ? literal : `"var(${variable},${colour})"`;
  });
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
