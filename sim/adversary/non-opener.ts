/**
 * A provider that does not open a drawn leaf on which it cheated. Stopped by `unavailable` costing
 * as much as `invalid`. [SLASH-1] [VOTE-3]
 */
import type { ProviderEffect } from '../../src/core/index.ts';
import { encodeMessage } from '../../src/wire/index.ts';
import type { AdversaryTools, Behaviour } from './behaviour.ts';
import { Cheating, type CheatingOptions } from './cheating.ts';

/** Opens its right leaves, and keeps quiet about the others. */
export function nonOpener(tools: AdversaryTools, options: CheatingOptions): Behaviour {
  const cheating = new Cheating(tools, options);
  return {
    answer: (request) => cheating.answer(request),
    after: (effects) => {
      cheating.remember(effects);
      return effects.flatMap((effect) => withoutWrongLeaves(effect, cheating));
    },
  };
}

function withoutWrongLeaves(effect: ProviderEffect, cheating: Cheating): readonly ProviderEffect[] {
  if (effect.kind !== 'publish' || effect.message.type !== 'openings') return [effect];
  const openings = effect.message.openings.filter(({ claim }) => !cheating.isWrong(claim));
  if (openings.length === 0) return [];
  const message = { ...effect.message, openings };
  return [{ kind: 'publish', message, bytes: encodeMessage(message) }];
}
