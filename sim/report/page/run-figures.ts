/** The figures of a protocol run. */
import { type Rate, rateOf } from '../../metrics/rate.ts';
import type { ClaimLine } from '../claims-csv.ts';
import { publisherOf } from '../cost.ts';
import { barChart } from '../figures/bar-chart.ts';
import type { Figure, Table } from '../figures/figure.ts';
import { intervalChart } from '../figures/interval-chart.ts';
import { stepChart } from '../figures/step-chart.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatInterval,
  formatNumber,
  formatShare,
} from '../format.ts';
import type { RunResult } from '../result.ts';
import { expectedText, intervalText } from './words.ts';

type NamedRate = readonly [label: string, rate: Rate];

/** Rates that a run is judged by, in the order of reports. */
export function namedRates({ claims, wrong, honest }: RunResult): readonly NamedRate[] {
  return [
    ['wrong ones accepted', wrong.accepted],
    ['level 0 captured', wrong.capturedAtLevel0],
    ['wrong ones not drawn', wrong.escaped],
    ['cheating providers caught', wrong.caughtProviders],
    ['right ones rejected', honest.rejected],
    ['right ones challenged', honest.challengedAtLevel0],
    ['sealed ones drawn', claims.drawn],
  ];
}

/** Rates with their intervals and closed forms; those of nothing are in the table only. */
export function ratesFigure(result: RunResult): Figure {
  const all = namedRates(result);
  const rates = all.filter(([, { of }]) => of > 0);
  const outside = rates.filter(([, rate]) => isOutside(rate)).map(([label]) => label);
  const formed = rates.filter(([, { expected }]) => expected.value !== null).length;
  const finding =
    formed === 0
      ? 'Shares of this run with their 95 % intervals. No closed form applies to them.'
      : `Shares of this run with their 95 % intervals; ${formed} have a closed form, ` +
        (outside.length === 0
          ? 'and each interval holds its form.'
          : `and ${outside.join(', ')} came out beside it.`);
  return rateFigure(rates, {
    id: 'error-rates',
    title: 'Rates against their closed forms',
    finding,
    table: rateTable(all),
  });
}

function isOutside({ low, high, expected }: Rate): boolean {
  if (expected.value === null) return false;
  const isAbove = expected.value > high && expected.kind !== 'upper-bound';
  const isBelow = expected.value < low && expected.kind !== 'lower-bound';
  return isAbove || isBelow;
}

function rateFigure(
  rates: readonly NamedRate[],
  text: Pick<Figure, 'id' | 'title' | 'finding' | 'table'>,
): Figure {
  return intervalChart({
    ...text,
    series: [],
    unit: 'share',
    axisTitle: 'share, with its 95 % interval',
    hasZero: false,
    rows: rates.map(([label, rate]) => ({
      label,
      series: '',
      value: rate.share,
      low: rate.low,
      high: rate.high,
      expected: rate.expected.value,
      tip: `${label}\n${rateText(rate)}`,
    })),
  });
}

function rateText(rate: Rate): string {
  const share = formatShare(rate.share ?? 0);
  const form = rate.expected.value === null ? '' : `\nclosed form ${expectedText(rate.expected)}`;
  return `${rate.count} of ${rate.of}: ${share}\n95 % ${formatInterval(rate)}${form}`;
}

/** Everything that is known of rates, a row each. */
export function rateTable(rates: readonly NamedRate[]): Table {
  const columns = [
    { label: 'rate', isNumber: false },
    { label: 'count', isNumber: true },
    { label: 'of (n)', isNumber: true },
    { label: 'share', isNumber: true },
    { label: '95 % interval', isNumber: true },
    { label: 'method', isNumber: false },
    { label: 'closed form', isNumber: true },
    { label: 'how it is meant', isNumber: false },
  ];
  const rows = rates.map(([label, rate]) => [
    label,
    formatCount(rate.count),
    formatCount(rate.of),
    rate.share === null ? 'of nothing' : formatShare(rate.share),
    rate.share === null ? 'none' : formatInterval(rate),
    rate.share === null ? '' : rate.method,
    expectedText(rate.expected),
    meaningOf(rate),
  ]);
  return { columns, rows };
}

