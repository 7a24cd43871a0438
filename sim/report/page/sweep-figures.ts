/** The figures of a sweep: a metric, or the members of a family, over what varies. */
import type { MetricDoc } from '../../statistics/protocol-metrics.ts';
import type { Summary } from '../../statistics/summary.ts';
import type { PlannedCell } from '../../sweep/plan.ts';
import type { CellResult } from '../../sweep/results.ts';
import type { AxisUnit, Figure, Reading, Table } from '../figures/figure.ts';
import { heatChart } from '../figures/heat-chart.ts';
import { intervalChart } from '../figures/interval-chart.ts';
import { lineChart } from '../figures/line-chart.ts';
import { SERIES_MAX } from '../figures/palette.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  formatPlural,
  formatShare,
} from '../format.ts';
import { cellText, type Facet } from './arrangement.ts';
import { expectedText, intervalText } from './words.ts';

/** Points of one figure; with more, every so many cells are drawn, and the figure says so. */
const POINTS_MAX = 300;

/** A metric of a cell. */
export type Entry = { readonly cell: PlannedCell; readonly summary: Summary };

/** What one or several figures show. */
export type Topic = {
  /** Kebab-case. */
  readonly id: string;
  readonly title: string;
  /** Names of metrics, each with what it is called among the others. */
  readonly metrics: readonly (readonly [metric: string, label: string])[];
  /** Whether the topic has more metrics than these: then their names stand in titles. */
  readonly isPart?: boolean;
};

/** Returns a number of a metric as text, with its unit. */
export function formatMetric(unit: string, value: number): string {
  switch (unit) {
    case 'share':
      return formatShare(value);
    case 'ms':
      return formatDuration(value);
    case 'bytes':
      return formatBytes(value);
    default:
      return formatNumber(value);
  }
}

/** Returns a value with its interval and n, in words. */
export function summaryText({ unit, value, low, high, n, count }: Summary): string {
  const number = (each: number): string => formatMetric(unit, each);
  if (value === null) return 'none: there was nothing to count';
  const size =
    count === null ? `n = ${formatCount(n)}` : `${formatCount(count)} of ${formatCount(n)}`;
  const ends = low === null ? 'no interval' : `95 % ${intervalText({ low, high }, number)}`;
  return `${number(value)} (${size}, ${ends})`;
}

/** Returns the entries of a metric, in the order of cells; without samples there is none. */
export function entriesOf(results: readonly CellResult[], metric: string): readonly Entry[] {
  return results.flatMap(({ cell, summaries }) => {
    const summary = summaries.find(({ name, n }) => name === metric && n > 0);
    return summary === undefined ? [] : [{ cell, summary }];
  });
}

/** Whether a metric has the same value in all cells. */
export function isConstant(entries: readonly Entry[]): boolean {
  return new Set(entries.map(({ summary }) => summary.value)).size < 2 && entries.length > 1;
}

/** Draws a topic: one figure for each facet; several metrics in one figure where there is room. */
export function topicFigures(
  results: readonly CellResult[],
  facets: readonly Facet[],
  { topic, docs }: { readonly topic: Topic; readonly docs: readonly MetricDoc[] },
): readonly Figure[] {
  const known = topic.metrics.filter(([metric]) => entriesOf(results, metric).length > 0);
  return facets.flatMap((facet, index) => {
    const { kind, series } = facet.arrangement;
    const isTogether = series.length === 0 && (kind === 'line' || kind === 'rows');
    const groups =
      isTogether && known.length <= SERIES_MAX ? [known] : known.map((each) => [each] as const);
    return groups.flatMap((group) => {
      const [[first = '', label = ''] = []] = group;
      const suffix = facets.length > 1 ? `-${index + 1}` : '';
      const isPart = groups.length > 1;
      // one of a family alone: nothing else says whose number it is
      const isMember = topic.isPart === true || first.includes('.');
      const isNamed = isPart || (group.length === 1 && isMember);
      const names = [topic.title, ...(isNamed ? [label] : []), ...(facet.name ? [facet.name] : [])];
      const id = `${topic.id}${isPart ? `-${slug(label)}` : ''}${suffix}`;
      const doc = docs.find(({ name }) => name === first.split('.')[0]);
      const drawn = { id, title: names.join(', '), metrics: group, meaning: meaningOf(doc) };
      return group.length === 0 ? [] : [draw(results, facet, drawn)];
    });
  });
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}

/** What axes call a unit of a metric. */
const AXIS_NAMES: ReadonlyMap<string, string> = new Map([
  ['ms', 'virtual time'],
  ['prices', 'units of cost'],
]);

type Drawn = Topic & { readonly meaning: string };

