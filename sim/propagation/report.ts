/** The report of a propagation experiment for a terminal, from 60 columns on. */
import type { Expected } from '../metrics/rate.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  formatPlural,
} from '../report/format.ts';
import { grid, rateLines, wrap } from '../report/layout.ts';
import { commandLines } from '../report/table.ts';
import type { PropagationResult } from './result.ts';

const COLUMNS_MIN = 60;
const COLUMNS_MAX = 80;

/** What the machine needed; it is no part of the result. */
export type Effort = {
  readonly cpuSeconds: number;
  /** Memory of the process at its largest, in bytes. */
  readonly rssBytes: number;
};

export type PropagationReportOptions = {
  /** Columns of the terminal. */
  readonly columns: number;
  /** Words of the command that gives the same result. */
  readonly replay: readonly string[];
  /** Folder that the results were written to. */
  readonly folder: string;
  readonly effort: Effort;
};

/** Returns the report, ending with a line break. */
export function propagationReport(
  result: PropagationResult,
  { replay, folder, effort, ...terminal }: PropagationReportOptions,
): string {
  const columns = Math.min(COLUMNS_MAX, Math.max(COLUMNS_MIN, terminal.columns));
  const layout = { columns };
  const { scenario, seed, description, nodes, messages, sizeBytes, virtualMs } = result;
  const facts =
    `${formatPlural(nodes, 'node')}, ${result.fidelity} network, ` +
    `${formatPlural(messages, 'message')} of ${formatBytes(sizeBytes)}, ` +
    `${formatDuration(virtualMs)} of virtual time`;
  return `${[
    `${scenario}, seed ${seed}`,
    ...(description === '' ? [] : wrap(layout, description)),
    ...wrap(layout, facts),
    ...['', 'Who got the messages?', ''],
    ...rateLines(layout, [['delivered', result.delivered]]),
    ...['', 'How long did it take?', ''],
    ...timeLines(result),
    ...['', 'What did it cost?', ''],
    ...costLines(result),
    ...['', 'What did the machine need?', ''],
    ...effortLines(result, effort),
    ...['', 'Reproduce', ''],
    ...commandLines(replay, columns),
    '',
    ...wrap(layout, `digest ${result.traceDigest}`),
    ...wrap(layout, `results in ${folder}`),
  ].join('\n')}\n`;
}

function timeLines({ deliveryMs }: PropagationResult): readonly string[] {
  const cell = (ms: number | null): string => (ms === null ? '-' : formatDuration(ms));
  const { p50, p90, p99, max } = deliveryMs;
  return grid([
    ['', 'median', '90 %', '99 %', 'last'],
    ['publishing to delivery', cell(p50), cell(p90), cell(p99), cell(max)],
  ]);
}

function costLines(result: PropagationResult): readonly string[] {
  const { copiesPerDelivery, bytesUpPerNode, controlBytesPerNode } = result;
  const { value, expected } = copiesPerDelivery;
  return grid([
    ['', '', 'expected'],
    ['copies per delivery', value === null ? '-' : formatNumber(value), expectedText(expected)],
    ['sent by a node, mean', formatBytes(bytesUpPerNode), ''],
    ['gossip of its own, mean', formatBytes(controlBytesPerNode), ''],
  ]);
}

function expectedText(expected: Expected): string {
  return expected.value === null ? '-' : formatNumber(expected.value);
}

function effortLines(
  result: PropagationResult,
  { cpuSeconds, rssBytes }: Effort,
): readonly string[] {
  const perSecond = result.events / cpuSeconds;
  return grid([
    ['CPU time', formatDuration(1000 * cpuSeconds)],
    ['events', formatCount(result.events)],
    ['events per CPU second', formatNumber(perSecond)],
    ['memory at its largest', formatBytes(rssBytes)],
  ]);
}