function meaningOf({ of, expected }: Rate): string {
  if (of === 0) return 'there was none';
  if (expected.value === null) return expected.reason;
  return `${expected.kind.replace('-', ' ')}: ${expected.form}`;
}

/** When final verdicts were there; absent if there was none. */
export function timeFigure(
  { time }: RunResult,
  claims: readonly ClaimLine[],
  firstRound: number,
): Figure | undefined {
  const decided = claims.flatMap(({ isDrawn, finalMs, answeredMs, level, round }) =>
    isDrawn && finalMs !== undefined && round >= firstRound
      ? [{ level: level ?? 0, ms: finalMs - answeredMs }]
      : [],
  );
  if (decided.length === 0) return undefined;
  const msOf = (isOf: (level: number) => boolean): readonly number[] =>
    decided.filter(({ level }) => isOf(level)).map(({ ms }) => ms);
  const series = [
    { name: 'settled at level 0', samplesMs: msOf((level) => level === 0) },
    { name: 'went to a higher level', samplesMs: msOf((level) => level > 0) },
  ].filter(({ samplesMs }) => samplesMs.length > 0);
  const { p50Ms, p95Ms, count } = time.toFinal;
  const median = formatDuration(p50Ms?.value ?? 0);
  return stepChart({
    id: 'time-to-verdict',
    title: 'Time to the final verdict',
    finding:
      `Half of ${formatCount(count)} decided answers were final ${median} after the answer ` +
      `(95 % ${intervalText(p50Ms, formatDuration)}), 95 in 100 after ` +
      `${formatDuration(p95Ms?.value ?? 0)}. Bands hold the true curve with 95 %.`,
    series,
    xTitle: 'virtual time after the answer',
    yTitle: 'share that is final',
    table: durationTable(timesOf(time)),
  });
}

type Times = RunResult['time'];

function timesOf(time: Times): readonly (readonly [string, Times['toFinal']])[] {
  return [
    ['to a certificate', time.toCertificate],
    ['to the final verdict', time.toFinal],
    ['  settled at level 0', time.toFinalUndisputed],
    ['  went to a higher level', time.toFinalDisputed],
  ];
}

function durationTable(rows: readonly (readonly [string, Times['toFinal']])[]): Table {
  const labels = [
    'n',
    'p50',
    '95 % interval',
    'p95',
    '95 % interval',
    'p99',
    '95 % interval',
    'max',
  ];
  return {
    columns: [
      { label: 'from the answer', isNumber: false },
      ...labels.map((label) => ({ label, isNumber: true })),
    ],
    rows: rows.map(([label, { count, p50Ms, p95Ms, p99Ms, maxMs }]) => [
      label,
      formatCount(count),
      ...[p50Ms, p95Ms, p99Ms].flatMap((quantile) => [
        quantile === null ? 'none' : formatDuration(quantile.value),
        intervalText(quantile, formatDuration),
      ]),
      maxMs === null ? 'none' : formatDuration(maxMs),
    ]),
  };
}

