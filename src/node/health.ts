/**
 * In which state a node is, and why: never "in sync" without peers, beacon or guard.
 * Computed when asked, so that it cannot freeze.
 */
import type { NodeState } from './rpc/index.ts';
import {
  DISK_ENOUGH_BYTES,
  DISK_LOW_BYTES,
  HEAP_SHARE_MAX,
  type SafetySigns,
  upgradeText,
} from './safety/index.ts';

/** Rounds without a beacon after which something is wrong. */
const BEHIND_MAX = 3;

/** What tells how a node is. */
export type Signs = SafetySigns & {
  readonly phase: 'starting' | 'syncing' | 'running';
  /** Why nothing is signed any more. */
  readonly halted: string | undefined;
  readonly peers: number;
  /** Whether anybody else is in the network. */
  readonly needsPeers: boolean;
  readonly roundsBehind: number;
  readonly skewMs: number | undefined;
  /** Models that this node should hold and cannot run, by name. */
  readonly missingModels: readonly string[];
};

/** A state and its reason in a sentence; empty if there is nothing to say. */
export type Health = { readonly state: NodeState; readonly reason: string };

/** Returns the state of a node and why it is in it. */
export function healthOf(signs: Signs): Health {
  if (signs.halted !== undefined) return { state: 'halted', reason: signs.halted };
  if (signs.isDiskFull) return { state: 'halted', reason: diskFull(signs.diskFreeBytes ?? 0) };
  if (signs.phase === 'starting') return { state: 'starting', reason: '' };
  if (signs.needsPeers && signs.peers === 0) {
    return { state: 'isolated', reason: isolation(signs.refusedBy) };
  }
  if (signs.phase === 'syncing') return { state: 'syncing', reason: 'reads what it missed' };
  if (signs.doppelganger?.kind === 'listening') {
    const { roundsLeft } = signs.doppelganger;
    const reason = `listens whether its key runs elsewhere: signs nothing for ${roundsLeft} rounds`;
    return { state: 'starting', reason };
  }
  const reasons = shortcomings(signs);
  const { upgrade } = signs;
  if (reasons.length === 0 && upgrade !== undefined) {
    return { state: 'in-sync', reason: upgradeText(upgrade) };
  }
  return { state: reasons.length === 0 ? 'in-sync' : 'degraded', reason: reasons.join('; ') };
}

function isolation(refusedBy: number): string {
  const none = 'no peer is connected: check bootstrap and firewall';
  if (refusedBy === 0) return none;
  return `${none}; ${refusedBy} say that another process with this key is connected to them`;
}

/** What is wrong with a node that takes part. */
function shortcomings(signs: Signs): readonly string[] {
  const { roundsBehind, skewMs, missingModels, desertedTopics, silentRounds } = signs;
  const { diskFreeBytes, heapShare, upgrade } = signs;
  const found: readonly (string | false)[] = [
    upgrade?.isOver === true && upgradeText(upgrade),
    roundsBehind > BEHIND_MAX &&
      `no beacon for ${roundsBehind} rounds: nothing is sampled until it comes`,
    skewMs !== undefined &&
      `the clock is off by ${Math.round(skewMs)} ms: no batch is acknowledged`,
    missingModels.length > 0 && `cannot run ${missingModels.join(', ')}: abstains when drawn`,
    desertedTopics.length > 0 && `no neighbour passes on ${desertedTopics.join(' and ')}`,
    silentRounds > 0 && `drawn ${silentRounds} rounds ago, and no vote since`,
    diskFreeBytes !== undefined &&
      diskFreeBytes < DISK_LOW_BYTES &&
      `${mebibytes(diskFreeBytes)} free on the disk`,
    heapShare > HEAP_SHARE_MAX && `the heap takes ${Math.round(100 * heapShare)} % of its limit`,
  ];
  return found.filter((reason) => reason !== false);
}

function diskFull(freeBytes: number): string {
  return (
    `${mebibytes(freeBytes)} free on the disk: begins nothing until ` +
    `${mebibytes(DISK_ENOUGH_BYTES)} are`
  );
}

function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / MEBIBYTE)} MiB`;
}

const MEBIBYTE = 1024 ** 2;
