/**
 * Scores of peers, gossipsub v1.1: what they do in topics, capped; the word of the application
 * (P5, here: who does not forward what is due); one address for many (P6); broken rules (P7).
 *
 * As in the library, scores hold for a heartbeat: they are computed when it begins.
 */
import type { Scenario } from '../../../src/config/index.ts';
import type { Micros } from '../../kernel/queue.ts';
import { DELIVERED, FAILED, FIRST, INVALID, SINCE, type View } from './view.ts';

/** The parameters of scoring. */
export type ScoreParameters = Scenario['network']['mesh']['score'];

const SECOND_US = 1_000_000;

/** Returns what a neighbour earns in a topic. @param place of the neighbour */
export function topicScore(
  view: View<unknown>,
  place: number,
  { now, parameters: p }: { now: Micros; parameters: ScoreParameters },
): number {
  let score = Math.min(view.get(place, FIRST), p.firstDeliveriesCap) * p.firstDeliveriesWeight;
  if (view.has(place)) {
    const seconds = Math.floor((now - view.get(place, SINCE)) / SECOND_US);
    score += Math.min(seconds, p.timeInMeshCapSeconds) * p.timeInMeshWeight;
    const deficit = deficitOf(view, place, { now, parameters: p });
    score += deficit * deficit * p.meshDeliveriesWeight;
  }
  const invalid = view.get(place, INVALID);
  return (
    score + view.get(place, FAILED) * p.meshFailureWeight + invalid * invalid * p.invalidWeight
  );
}

/** Returns how many deliveries a neighbour in the mesh owes, 0 while it is new there. */
export function deficitOf(
  view: View<unknown>,
  place: number,
  { now, parameters: p }: { now: Micros; parameters: ScoreParameters },
): number {
  const meshUs = now - view.get(place, SINCE);
  if (meshUs <= p.meshDeliveriesActivationMs * 1000) return 0;
  return Math.max(0, p.meshDeliveriesThreshold - view.get(place, DELIVERED));
}

/** Returns P6 and P7. @param sameAddress neighbours that share its address, itself included */
export function behaviourScore(
  { misbehaviour, sameAddress }: { misbehaviour: number; sameAddress: number },
  p: ScoreParameters,
): number {
  const crowd = Math.max(0, sameAddress - p.colocationThreshold);
  const broken = Math.max(0, misbehaviour - p.behaviourThreshold);
  return crowd * crowd * p.colocationWeight + broken * broken * p.behaviourWeight;
}

/** Lets the counts of a neighbour fade by one second. */
export function fade(view: View<unknown>, place: number, p: ScoreParameters): void {
  fadeField(view, place, [FIRST, p.firstDeliveriesDecay, p]);
  fadeField(view, place, [DELIVERED, p.meshDeliveriesDecay, p]);
  fadeField(view, place, [FAILED, p.meshFailureDecay, p]);
  fadeField(view, place, [INVALID, p.invalidDecay, p]);
}

/** Returns a count a second later. */
export function faded(count: number, decay: number, { decayToZero }: ScoreParameters): number {
  const next = count * decay;
  return next < decayToZero ? 0 : next;
}

function fadeField(
  view: View<unknown>,
  place: number,
  [field, decay, p]: readonly [number, number, ScoreParameters],
): void {
  const count = view.get(place, field);
  if (count !== 0) view.set(place, field, faded(count, decay, p));
}
