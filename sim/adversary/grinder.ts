/**
 * A provider that keeps its answers until its batch is due, then orders and splits them so that no
 * wrong one is drawn, by the draw that it foresees; if it cannot, by the beacon it knows, which is
 * as good a guess as any. Stopped by the seal: the draw comes from a beacon that nobody can know
 * when a batch must be shown. [TIME-3]
 */
import { type Round, sha256 } from '../../src/base/index.ts';
import { later } from '../../src/core/index.ts';
import type { AdversaryTools, Behaviour } from './behaviour.ts';
import { Cheating, type CheatingOptions } from './cheating.ts';
import { type AnswerEvent, bestOrder, slotsOf } from './grinding.ts';
import { atBatchTime } from './held-answers.ts';

/** Grinds every batch. */
export function grinder(
  tools: AdversaryTools,
  { splits, ...options }: CheatingOptions & { readonly splits: boolean },
): Behaviour {
  const cheating = new Cheating(tools, options);
  const choose = (answers: readonly AnswerEvent[], at: { round: Round; known: Uint8Array }) => {
    const randomness = tools.foresee(later(at.round, 2)) ?? sha256(at.known);
    const ground = slotsOf(tools, { answers, round: at.round }).map((group) =>
      bestOrder(tools, cheating, { ...group, randomness, splits }),
    );
    return { now: ground.flatMap(({ order }) => order), later: ground.flatMap(({ left }) => left) };
  };
  return { answer: (request) => cheating.answer(request), before: atBatchTime(choose) };
}
