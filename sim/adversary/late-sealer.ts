/**
 * A provider that waits for the drawing beacon, then orders its answers until no wrong one is
 * drawn. Stopped by the seal: seats acknowledge nothing once the draw can be known. [TIME-3]
 *
 * It holds back beacons and answers from its own core, so that the core seals a batch of a round
 * whose draw is already known; then it lets the core catch up. One batch per cycle of rounds. The
 * first beacon goes through: a core without any would refuse the first answers.
 */
import { type Round, sha256 } from '../../src/base/index.ts';
import { later, type ProviderEvent } from '../../src/core/index.ts';
import type { AdversaryTools, Behaviour } from './behaviour.ts';
import { Cheating, type CheatingOptions } from './cheating.ts';
import { type AnswerEvent, bestOrder, slotsOf } from './grinding.ts';
import { beaconOf } from './held-answers.ts';

type BeaconEvent = ProviderEvent & { readonly kind: 'message-received' };

/** Seals `delayRounds` late, in the order that suits it. */
export function lateSealer(
  tools: AdversaryTools,
  { delayRounds, ...options }: CheatingOptions & { readonly delayRounds: number },
): Behaviour {
  const cheating = new Cheating(tools, options);
  const answers: AnswerEvent[] = [];
  const beacons: BeaconEvent[] = [];
  let sealing: Round | undefined;
  return {
    answer: (request) => cheating.answer(request),
    before: (event) => {
      if (event.kind === 'answer-computed') {
        answers.push(event);
        return [];
      }
      const beacon = beaconOf(event);
      if (beacon === undefined) return [event];
      if (sealing === undefined) {
        sealing = later(beacon.round, 1);
        return [event];
      }
      beacons.push(event as BeaconEvent);
      if (beacon.round < sealing + Math.floor(delayRounds)) return [];
      const slot = sealing;
      sealing = later(beacon.round, 1);
      const ground = grind(tools, cheating, { answers: answers.splice(0), slot, beacons });
      return [...ground, ...beacons.splice(0)];
    },
  };
}

type Material = {
  readonly answers: readonly AnswerEvent[];
  readonly slot: Round;
  readonly beacons: readonly BeaconEvent[];
};

/** Orders the answers of each slot so that as few wrong ones as possible are drawn. */
function grind(
  tools: AdversaryTools,
  cheating: Cheating,
  { answers, slot, beacons }: Material,
): readonly AnswerEvent[] {
  const drawing = beacons.map(beaconOf).find((beacon) => beacon?.round === later(slot, 2));
  if (drawing === undefined) return answers;
  const randomness = sha256(drawing.signature);
  return slotsOf(tools, { answers, round: slot }).flatMap(
    (group) => bestOrder(tools, cheating, { ...group, randomness }).order,
  );
}
