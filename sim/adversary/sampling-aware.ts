/**
 * A provider that cheats only on claims that it knows will not be drawn: it foresees the draw of
 * its batch, orders it, and computes honestly what would be drawn all the same. Who foresees
 * nothing stays honest. Stopped by a beacon that nobody knows ahead [TIME-1], and by seals that
 * come before it [TIME-3].
 */
import type { Round } from '../../src/base/index.ts';
import { later } from '../../src/core/index.ts';
import { REFERENCE } from '../oracle/oracle.ts';
import type { AdversaryTools, Behaviour } from './behaviour.ts';
import { Cheating, type CheatingOptions } from './cheating.ts';
import { type AnswerEvent, bestOrder, type SlotAnswers, slotsOf } from './grinding.ts';
import { atBatchTime } from './held-answers.ts';

/** Orders that are tried before one more answer is computed honestly. */
const TRIES_MAX = 256;

/** Cheats where nobody will look. */
export function samplingAware(tools: AdversaryTools, options: CheatingOptions): Behaviour {
  const cheating = new Cheating(tools, options);
  const choose = (answers: readonly AnswerEvent[], { round }: { round: Round }) => {
    const randomness = tools.foresee(later(round, 2));
    const groups = slotsOf(tools, { answers, round });
    const now = groups.flatMap((group) =>
      randomness === undefined
        ? group.answers.map((answer) => honest(tools, cheating, answer))
        : unseen(tools, cheating, { ...group, randomness }),
    );
    return { now, later: [] };
  };
  return { answer: (request) => cheating.answer(request), before: atBatchTime(choose) };
}

/** An order in which no wrong answer is drawn, with as many wrong ones as that allows. */
function unseen(
  tools: AdversaryTools,
  cheating: Cheating,
  { randomness, ...group }: SlotAnswers & { readonly randomness: Uint8Array },
): readonly AnswerEvent[] {
  const ground = bestOrder(tools, cheating, { ...group, randomness, triesMax: TRIES_MAX });
  const [drawn] = ground.drawn;
  if (drawn === undefined) return ground.order;
  const answers = ground.order.map((each) =>
    each === drawn ? honest(tools, cheating, drawn) : each,
  );
  return unseen(tools, cheating, { slot: group.slot, answers, randomness });
}

/** Computes an answer after all. */
function honest(
  { oracle, machine }: AdversaryTools,
  cheating: Cheating,
  answer: AnswerEvent,
): AnswerEvent {
  const { model, input } = answer.request;
  cheating.recant(answer.request);
  const outputDigest = oracle.output({ model, input, variant: REFERENCE, machine });
  return { ...answer, outputDigest };
}
