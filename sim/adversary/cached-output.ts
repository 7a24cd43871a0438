/**
 * A provider that answers with the output of another input, which it has at hand: it runs nothing.
 * Stopped by sampling. [SAMPLE-1]
 */
import { type Digest, defined } from '../../src/base/index.ts';
import { CACHED, REFERENCE } from '../oracle/oracle.ts';
import type { AdversaryTools, Behaviour } from './behaviour.ts';
import { Cheating } from './cheating.ts';

/** Answers with what it has at hand. */
export function cachedOutput(
  tools: AdversaryTools,
  { cheatShare }: { readonly cheatShare: number },
): Behaviour {
  const cheating = new Cheating(tools, { cheatShare, variant: CACHED });
  return {
    answer: (request) => {
      const answer = cheating.answer(request);
      return answer === undefined ? undefined : { ...answer, output: cachedFor(tools, request) };
    },
  };
}

/** The first output it ever computed for a model. */
function cachedFor(
  { oracle, machine }: AdversaryTools,
  { model }: { model: Parameters<AdversaryTools['oracle']['output']>[0]['model'] },
): Digest {
  const inputs = oracle.models.find((known) => known.model === model)?.inputs;
  const input = defined(inputs?.[0], 'a model that is asked for has an input');
  return oracle.output({ model, input, variant: REFERENCE, machine });
}
