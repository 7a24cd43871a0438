/**
 * A provider that opens, and does not reveal an output it cheated on. Stopped by `unavailable`
 * costing as much as `invalid`. [SLASH-1] [SAMPLE-2]
 */
import { subjectKey } from '../../src/base/index.ts';
import { batchId } from '../../src/wire/index.ts';
import type { AdversaryTools, Behaviour } from './behaviour.ts';
import { Cheating, type CheatingOptions } from './cheating.ts';

/** Opens everything, and keeps its wrong outputs to itself. */
export function nonRevealer(tools: AdversaryTools, options: CheatingOptions): Behaviour {
  const cheating = new Cheating(tools, options);
  const wrong = new Set<string>();
  return {
    answer: (request) => cheating.answer(request),
    after: (effects) => {
      cheating.remember(effects);
      for (const effect of effects) {
        if (effect.kind !== 'publish' || effect.message.type !== 'openings') continue;
        const batch = batchId(effect.message.header);
        for (const { index, claim } of effect.message.openings) {
          if (cheating.isWrong(claim)) wrong.add(subjectKey({ batch, index }));
        }
      }
      return effects.filter((effect) => {
        const isReveal = effect.kind === 'publish' && effect.message.type === 'output';
        return !(isReveal && wrong.has(subjectKey(effect.message)));
      });
    },
  };
}
