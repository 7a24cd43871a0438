/**
 * Trying orders of a batch until few wrong answers are drawn: what a provider can do that knows the
 * beacon before it seals. The order alone gives n! batches of n answers, so nothing else that it is
 * free to choose would win it more.
 */
import type { BatchId, Round } from '../../src/base/index.ts';
import {
  claimOf,
  drawnIndices,
  type ProviderEvent,
  type Slot,
  slotKey,
} from '../../src/core/index.ts';
import { merkleRoot } from '../../src/crypto/index.ts';
import { batchId, encodeClaim } from '../../src/wire/index.ts';
import type { AdversaryTools } from './behaviour.ts';
import type { Cheating } from './cheating.ts';

/** Orders that are tried for one batch before the best one is taken: a second of hashing. */
const GRINDS_MAX = 4_096;

export type AnswerEvent = ProviderEvent & { readonly kind: 'answer-computed' };

/** Answers that would stand in one batch. */
export type SlotAnswers = { readonly slot: Slot; readonly answers: readonly AnswerEvent[] };

/** Splits answers by the batch of `round` in which they would stand. */
export function slotsOf(
  { signer }: AdversaryTools,
  { answers, round }: { readonly answers: readonly AnswerEvent[]; readonly round: Round },
): readonly SlotAnswers[] {
  const groups = new Map<string, SlotAnswers & { answers: AnswerEvent[] }>();
  for (const answer of answers) {
    const { assuranceClass, model } = answer.request;
    const slot = { provider: signer.id, round, assuranceClass, model };
    const group = groups.get(slotKey(slot)) ?? { slot, answers: [] };
    group.answers.push(answer);
    groups.set(slotKey(slot), group);
  }
  return [...groups.values()];
}

/** The best batch that was found. */
export type Ground = {
  readonly order: readonly AnswerEvent[];
  /** Left for the next batch. */
  readonly left: readonly AnswerEvent[];
  /** Wrong answers in it that are drawn. */
  readonly drawn: readonly AnswerEvent[];
};

/** An answer, as the leaf that it would be. */
type Leaf = { readonly answer: AnswerEvent; readonly bytes: Uint8Array; readonly isWrong: boolean };

/**
 * Orders the answers of a slot so that as few wrong ones as possible are drawn by `randomness`.
 * @param splits whether up to half of the answers may be left for the next batch
 * @param triesMax orders that are tried
 */
export function bestOrder(
  { signer, draws, random }: AdversaryTools,
  cheating: Cheating,
  material: SlotAnswers & {
    readonly randomness: Uint8Array;
    readonly splits?: boolean;
    readonly triesMax?: number;
  },
): Ground {
  const { slot, answers, randomness, splits = false, triesMax = GRINDS_MAX } = material;
  let order: readonly Leaf[] = answers.map((answer) => ({
    answer,
    bytes: encodeClaim(claimOf(signer, draws.network, answer).claim),
    isWrong: cheating.isWrongRequest(answer.request),
  }));
  let best: Ground | undefined;
  for (let i = 0; i < triesMax && (best === undefined || best.drawn.length > 0); i++) {
    const left = splits && i > 0 ? random.below(1 + (order.length >> 1)) : 0;
    const count = order.length - left;
    const kept = order.slice(0, count);
    const drawn = drawnOf(draws, { slot, leaves: kept, randomness }).filter((leaf) => leaf.isWrong);
    if (best === undefined || drawn.length < best.drawn.length) {
      best = { order: eventsOf(kept), left: eventsOf(order.slice(count)), drawn: eventsOf(drawn) };
    }
    order = random.shuffled(order);
  }
  return best ?? { order: [], left: [], drawn: [] };
}

function eventsOf(leaves: readonly Leaf[]): readonly AnswerEvent[] {
  return leaves.map(({ answer }) => answer);
}

function drawnOf(
  { network }: AdversaryTools['draws'],
  at: { readonly slot: Slot; readonly leaves: readonly Leaf[]; readonly randomness: Uint8Array },
): readonly Leaf[] {
  const { slot, leaves, randomness } = at;
  const root = merkleRoot(leaves.map(({ bytes }) => bytes));
  const count = leaves.length;
  const batch: BatchId = batchId({ ...slot, root, count });
  const oneIn = network.parameters.classes.get(slot.assuranceClass) ?? 1;
  return drawnIndices(randomness, { batch, count, oneIn }).flatMap((index) => leaves[index] ?? []);
}
