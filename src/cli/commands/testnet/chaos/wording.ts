/** A chaos run in words: what will happen, and what it showed. */
import type { Slope } from './memory.ts';
import type { ChaosPlan } from './options.ts';
import { faultText, seconds } from './run.ts';
import type { Episode } from './schedule.ts';
import type { ChaosReport } from './verdict.ts';

/** Says what will happen. */
export function scheduleText(schedule: readonly Episode[], ask: ChaosPlan): string {
  const { delayMs, bytesPerSecond } = ask.background;
  const links = [
    ...(delayMs === 0 ? [] : [`${delayMs} ms of delay`]),
    ...(bytesPerSecond === undefined ? [] : [`${bytesPerSecond >> 10} KiB/s`]),
  ];
  const lines = schedule.map((episode) => `  ${seconds(episode.startMs)}  ${faultText(episode)}`);
  const all = links.length === 0 ? [] : [`  all the time: ${links.join(', ')}, on all links`];
  return [
    `schedule of seed ${ask.seed}, later where recovery takes longer, as far as time goes:`,
    ...all,
    ...lines,
  ].join('\n');
}

/** Says what a run showed. */
export function reportText(report: ChaosReport): string {
  const { audit, claims, violations, memory, recoveryMsMax } = report;
  const { drawn, decided, unresolved } = audit.subjects;
  const counts = Object.entries(claims).map(([name, count]) => `${count} ${name}`);
  const excused = [...audit.excused].map(([name, count]) => `${name} ${count} times`);
  const lines = [
    '',
    `claims        ${counts.join(', ')}`,
    `drawn         ${drawn}: ${decided} decided, ${unresolved} without a quorum`,
    `recovery      ${recoveryWords(recoveryMsMax)}`,
    `settlement    ${settlementWords(report)}`,
    `judged        ${audit.steps} steps of ${audit.lives} lives of processes, ` +
      `${audit.certificates} certificates, ${audit.checks} checks`,
    ...(excused.length === 0 ? [] : [`excused       ${excused.join(', ')}`]),
    `heap          ${slopeWords(memory.heap)} after collections`,
    `resident      ${slopeWords(memory.rss)}, at most ${memory.rssMibMax.toFixed(0)} MiB`,
    '',
    ...(violations.length === 0 ? ['No promise was broken.'] : ['Broken promises:']),
    ...violations.map(({ invariant, count, detail }) => `  ${invariant}, ${count}×: ${detail}`),
  ];
  return `${lines.join('\n')}\n`;
}

function settlementWords({ settlement }: ChaosReport): string {
  if (settlement === undefined) return 'no epoch was over for long enough';
  return `epoch ${settlement.epoch} came to the same at ${settlement.nodes} nodes`;
}

function recoveryWords(ms: number | undefined): string {
  if (ms === undefined) return 'nothing to recover from';
  return Number.isNaN(ms) ? 'not always' : `${seconds(ms)} at most`;
}

function slopeWords(slope: Slope | undefined): string {
  if (slope === undefined) return 'too short a run to tell a slope';
  const { mibPerHour, low, high, samples, lives } = slope;
  const interval = `[${low.toFixed(2)}, ${high.toFixed(2)}]`;
  const basis = `${samples} samples, ${lives} lives`;
  return `${mibPerHour.toFixed(2)} MiB/h ${interval} (95 %, ${basis})`;
}
