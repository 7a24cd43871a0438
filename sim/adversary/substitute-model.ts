/** A provider that runs a cheaper model than it claims. Stopped by sampling. [SAMPLE-1] */
import type { AdversaryTools, Behaviour } from './behaviour.ts';
import { Cheating, type CheatingOptions } from './cheating.ts';

/** Runs `variant` for `cheatShare` of its claims. */
export function substituteModel(tools: AdversaryTools, options: CheatingOptions): Behaviour {
  const cheating = new Cheating(tools, options);
  return { answer: (request) => cheating.answer(request) };
}
