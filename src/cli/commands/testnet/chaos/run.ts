/**
 * A run: everything starts and is well, faults come and go as scheduled, each recovery is waited
 * for, everything is healed, every claim has its time to end.
 */

import { AssayError } from '../../../../base/index.ts';
import type { Network } from '../../../../core/index.ts';
import { endingRounds, type NodeStatus, pause } from '../../../../node/index.ts';
import type { Plan } from '../plan.ts';
import type { ChaosNet } from './chaos-net.ts';
import type { Load, LoadClaim } from './load.ts';
import type { Episode } from './schedule.ts';
import { type Recovery, Watch } from './watch.ts';

/** An episode as it was. Times are ms since the faults began. */
export type Happened = {
  readonly episode: Episode;
  readonly beganMs: number;
  readonly healedMs: number;
  readonly recovery: Recovery;
  /** Who was not well when recovery was given up. */
  readonly unwell: string;
};

/** All that a run leaves, besides the logs. */
export type RunRecord = {
  readonly happened: readonly Happened[];
  readonly claims: readonly LoadClaim[];
  readonly lastHealMs: number;
  readonly statuses: ReadonlyMap<string, NodeStatus>;
  /** Processes that ended without being asked to, and how. */
  readonly died: readonly string[];
};

export type RunOptions = {
  /** Of the network. */
  readonly dir: string;
  readonly net: ChaosNet;
  readonly plan: Plan;
  readonly network: Network;
  readonly load: Load;
  readonly schedule: readonly Episode[];
  readonly forMs: number;
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
};

/** How long a network may take to be well again before the next fault comes anyway. */
export const RECOVERY_MAX_MS = 60_000;
/** To start all processes, and for each of them. */
const READY_MS = 90_000;
const READY_EACH_MS = 5_000;
/** What a requester needs to hear of what is over. */
const HEARING_MS = 15_000;
const POLL_MS = 250;

/** Runs a schedule. @throws AssayError chaos-not-ready */
export async function runSchedule(options: RunOptions): Promise<RunRecord> {
  const { net, plan, load, signal, tell, forMs } = options;
  const watch = new Watch(options.dir, plan.nodes);
  watch.start();
  try {
    await ready(options, watch);
    const beginMs = Date.now();
    net.beginBackground();
    const happened: Happened[] = [];
    const died = new Set<string>();
    let slipMs = 0;
    for (const episode of options.schedule) {
      const startMs = slipMs + episode.startMs;
      // the next one does not begin in the time that was asked for
      if (startMs >= forMs) break;
      await pause(beginMs + startMs - Date.now(), signal);
      if (signal.aborted) break;
      noteDeaths(options, died);
      const done = await episodeOf(options, { watch, episode, beginMs });
      happened.push(done);
      slipMs = done.beganMs - episode.startMs + spentMs(done, episode);
      tell(`${seconds(Date.now() - beginMs)}  ${recoveryText(done)}`);
    }
    await pause(beginMs + forMs - Date.now(), signal);
    net.heal();
    const lastHealMs = Date.now();
    tell(`${seconds(lastHealMs - beginMs)}  healed for good; every claim gets its time`);
    await recovered(options, { watch, healedMs: lastHealMs });
    load.stop();
    await settled(options);
    noteDeaths(options, died);
    return { happened, claims: load.claims, lastHealMs, statuses: watch.statuses, died: [...died] };
  } finally {
    watch.stop();
  }
}

/** Waits until all nodes are in sync and a first claim is final. */
async function ready({ load, plan, signal, tell }: RunOptions, watch: Watch): Promise<void> {
  const beginMs = Date.now();
  const untilMs = beginMs + READY_MS + READY_EACH_MS * plan.nodes.length;
  load.start();
  for (;;) {
    const { inSyncMs, finalMs } = watch.recovery(beginMs, load.claims);
    if (inSyncMs !== undefined && finalMs !== undefined) {
      return tell(`all in sync, and a first claim final, after ${seconds(Date.now() - beginMs)}`);
    }
    if (signal.aborted) return;
    if (Date.now() > untilMs) {
      throw new AssayError({
        code: 'chaos-not-ready',
        message: `the network is not well before anything goes wrong: ${unwellNow(watch, load)}`,
        remedy: 'Give a longer --period on a busy machine; see the logs in the folder.',
      });
    }
    await pause(POLL_MS, signal);
  }
}

