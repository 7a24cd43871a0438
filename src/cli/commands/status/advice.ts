/** What an operator wants to know of the own node first: does it vote, is it safe, what to do. */
import type { OwnReport } from '../../../node/index.ts';

/** A folder without a node that runs. */
export type StoppedNode = {
  /** What `assay start` would refuse, if it would. */
  readonly obstacle: string | undefined;
  readonly isCrashed: boolean;
};

export type Advice = {
  readonly isVoting: boolean;
  readonly voting: string;
  readonly isSafe: boolean;
  readonly safe: string;
  /** What to do, a command or a sentence each; nothing if all is well. */
  readonly todo: readonly string[];
};

/** The three answers about a node that runs. @param dir its folder, for commands */
export function adviceOf(report: OwnReport, dir: string): Advice {
  return { ...votingOf(report), ...safetyOf(report), todo: todoOf(report, dir) };
}

/** The three answers about a folder without a node that runs. */
export function adviceOfStopped({ obstacle, isCrashed }: StoppedNode, dir: string): Advice {
  const ended = isCrashed ? ' (the last one did not stop in good order)' : '';
  return {
    isVoting: false,
    voting: `no node runs with this folder${ended}`,
    isSafe: true,
    safe: 'nothing is signed here while nothing runs',
    todo: [obstacle ?? `assay start --dir ${dir} --net NETWORK`],
  };
}

function votingOf(report: OwnReport): Pick<Advice, 'isVoting' | 'voting'> {
  const { status, watermark } = report;
  const { state, reason, counters, round, role } = status;
  if (state !== 'in-sync' && state !== 'degraded') {
    return { isVoting: false, voting: reason === '' ? `it is ${state}` : `${state}: ${reason}` };
  }
  const { upgrade } = report.signs;
  if (upgrade?.isOver === true) {
    return { isVoting: false, voting: `release ${upgrade.release} is needed to vote` };
  }
  const standby = standbyText(report);
  if (standby !== undefined) return { isVoting: false, voting: standby };
  if (round + 1 < watermark) {
    const voting = `the guard signs nothing before round ${watermark}; this is round ${round}`;
    return { isVoting: false, voting };
  }
  const done =
    role === 'provider'
      ? `${counters.claimsPromised} claims promised`
      : `${counters.batchesAcked} batches acknowledged, ${counters.revealed} votes`;
  const but = state === 'degraded' ? `; but ${reason}` : '';
  return { isVoting: true, voting: `round ${round}, ${done} since its start${but}` };
}

/** [SET-1] Who is not in the set follows the network, and nobody asks it for anything. */
function standbyText({ place, status }: OwnReport): string | undefined {
  switch (place.kind) {
    case 'member':
      return undefined;
    case 'admitted':
      return `not in the set yet: from epoch ${place.fromEpoch} on, this is ${place.epoch}`;
    case 'leaving':
      return `not in the set: it left; its stake is free in epoch ${place.freeInEpoch}`;
    default:
      return `not in the set of epoch ${status.epoch}: the operator has to admit it`;
  }
}

function safetyOf({ status, signs, watermark }: OwnReport): Pick<Advice, 'isSafe' | 'safe'> {
  const { id, convicted, slashed } = status;
  const lost = slashed.filter((loss) => loss.id === id);
  const { doppelganger } = signs;
  const alarms: readonly (string | false)[] = [
    doppelganger?.kind === 'heard' &&
      `its key signs elsewhere too, heard about round ${doppelganger.round}`,
    convicted.includes(id) && 'it is convicted of two signatures that exclude each other',
    lost.length > 0 && `it lost stake: ${lost.map((loss) => loss.reason).join(', ')}`,
  ];
  const found = alarms.filter((alarm) => alarm !== false);
  if (found.length > 0) return { isSafe: false, safe: found.join('; ') };
  const heard = {
    alone: 'its key was heard nowhere else',
    listening: 'listens whether its key runs elsewhere',
    'catching-up': 'will listen whether its key runs elsewhere',
    off: 'nobody listens whether its key runs elsewhere',
  }[doppelganger?.kind === 'heard' ? 'off' : (doppelganger?.kind ?? 'off')];
  const guard = watermark === 0 ? 'guard in use' : `guard in use, nothing below round ${watermark}`;
  return { isSafe: true, safe: `${guard}; folder locked; ${heard}; not slashed` };
}

function todoOf(report: OwnReport, dir: string): readonly string[] {
  const { status, signs, roundMs, addresses, place } = report;
  const { state, reason, roundsBehind } = status;
  const doctor = `assay doctor --dir ${dir} --net NETWORK`;
  const { doppelganger } = signs;
  if (doppelganger?.kind === 'heard') {
    return ['stop one of the two nodes for good; see the log of this one'];
  }
  if (doppelganger?.kind === 'listening') {
    return [`wait ${Math.ceil((doppelganger.roundsLeft * roundMs) / 1000)} s`];
  }
  if (signs.isDiskFull) return [`free room on the disk of ${dir}: df -h ${dir}`];
  if (state === 'halted') return [`${doctor}, then start it again: its log says more`];
  if (state === 'starting' || state === 'syncing') return ['wait'];
  if (state === 'isolated') {
    const twin = signs.refusedBy === 0 ? [] : ['see that no other node runs with this key'];
    return [...twin, doctor, ...addresses.slice(0, 1).map(openPort)];
  }
  const found: readonly (string | false)[] = [
    place.kind === 'outside' && `assay join NETWORK --dir ${dir}: asks, and says where that stands`,
    place.kind === 'admitted' && 'wait',
    signs.upgrade !== undefined && `install release ${signs.upgrade.release} of assay`,
    signs.diskFreeBytes !== undefined && /free on the disk/.test(reason) && `df -h ${dir}`,
    /the clock is off/.test(reason) && 'timedatectl set-ntp true',
    /cannot run/.test(reason) && `wait, or add the file: assay model add FILE --dir ${dir}`,
    /of its limit/.test(reason) && 'give the process more memory, or look for what takes it',
    (roundsBehind > 1 || signs.silentRounds > 0 || signs.desertedTopics.length > 0) &&
      state === 'degraded' &&
      doctor,
  ];
  return found.filter((each) => each !== false);
}

function openPort(address: string): string {
  const port = /\/tcp\/(\d+)/.exec(address)?.[1] ?? '?';
  return `let TCP port ${port} through firewall and router`;
}
