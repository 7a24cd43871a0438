/**
 * A provider that is honest until it is trusted, then runs a cheaper model. Stopped because a draw
 * has no memory: a good history buys nothing. [SAMPLE-1]
 */
import type { AdversaryTools, Behaviour } from './behaviour.ts';
import { Cheating, type CheatingOptions } from './cheating.ts';

/** Cheats after `cleanRounds`. */
export function sleeper(
  tools: AdversaryTools,
  { cleanRounds, ...options }: CheatingOptions & { readonly cleanRounds: number },
): Behaviour {
  const awakeAt = cleanRounds * tools.scenario.parameters.roundMs;
  const cheating = new Cheating(tools, { ...options, isTarget: () => tools.now() >= awakeAt });
  return { answer: (request) => cheating.answer(request) };
}