function unwellNow(watch: Watch, load: Load): string {
  const unwell = watch.looks.at(-1)?.unwell ?? 'nobody answers';
  return unwell === '' ? `no claim is final: ${load.claims.at(-1)?.detail ?? ''}` : unwell;
}

async function episodeOf(
  options: RunOptions,
  at: { readonly watch: Watch; readonly episode: Episode; readonly beginMs: number },
): Promise<Happened> {
  const { net, signal } = options;
  const { watch, episode, beginMs } = at;
  const beganMs = Date.now() - beginMs;
  options.tell(`${seconds(beganMs)}  ${faultText(episode)}`);
  await net.begin(episode.fault);
  await pause(episode.lastsMs, signal);
  net.end(episode.fault);
  const healedMs = Date.now();
  const recovery = await recovered(options, { watch, healedMs });
  const isWell = recovery.inSyncMs !== undefined && recovery.finalMs !== undefined;
  const unwell = isWell ? '' : unwellNow(watch, options.load);
  return { episode, beganMs, healedMs: healedMs - beginMs, recovery, unwell };
}

/** Waits until all is well again, or it takes too long. */
async function recovered(
  { load, signal }: RunOptions,
  { watch, healedMs }: { readonly watch: Watch; readonly healedMs: number },
): Promise<Recovery> {
  for (;;) {
    const recovery = watch.recovery(healedMs, load.claims);
    const isWell = recovery.inSyncMs !== undefined && recovery.finalMs !== undefined;
    if (isWell || signal.aborted || Date.now() > healedMs + RECOVERY_MAX_MS) return recovery;
    await pause(POLL_MS, signal);
  }
}

/** Waits until everything that was asked has to be over. */
async function settled({ load, network, signal }: RunOptions): Promise<void> {
  const answered = load.claims.map(({ askedMs, answeredMs }) => answeredMs ?? askedMs);
  const lastMs = Math.max(...answered, Date.now() - 1);
  const overMs = lastMs + endingRounds(network) * network.parameters.roundMs;
  await pause(overMs - Date.now(), signal);
  await load.ended(overMs + HEARING_MS, signal);
}

function noteDeaths({ net, plan }: RunOptions, died: Set<string>): void {
  for (const name of ['beacon', ...plan.nodes.map((node) => node.name)]) {
    const state = net.processes.state(name);
    if (state.kind === 'running') continue;
    died.add(`${name}: ${state.how}`);
    net.processes.start(name);
  }
}

/** How much later than planned the next episode begins. */
function spentMs(done: Happened, episode: Episode): number {
  return Math.max(0, done.healedMs - done.beganMs - episode.lastsMs + waitedMs(done.recovery));
}

/** How long was waited for recovery. */
function waitedMs({ inSyncMs, finalMs }: Recovery): number {
  return Math.max(inSyncMs ?? RECOVERY_MAX_MS, finalMs ?? RECOVERY_MAX_MS);
}

/** Says what goes wrong in an episode. */
export function faultText({ fault, lastsMs }: Episode): string {
  const lasting = `for ${seconds(lastsMs)}`;
  switch (fault.kind) {
    case 'kill':
      return `kill ${fault.nodes.join(', ')}; started again after ${seconds(lastsMs)}`;
    case 'restart':
      return `stop ${fault.nodes.join(', ')}; started again after ${seconds(lastsMs)}`;
    case 'pause':
      return `pause ${fault.nodes.join(', ')} ${lasting}`;
    case 'partition':
      return `part ${fault.groups.map((group) => group.join(', ')).join(' | ')} ${lasting}`;
    case 'one-way':
      return `${fault.nodes.join(', ')} not heard ${lasting}`;
    case 'skew':
      return `clock of ${fault.nodes.join(', ')} off by ${fault.offsetMs} ms ${lasting}`;
    case 'stall':
      return `beacon stalled ${lasting}`;
  }
}

/** Says how long it took to be well again. */
export function recoveryText({ recovery, unwell }: Happened): string {
  const { inSyncMs, finalMs } = recovery;
  const time = (ms: number | undefined): string =>
    ms === undefined ? `not within ${seconds(RECOVERY_MAX_MS)}` : `after ${seconds(ms)}`;
  const why = unwell === '' ? '' : ` (${unwell})`;
  return `  healed: in sync ${time(inSyncMs)}, a fresh claim final ${time(finalMs)}${why}`;
}

/** Returns a duration as people read it. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