/** Net of each behaviour per answer or seat; absent if nobody did anything. */
export function moneyFigure({ money }: RunResult): Figure | undefined {
  const rows = money.behaviours.flatMap((each) => {
    if (each.netPerUnitStake === null) return [];
    const series = each.role === 'provider' ? 'providers, per answer' : 'validators, per seat';
    const net = formatNumber(each.netPerUnitStake);
    const per = each.unit === 'claim' ? 'answer' : 'seat';
    const size = `${formatCount(each.nodes)} nodes, n = ${formatNumber(each.units)}`;
    const tip = `${each.behaviour} (${each.role})\n${net} per ${per}\n${size}`;
    return { label: each.behaviour, series, value: each.netPerUnitStake, text: net, tip };
  });
  if (rows.length === 0) return undefined;
  const labelled = rows.map((row) => {
    const isTwice = rows.filter(({ label }) => label === row.label).length > 1;
    return isTwice ? { ...row, label: `${row.label}, ${row.series.split('s,')[0]}` } : row;
  });
  return barChart({
    id: 'profit',
    title: 'Net by behaviour',
    finding:
      'What one answer of a provider, or one seat of a validator, left after all costs and ' +
      'slashes. Sums of one run: an interval needs several seeds, which a sweep gives.',
    rows: labelled,
    series: [...new Set(rows.map(({ series }) => series))],
    unit: 'number',
    axisTitle: 'net, in stake',
    table: {
      columns: [
        { label: 'behaviour', isNumber: false },
        { label: 'who', isNumber: false },
        { label: 'nodes', isNumber: true },
        { label: 'n', isNumber: true },
        { label: 'net each', isNumber: true },
      ],
      rows: money.behaviours.map((each) => [
        each.behaviour,
        each.role === 'provider' ? 'providers, per answer' : 'validators, per seat',
        formatCount(each.nodes),
        formatNumber(each.units),
        each.netPerUnitStake === null ? 'nothing done' : formatNumber(each.netPerUnitStake),
      ]),
    },
  });
}

/** Bytes per answer by message and publisher; absent if nothing was sent. */
export function trafficFigure({ traffic, claims }: RunResult): Figure | undefined {
  const { perClaim, bytes: all } = traffic;
  if (perClaim === null || all === 0) return undefined;
  const scale = perClaim.bytes / all;
  const types = Object.entries(traffic.byType).sort(([, a], [, b]) => b.bytes - a.bytes);
  const rows = types.map(([type, { bytes }]) => {
    const text = formatBytes(bytes * scale);
    const tip = `${type}: ${text} per answer\n${formatShare(bytes / all)} of all traffic`;
    return { label: type, series: `by ${publisherOf(type)}s`, value: bytes * scale, text, tip };
  });
  const [first] = types;
  const most =
    first === undefined ? '' : `${first[0]} messages make ${formatShare(first[1].bytes / all)}`;
  return barChart({
    id: 'traffic',
    title: 'Traffic by message',
    finding:
      `${formatBytes(perClaim.bytes)} over links for each of ${formatCount(claims.answered)} ` +
      `answers; ${most}. Each hop of the gossip is counted.`,
    rows,
    series: [...new Set(rows.map(({ series }) => series))],
    unit: 'bytes',
    axisTitle: 'bytes over links per answer',
    table: {
      columns: [
        { label: 'message', isNumber: false },
        { label: 'published by', isNumber: false },
        { label: 'messages', isNumber: true },
        { label: 'sent over links', isNumber: true },
        { label: 'bytes', isNumber: true },
        { label: 'bytes per answer', isNumber: true },
        { label: 'share', isNumber: true },
      ],
      rows: types.map(([type, { messages, transmissions, bytes }]) => [
        type,
        `${publisherOf(type)}s`,
        formatCount(messages),
        formatCount(transmissions),
        formatBytes(bytes),
        formatBytes(bytes * scale),
        formatShare(bytes / all),
      ]),
    },
  });
}

/** Who was convicted, by what was run instead of the model; absent if nothing wrong was drawn. */
export function detectionFigure({ wrong }: RunResult): Figure | undefined {
  const rates: readonly NamedRate[] = Object.entries(wrong.convictedByVariant);
  if (rates.length === 0) return undefined;
  const count = rates.reduce((sum, [, rate]) => sum + rate.count, 0);
  const of = rates.reduce((sum, [, rate]) => sum + rate.of, 0);
  const total = rateOf(count, of, { value: null, reason: '' });
  return rateFigure(rates, {
    id: 'detection',
    title: 'Convicted, by what was run instead',
    finding:
      `${formatCount(count)} of ${formatCount(of)} wrong drawn answers ended in conviction: ` +
      `${formatShare(count / of)}, 95 % ${formatInterval(total)}.`,
    table: rateTable(rates),
  });
}
