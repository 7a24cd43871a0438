/**
 * A provider that waits for the drawing beacon, then orders its answers until no wrong one is
 * drawn. Stopped by the seal: seats acknowledge nothing once the draw can be known. [TIME-3]
 *
 * It holds back beacons and answers from its own core, so that the core seals a batch of a round
 * whose draw is already known; then it lets the core catch up. One batch per cycle of rounds.
 */
import { type Round, round, sha256 } from '../../src/base/index.ts';
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

/** Orders it tries for one batch before it takes the best one. */
const GRINDS_MAX = 64;

type AnswerEvent = ProviderEvent & { readonly kind: 'answer-computed' };
type BeaconEvent = ProviderEvent & { readonly kind: 'message-received' };

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
      sealing ??= beacon.round;
      beacons.push(event as BeaconEvent);
      if (beacon.round < sealing + Math.floor(delayRounds)) return [];
      const slot = sealing;
      sealing = round(beacon.round + 1);
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

/** Orders the answers of each slot so that as few wrong ones as possible are drawn. */
function grind(tools: AdversaryTools, cheating: Cheating, material: Material): AnswerEvent[] {
  const drawing = material.beacons
    .map(beaconOf)
    .find((beacon) => beacon?.round === later(material.slot, 2));
  const groups = new Map<string, { slot: Slot; answers: AnswerEvent[] }>();
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

function bestOrder(
  tools: AdversaryTools,
  cheating: Cheating,
  at: { slot: Slot; answers: readonly AnswerEvent[]; randomness: Uint8Array },
): readonly AnswerEvent[] {
  let best = at.answers;
  let fewest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < GRINDS_MAX && fewest > 0; i++) {
    const order = tools.random.shuffled(at.answers);
    const drawn = drawnOf(tools, { ...at, answers: order });
    const wrong = drawn.filter((index) => {
      const request = order[index]?.request;
      return request !== undefined && cheating.isWrongRequest(request);
    }).length;
    if (wrong >= fewest) continue;
    fewest = wrong;
    best = order;
  }
  return best;
}

/** What would be drawn of a batch in this order. */
function drawnOf(
  { signer, draws }: AdversaryTools,
  at: { slot: Slot; answers: readonly AnswerEvent[]; randomness: Uint8Array },
): readonly number[] {
  const { network } = draws;
  const claims = at.answers.map((answer) => claimOf(signer, network, answer).claim);
  const root = merkleRoot(claims.map(encodeClaim));
  const batch = batchId({ ...at.slot, root, count: claims.length });
  const oneIn = network.parameters.classes.get(at.slot.assuranceClass) ?? 1;
  return drawnIndices(at.randomness, { batch, count: claims.length, oneIn });
}
