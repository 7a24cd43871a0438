/** A comparison for a terminal of 60 columns or more. */
import type { ConfigDifference } from '../report/configuration.ts';
import { formatCount, formatNumber, formatPlural, formatShare } from '../report/format.ts';
import { grid, type Layout, wrap } from '../report/layout.ts';
import { formatMetric } from '../report/page/sweep-figures.ts';
import type { Change } from './change.ts';
import type { Comparison } from './compare.ts';
import { holds, type Judgement } from './condition.ts';

const COLUMNS_MIN = 60;
const COLUMNS_MAX = 200;
/** Cells without a partner, and cells of the table, that are shown; JSON has all. */
const CELLS_SHOWN = 40;

/** Returns the lines of a comparison; differences of configuration and environment first. */
export function comparisonLines(
  comparison: Comparison,
  terminal: { readonly columns: number },
): readonly string[] {
  const columns = Math.min(COLUMNS_MAX, Math.max(COLUMNS_MIN, terminal.columns));
  const layout = { columns };
  const { first, second, configuration, environment, judgements } = comparison;
  return [
    `A  ${first.path}`,
    `B  ${second.path}`,
    '',
    ...differenceLines('Configuration', configuration, layout),
    ...differenceLines('Environment', environment, layout),
    ...pairingLines(comparison, layout),
    ...(comparison.pairs === 0 ? [] : changesOf(comparison, layout)),
    ...judgementLines(judgements, layout),
  ];
}

function changesOf({ changes, byCell }: Comparison, layout: Layout): readonly string[] {
  return [
    'Changes from A to B',
    '',
    ...changeLines(changes, layout),
    ...methodLines(changes, layout),
    ...byCell.slice(0, CELLS_SHOWN).flatMap((cell) => [
      '',
      cell.label,
      ...changeLines(
        cell.changes.filter(({ n }) => n > 0),
        layout,
      ),
    ]),
    ...(byCell.length > CELLS_SHOWN ? ['', `and ${byCell.length - CELLS_SHOWN} cells more`] : []),
  ];
}

function differenceLines(
  title: string,
  differences: readonly ConfigDifference[],
  layout: Layout,
): readonly string[] {
  if (differences.length === 0) return [`${title}: the same`, ''];
  return [
    `${title}: ${formatPlural(differences.length, 'difference')}`,
    ...differences.flatMap(({ key, first, second }) => [
      ...wrap(layout, `${key}: ${first ?? 'absent'} -> ${second ?? 'absent'}`),
    ]),
    '',
  ];
}

function pairingLines(comparison: Comparison, layout: Layout): readonly string[] {
  const { pairing, pairs, identical } = comparison;
  const { cells, onlyFirst, onlySecond } = pairing;
  const unseeded = cells.filter(({ isSeeded, pairs: own }) => !isSeeded && own.length > 0);
  const unpaired = cells.reduce((sum, cell) => sum + cell.unpaired, 0);
  const none =
    'Nothing can be compared: no cell is in both with runs that can be paired. Cells are the ' +
    'same if what varies in them has the same keys and values, and the same arm.';
  const size =
    `${formatPlural(pairs, 'pair')} of runs in ${formatPlural(cells.length, 'cell')}; ` +
    `${formatCount(identical)} have the same digest, event for event.`;
  const notes = [
    pairs === 0 ? none : size,
    ...(unseeded.length === 0
      ? []
      : [
          `In ${formatPlural(unseeded.length, 'cell')} no seed is in both: runs are paired by ` +
            'replica, and chance does not cancel out.',
        ]),
    ...(unpaired === 0 ? [] : [`${formatPlural(unpaired, 'run has', 'runs have')} no partner.`]),
  ];
  return [
    'Pairs',
    ...notes.flatMap((note) => wrap(layout, note)),
    ...onlyLines('A', onlyFirst, layout),
    ...onlyLines('B', onlySecond, layout),
    '',
  ];
}

function onlyLines(name: string, labels: readonly string[], layout: Layout): readonly string[] {
  if (labels.length === 0) return [];
  const more = labels.length > CELLS_SHOWN ? [`and ${labels.length - CELLS_SHOWN} more`] : [];
  return [
    ...wrap(layout, `Only in ${name}, and left out:`),
    ...[...labels.slice(0, CELLS_SHOWN), ...more].flatMap((label) => wrap(layout, label, 4)),
  ];
}

function changeLines(changes: readonly Change[], layout: Layout): readonly string[] {
  if (changes.length === 0) return ['  none of these metrics is in both'];
  const header = ['', 'A', 'B', 'change', '95 % interval', 'of A', 'pairs'];
  const rows = changes.map((change) => [change.name, ...numbersOf(change)]);
  const lines = grid([header, ...rows]);
  if (lines.every((line) => line.length <= layout.columns)) return lines;
  return rows.flatMap(([name = '', ...numbers]) => [
    `  ${name}`,
    ...wrap(layout, numbers.map((number, index) => `${header[index + 1]} ${number}`).join(', '), 4),
  ]);
}

function numbersOf({ unit, n, first, second, difference, low, high, relative }: Change) {
  const number = (value: number | null): string =>
    value === null ? '-' : formatMetric(unit, value);
  const interval =
    low === null || high === null ? 'none' : `[${signed(low, number)}, ${signed(high, number)}]`;
  return [
    number(first),
    number(second),
    difference === null ? '-' : signed(difference, number),
    interval,
    relative === null ? '-' : signed(relative, (value) => formatShare(value)),
    formatCount(n),
  ];
}

/** Zero has no sign; a minus comes from the number itself. */
function signed(value: number, format: (value: number) => string): string {
  if (value < 0) return `-${format(-value)}`;
  return value > 0 ? `+${format(value)}` : format(0);
}

function methodLines(changes: readonly Change[], layout: Layout): readonly string[] {
  const methods = new Set(changes.filter(({ n }) => n > 0).map(({ method }) => method));
  return [
    ...(methods.has('student')
      ? wrap(layout, "(interval of the mean of the pairs' differences, Student's t)")
      : []),
    ...(methods.has('newcombe')
      ? wrap(layout, '(rates that did not vary over pairs: pooled, interval of Newcombe)')
      : []),
    ...(methods.has('none')
      ? wrap(layout, '(none: one pair gives no interval; sweeps with replicas do)')
      : []),
  ];
}

function judgementLines(judgements: readonly Judgement[], layout: Layout): readonly string[] {
  if (judgements.length === 0) return [];
  return [
    '',
    'Conditions',
    ...judgements.flatMap((judgement) => wrap(layout, judgementText(judgement))),
  ];
}

/** Says what a condition came to, and why. */
export function judgementText(judgement: Judgement): string {
  const { condition, change, isBeyond, isClear } = judgement;
  const { name, unit, difference, relative, low } = change;
  const number = (value: number): string => formatMetric(unit, value);
  const amount =
    condition.isRelative && relative !== null
      ? signed(relative, (value) => formatShare(value))
      : signed(difference ?? 0, number);
  const basis = low === null ? 'one pair: no interval' : `n = ${formatNumber(change.n)}`;
  const reason = isBeyond
    ? isClear
      ? 'beyond the limit'
      : 'beyond the limit, but its interval holds zero'
    : 'within the limit';
  const verdict = holds(judgement) ? 'HOLDS' : 'does not hold';
  return `${condition.text} ${verdict}: ${name} ${amount}, ${reason} (${basis})`;
}
