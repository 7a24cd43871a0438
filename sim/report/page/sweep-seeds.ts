/** Runs of a sweep that are worth a look: the extremes, what went wrong, what failed. */
import type { Metric } from '../../metrics/metric.ts';
import type { PlannedCell } from '../../sweep/plan.ts';
import type { CellResult, RunRow } from '../../sweep/results.ts';
import { formatCount, formatDuration, formatPlural } from '../format.ts';
import type { SweepContent } from '../read-sweep.ts';
import { commandText } from '../table.ts';
import { cellText } from './arrangement.ts';
import type { Seed } from './blocks.ts';

/** Runs that are shown of one kind. */
const SHOWN_MAX = 2;

type Run = { readonly cell: PlannedCell; readonly row: RunRow };

/** What makes a run stand out: the more, the more. */
type Reason = {
  readonly title: string;
  readonly metric: string;
  /** Says the number of a run; runs below `least` do not stand out. */
  readonly text: (metric: Metric) => string;
  readonly least: number;
};

const REASONS: readonly Reason[] = [
  { title: 'Wrong answers accepted', metric: 'wrongAccepted', least: 1, text: countText },
  { title: 'Right answers rejected', metric: 'honestAccused', least: 1, text: countText },
  { title: 'A promise broken', metric: 'violations', least: 1, text: timesText },
  { title: 'Longest wait for a verdict', metric: 'latencyMsMax', least: 0, text: durationText },
  { title: 'Highest level reached', metric: 'levelMax', least: 1, text: levelText },
  { title: 'Slowest delivery', metric: 'deliveryMsMax', least: 0, text: durationText },
];

/** Returns the runs that stand out. */
export function sweepSeeds(sweep: SweepContent): readonly Seed[] {
  const runs = sweep.results.cells.flatMap(runsOf);
  const failed = runs.filter(({ row }) => row.record.outcome.status === 'failed');
  const shown = failed.slice(0, SHOWN_MAX).map((run) => ({
    title: failed.length > SHOWN_MAX ? `Failed (one of ${failed.length})` : 'Failed',
    facts: `${placeText(run)}: ${failureText(run)}`,
    commands: runCommand(sweep, run),
  }));
  return [...shown, ...REASONS.flatMap((reason) => standingOut(sweep, runs, reason))];
}

function runsOf({ cell, rows }: CellResult): readonly Run[] {
  return rows.map((row) => ({ cell, row }));
}

function standingOut(sweep: SweepContent, runs: readonly Run[], reason: Reason): readonly Seed[] {
  const found = runs.flatMap((run) => {
    const metric = metricOf(run, reason.metric);
    const amount = metric === undefined ? null : amountOf(metric);
    if (metric === undefined || amount === null || amount < reason.least) return [];
    return [{ run, metric, amount }];
  });
  const isEvent = reason.least > 0;
  const isOrdinary = isEvent && runs.length > 1 && found.length === runs.length;
  if (isOrdinary && new Set(found.map(({ amount }) => amount)).size === 1) return [];
  const shown = found.sort((a, b) => b.amount - a.amount).slice(0, isEvent ? SHOWN_MAX : 1);
  const count = isEvent && found.length > SHOWN_MAX ? ` (one of ${found.length} runs)` : '';
  return shown.map(({ run, metric }) => ({
    title: `${reason.title}${count}`,
    facts: `${reason.text(metric)}. ${placeText(run)}.`,
    commands: replayCommands(sweep, run),
  }));
}

function metricOf({ row: { record } }: Run, name: string): Metric | undefined {
  const { outcome } = record;
  if (outcome.status !== 'done') return undefined;
  return outcome.metrics.find((metric) => metric.name === name);
}

function amountOf(metric: Metric): number | null {
  return metric.kind === 'rate' ? metric.count : metric.value;
}

function countText(metric: Metric): string {
  return metric.kind === 'rate'
    ? `${formatCount(metric.count)} of ${formatCount(metric.of)} drawn`
    : numberText(metric);
}

function numberText(metric: Metric): string {
  return formatCount(amountOf(metric) ?? 0);
}

function timesText(metric: Metric): string {
  return formatPlural(amountOf(metric) ?? 0, 'time');
}

function levelText(metric: Metric): string {
  return `Level ${numberText(metric)}`;
}

function durationText(metric: Metric): string {
  return formatDuration(amountOf(metric) ?? 0);
}

function failureText({ row: { record } }: Run): string {
  return record.outcome.status === 'failed' ? record.outcome.message : '';
}

function placeText({ cell, row }: Run): string {
  return `Cell ${cellText(cell)}, replica ${row.replica}, seed ${row.record.seed}`;
}

/** Only protocol runs have traces. */
function replayCommands(sweep: SweepContent, run: Run): readonly string[] {
  if (sweep.plan.kind.kind !== 'protocol') return runCommand(sweep, run);
  const { cell, row } = run;
  const place = ['--cell', cell.id, '--replica', String(row.replica)];
  const replay = ['npx', 'assay', 'sim', 'replay', sweep.path, ...place, '--trace', 't.json'];
  return [commandText(replay), 'npx assay sim view t.json'];
}

function runCommand({ path }: SweepContent, { cell, row }: Run): readonly string[] {
  const config = `${path}/runs/${cell.id}/config.resolved.yaml`;
  const seed = ['--seed', String(row.record.seed)];
  return [commandText(['npx', 'assay', 'sim', 'run', config, ...seed])];
}
