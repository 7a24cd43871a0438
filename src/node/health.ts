/**
 * In which state a node is, and why: never "in sync" without peers, beacon or guard.
 * Computed when asked, so that it cannot freeze.
 */
import type { NodeState } from './rpc/index.ts';

/** Rounds without a beacon after which something is wrong. */
const BEHIND_MAX = 3;

/** What tells how a node is. */
export type Signs = {
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

/** Returns the state and its reason in a sentence; empty if there is nothing to say. */
export function healthOf(signs: Signs): { readonly state: NodeState; readonly reason: string } {
  if (signs.halted !== undefined) return { state: 'halted', reason: signs.halted };
  if (signs.phase === 'starting') return { state: 'starting', reason: '' };
  if (signs.needsPeers && signs.peers === 0) {
    return { state: 'isolated', reason: 'no peer is connected: check bootstrap and firewall' };
  }
  if (signs.phase === 'syncing') return { state: 'syncing', reason: 'reads what it missed' };
  const reasons = [
    ...(signs.roundsBehind > BEHIND_MAX
      ? [`no beacon for ${signs.roundsBehind} rounds: nothing is sampled until it comes`]
      : []),
    ...(signs.skewMs === undefined
      ? []
      : [`the clock is off by ${Math.round(signs.skewMs)} ms: no batch is acknowledged`]),
    ...(signs.missingModels.length === 0
      ? []
      : [`cannot run ${signs.missingModels.join(', ')}: abstains when drawn`]),
  ];
  return { state: reasons.length === 0 ? 'in-sync' : 'degraded', reason: reasons.join('; ') };
}
