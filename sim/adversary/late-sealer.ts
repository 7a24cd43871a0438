/**
 * A provider that waits for the drawing beacon, then orders its answers until no wrong one is
 * drawn. Stopped by the seal: seats acknowledge nothing once the draw can be known. [TIME-3]
 *
 * It holds back beacons and answers from its own core, so that the core seals a batch of a round
 * whose draw is already known; then it lets the core catch up. One batch per cycle of rounds. The
 * first beacon goes through: a core without any would refuse the first answers.
 */
import { type Round, sha256 } from '../../src/base/index.ts';
import {
  claimOf,
  drawnIndices,
  later,
  type ProviderEvent,
  type Slot,
  slotKey,
} from '../../src/core/index.ts';
import { merkleRoot } from '../../src/crypto/index.ts';
import { type BeaconMessage, batchId, encodeClaim } from '../../src/wire/index.ts';
import type { AdversaryTools, Behaviour } from './behaviour.ts';
import { Cheating, type CheatingOptions } from './cheating.ts';

/** Orders it tries for one batch before it takes the best one: a second of hashing, no more. */
const GRINDS_MAX = 4_096;

type AnswerEvent = ProviderEvent & { readonly kind: 'answer-computed' };
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

function beaconOf(event: ProviderEvent): BeaconMessage | undefined {
  if (event.kind !== 'message-received') return undefined;
  const { message } = event.decoded;
  return message.type === 'beacon' ? message : undefined;
}

type Material = {
  readonly answers: readonly AnswerEvent[];
  readonly slot: Round;
  readonly beacons: readonly BeaconEvent[];
};

/** Answers that would stand in one batch. */
type SlotAnswers = { readonly slot: Slot; readonly answers: readonly AnswerEvent[] };

/** Orders the answers of each slot so that as few wrong ones as possible are drawn. */
function grind(tools: AdversaryTools, cheating: Cheating, material: Material): AnswerEvent[] {
  const drawing = material.beacons
    .map(beaconOf)
    .find((beacon) => beacon?.round === later(material.slot, 2));
  const groups = new Map<string, SlotAnswers & { answers: AnswerEvent[] }>();
  for (const answer of material.answers) {
    const { assuranceClass, model } = answer.request;
    const slot = { provider: tools.signer.id, round: material.slot, assuranceClass, model };
    const group = groups.get(slotKey(slot)) ?? { slot, answers: [] };
    group.answers.push(answer);
    groups.set(slotKey(slot), group);
  }
  if (drawing === undefined) return [...material.answers];
  const randomness = sha256(drawing.signature);
  return [...groups.values()].flatMap(({ slot, answers }) =>
    bestOrder(tools, cheating, { slot, answers, randomness }),
  );
}

/** An answer, as the leaf that it would be. */
type Leaf = { readonly answer: AnswerEvent; readonly bytes: Uint8Array; readonly isWrong: boolean };

function bestOrder(
  { signer, draws, random }: AdversaryTools,
  cheating: Cheating,
  { slot, answers, randomness }: SlotAnswers & { readonly randomness: Uint8Array },
): readonly AnswerEvent[] {
  const { network } = draws;
  const oneIn = network.parameters.classes.get(slot.assuranceClass) ?? 1;
  const count = answers.length;
  let order: readonly Leaf[] = answers.map((answer) => ({
    answer,
    bytes: encodeClaim(claimOf(signer, network, answer).claim),
    isWrong: cheating.isWrongRequest(answer.request),
  }));
  let best = order;
  let fewest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < GRINDS_MAX && fewest > 0; i++) {
    const batch = batchId({ ...slot, root: merkleRoot(order.map(({ bytes }) => bytes)), count });
    const drawn = drawnIndices(randomness, { batch, count, oneIn });
    const wrong = drawn.filter((index) => order[index]?.isWrong).length;
    if (wrong < fewest) {
      fewest = wrong;
      best = order;
    }
    order = random.shuffled(order);
  }
  return best.map(({ answer }) => answer);
}
