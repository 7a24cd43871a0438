/**
 * A provider whose answers are off by `edge` times the tolerance. Below 1 they are the right ones
 * as far as the protocol can tell, and what it saves is what so small an error saves; above,
 * they are found wrong, or too near to tell, which costs the seats it took. [COMPARE-1] [QUORUM-5]
 */
import { defined } from '../../src/base/index.ts';
import type { AdversaryTools, Behaviour } from './behaviour.ts';
import { Cheating } from './cheating.ts';

/** Answers at a distance. */
export function toleranceEdge(
  tools: AdversaryTools,
  { cheatShare, edge }: { readonly cheatShare: number; readonly edge: number },
): Behaviour {
  const cheating = new Cheating(tools, { cheatShare, variant: 'edge' });
  const { draws, oracle, machine } = tools;
  return {
    answer: (request) => {
      const answer = cheating.answer(request);
      if (answer === undefined) return undefined;
      const { model, input } = request;
      const manifest = defined(draws.network.modelById.get(model), 'a model has a manifest');
      const { comparator } = manifest;
      // where outputs must be equal, nothing is near
      const tolerance = comparator.kind === 'exact' ? 0 : comparator.tolerance;
      return { ...answer, output: oracle.nearby({ model, input, machine }, edge * tolerance) };
    },
  };
}
