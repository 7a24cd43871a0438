/**
 * A provider that runs a cheaper model, and whose friends speak last when the beacon is made: they
 * choose the value that draws fewest of its wrong answers. Stopped by a beacon of which each round
 * has one value that verifies, whoever withholds a share. [TIME-1]
 */
import { samplingRound, slotKey } from '../../src/core/index.ts';
import { batchId } from '../../src/wire/index.ts';
import type { AdversaryTools, Behaviour } from './behaviour.ts';
import { Cheating, type CheatingOptions } from './cheating.ts';

/** Tells the coalition where its wrong answers are. */
export function beaconBiaser(tools: AdversaryTools, options: CheatingOptions): Behaviour {
  const cheating = new Cheating(tools, options);
  const { coalition, draws } = tools;
  const wrong = new Map<string, Set<number>>();
  return {
    answer: (request) => cheating.answer(request),
    after: (effects) => {
      cheating.remember(effects);
      for (const effect of effects) {
        if (effect.kind === 'answer' && cheating.isWrong(effect.claim)) {
          const key = slotKey({ ...effect.promise, model: effect.claim.model });
          wrong.set(key, (wrong.get(key) ?? new Set()).add(effect.promise.index));
        }
        if (effect.kind !== 'publish' || effect.message.type !== 'header') continue;
        const header = effect.message;
        coalition.note(samplingRound(header), {
          batch: batchId(header),
          count: header.count,
          oneIn: draws.network.parameters.classes.get(header.assuranceClass) ?? 1,
          wrong: wrong.get(slotKey(header)) ?? new Set(),
        });
        wrong.delete(slotKey(header));
      }
      return effects;
    },
  };
}
