/**
 * Stake that was asked back before its owner was convicted. Leaving stands outside the protocol:
 * the validator set and the stakes of a run are fixed [SET-1], so exits are applied to what the run
 * found. A conviction collects nothing if it becomes final after the stake of its provider is free.
 */
import { type NodeId, subjectKey } from '../../src/base/index.ts';
import { outcomeOf, windowRounds } from '../../src/core/index.ts';
import type { Simulation } from '../setup.ts';
import { drawnClaim } from './claims.ts';
import { judgedSubjects } from './settlement.ts';

/** Final verdicts that slash a provider, and how many of them still found its stake. */
export type Convictions = { readonly owed: number; readonly collected: number };

/** Rounds from asking to leave until stake is free; by default all that it sealed is closed. */
export function unbondingRounds({ scenario, network }: Simulation): number {
  return scenario.economics.unbondingRounds ?? windowRounds(network);
}

/** Returns the convictions of each provider that has any. */
export function convictions(simulation: Simulation): ReadonlyMap<NodeId, Convictions> {
  const { nodes, recorder, network, scenario } = simulation;
  const freeAt = new Map<NodeId, number>();
  for (const { id, behaviour } of nodes) {
    if (behaviour.asksToLeaveIn === undefined) continue;
    const freeIn = behaviour.asksToLeaveIn + unbondingRounds(simulation);
    freeAt.set(id, freeIn * scenario.parameters.roundMs);
  }
  const isUnavailableFree = network.ablated.has('SLASH-1');
  const found = new Map<NodeId, Convictions>();
  for (const judged of judgedSubjects(simulation)) {
    const verdict = outcomeOf(judged)?.verdict;
    const isSlash = verdict === 'invalid' || (verdict === 'unavailable' && !isUnavailableFree);
    if (!isSlash) continue;
    const record = recorder.subjects.get(subjectKey(judged.subject));
    const finalMs = record === undefined ? undefined : drawnClaim(record).finalMs;
    const isCollected = (finalMs ?? 0) < (freeAt.get(judged.provider) ?? Number.POSITIVE_INFINITY);
    const { owed, collected } = found.get(judged.provider) ?? { owed: 0, collected: 0 };
    found.set(judged.provider, { owed: owed + 1, collected: collected + (isCollected ? 1 : 0) });
  }
  return found;
}
