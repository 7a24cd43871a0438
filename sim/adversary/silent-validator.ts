/** A validator that seals, and neither commits nor votes. Costs penaltySilent. [SLASH-1] */
import type { Behaviour } from './behaviour.ts';

/** Says nothing but acknowledgements. */
export function silentValidator(): Behaviour {
  return {
    execute: () => 'never',
    after: (effects) =>
      effects.filter((effect) => {
        if (effect.kind !== 'publish' || effect.message.type !== 'bundle') return true;
        return effect.message.entries.every(({ entry }) => entry.kind === 'ack');
      }),
  };
}