function draw(results: readonly CellResult[], facet: Facet, topic: Drawn): Figure {
  const { arrangement } = facet;
  const isMany = topic.metrics.length > 1;
  const own = new Set(facet.cells);
  const points = topic.metrics.flatMap(([metric, label]) =>
    entriesOf(results, metric)
      .filter(({ cell }) => own.has(cell))
      .map((entry) => {
        const place = arrangement.placeOf(entry.cell);
        return { ...entry, x: place.x, series: isMany ? label : place.series };
      }),
  );
  const series = isMany ? topic.metrics.map(([, label]) => label) : arrangement.series;
  const unit = points[0]?.summary.unit ?? '';
  const text = {
    id: topic.id,
    title: topic.title,
    finding: `${topic.meaning}${findingOf(points)}${thinnedText(points.length)}`,
    table: entriesTable(points, isMany),
  };
  const rows = thinned(points).map((point) => ({ ...readingOf(point), ...place(point) }));
  const axes = { ...text, series, unit: axisUnit(unit) };
  const axisTitle = `${AXIS_NAMES.get(unit) ?? unit}, 95 % interval`;
  switch (arrangement.kind) {
    case 'rows':
      return intervalChart({
        ...axes,
        rows: rows.map(({ x, ...row }) => ({ ...row, label: x })),
        axisTitle,
        hasZero: rows.some(({ value }) => (value ?? 0) < 0),
      });
    case 'heat':
      return heatChart({
        ...text,
        rows: rows.map((row) => ({
          ...row,
          y: row.series,
          text: row.value === null ? '' : formatMetric(unit, row.value),
        })),
        xTitle: arrangement.axis,
        yTitle: arrangement.other,
      });
    default:
      return lineChart({
        ...axes,
        rows: rows.map((row) => ({ ...row, x: Number(row.x) })),
        xTitle: arrangement.axis,
        yTitle: axisTitle,
        isJoined: arrangement.kind === 'line',
      });
  }
}

function thinned<T>(points: readonly T[]): readonly T[] {
  const step = Math.ceil(points.length / POINTS_MAX);
  return points.filter((_, index) => index % step === 0);
}

function thinnedText(count: number): string {
  const step = Math.ceil(count / POINTS_MAX);
  return step < 2 ? '' : ` Drawn: one in ${step} of ${formatCount(count)}; all are in cells.csv.`;
}

function place({ x, series }: { readonly x: string; readonly series: string }) {
  return { x, series };
}

function readingOf(point: Entry & { readonly series: string }): Reading {
  const { cell, summary, series } = point;
  const { unit, value, low, high, expected } = summary;
  const form = expected.value === null ? '' : `\nclosed form ${expectedText(expected)}`;
  const where = cellText(cell);
  const name = where.includes(series) ? '' : `${series}\n`;
  const tip = `${name}${where}\n${summaryText(summary)}${form}`;
  const from = low !== null && isNeverNegative(unit) ? Math.max(0, low) : low;
  return { value, low: from, high, expected: expected.value, tip };
}

/** Student's interval does not know that there are no negative durations: none are drawn. */
function isNeverNegative(unit: string): boolean {
  return unit !== 'prices';
}

function axisUnit(unit: string): AxisUnit {
  if (unit === 'share' || unit === 'bytes') return unit;
  return unit === 'ms' ? 'duration' : 'number';
}

/** Says where a metric is least and most, and how the closed forms did. */
export function findingOf(entries: readonly Entry[]): string {
  const known = entries.filter(({ summary }) => summary.value !== null);
  const sorted = [...known].sort((a, b) => (a.summary.value ?? 0) - (b.summary.value ?? 0));
  const [least] = sorted;
  const most = sorted.at(-1);
  if (least === undefined || most === undefined) return 'There was nothing to count.';
  const range =
    least.summary.value === most.summary.value
      ? `Everywhere ${summaryText(most.summary)}.`
      : `Most with ${cellText(most.cell)}: ${summaryText(most.summary)}; ` +
        `least ${shortText(least.summary)} with ${cellText(least.cell)}.`;
  return `${range}${formsText(entries)}`;
}

function shortText({ unit, value, n }: Summary): string {
  return value === null ? 'none' : `${formatMetric(unit, value)} (n = ${formatCount(n)})`;
}

/** Says how many closed forms lie outside; empty if there is none. */
export function formsText(entries: readonly Entry[]): string {
  const formed = entries.filter(({ summary }) => summary.expected.value !== null);
  if (formed.length === 0) return '';
  const flagged = formed.filter(({ summary }) => summary.disagrees).length;
  const all = formatPlural(formed.length, 'cell');
  const which = formed.length === 1 ? 'the cell that has one' : `all ${all} that have one`;
  return flagged === 0
    ? ` The closed form agrees with the runs in ${which} (99 % interval).`
    : ` The closed form lies outside the 99 % interval in ${formatCount(flagged)} of ${all}.`;
}

/** The numbers of entries, a row each. */
export function entriesTable(entries: readonly Entry[], hasMetric: boolean): Table {
  return {
    columns: [
      { label: 'cell', isNumber: false },
      ...(hasMetric ? [{ label: 'metric', isNumber: false }] : []),
      { label: 'value', isNumber: true },
      { label: 'n', isNumber: true },
      { label: 'events', isNumber: true },
      { label: '95 % interval', isNumber: true },
      { label: 'method', isNumber: false },
      { label: 'closed form', isNumber: true },
    ],
    rows: entries.map(({ cell, summary }) => {
      const { unit, value, n, count, low, high, method, expected, disagrees } = summary;
      const number = (each: number): string => formatMetric(unit, each);
      return [
        cellText(cell),
        ...(hasMetric ? [summary.name] : []),
        value === null ? 'none' : number(value),
        formatCount(n),
        count === null ? 'no rate' : formatCount(count),
        intervalText({ low, high }, number),
        method,
        `${expectedText(expected)}${disagrees ? ' (outside 99 %)' : ''}`,
      ];
    }),
  };
}

/** As a sentence; one that only refers to the metric before it says nothing here. */
function meaningOf(doc: MetricDoc | undefined): string {
  if (doc === undefined || doc.meaning.startsWith('the same')) return '';
  return `${doc.meaning.charAt(0).toUpperCase()}${doc.meaning.slice(1)}. `;
}
