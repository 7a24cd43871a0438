/** A provider that cheats only where it is rarely checked. Stopped by sampling. [SAMPLE-1] */
import type { AdversaryTools, Behaviour } from './behaviour.ts';
import { Cheating, type CheatingOptions } from './cheating.ts';

/** Cheats in `classes` only. */
export function selectiveCheat(
  tools: AdversaryTools,
  { classes, ...options }: CheatingOptions & { readonly classes: readonly string[] },
): Behaviour {
  const cheating = new Cheating(tools, {
    ...options,
    isTarget: ({ assuranceClass }) => classes.includes(assuranceClass),
  });
  return { answer: (request) => cheating.answer(request) };
}
