/**
 * A provider that opens everything, reveals its digests, and gives an output it cheated on to a
 * share of the nodes only, or to nobody: some holders would find it wrong, the others find nothing.
 * Stopped by holders that serve what they fetched [SAMPLE-2], by `invalid` and `unavailable` adding
 * up [QUORUM-5], and by their equal price [SLASH-1].
 */
import { sha256, toHex, utf8 } from '../../src/base/index.ts';
import type { AdversaryTools, Behaviour } from './behaviour.ts';
import { Cheating, type CheatingOptions } from './cheating.ts';

/** Serves wrong outputs to `servedShare` of the nodes, always the same for one output. */
export function withholder(
  tools: AdversaryTools,
  { servedShare, ...options }: CheatingOptions & { readonly servedShare: number },
): Behaviour {
  const cheating = new Cheating(tools, options);
  const wrong = new Set<string>();
  return {
    answer: (request) => cheating.answer(request),
    after: (effects) => {
      cheating.remember(effects);
      for (const effect of effects) {
        if (effect.kind !== 'answer' || !cheating.isWrong(effect.claim)) continue;
        wrong.add(toHex(effect.outputDigest));
      }
      return effects;
    },
    serves: (to, { digest }) => {
      const name = toHex(digest);
      return !wrong.has(name) || place(`${name}/${to}`) < servedShare;
    },
  };
}

/** A number in 0 .. 1 that depends on `name` alone. */
function place(name: string): number {
  const hash = sha256(utf8(name));
  return new DataView(hash.buffer, hash.byteOffset).getUint32(0) / 2 ** 32;
}
