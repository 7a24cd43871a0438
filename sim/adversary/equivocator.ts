/**
 * A validator that signs two different commits and two different votes. Stopped by evidence, which
 * anybody can check and which costs its stake. [COMMIT-1] [VOTE-2] [SLASH-1]
 */
import { digest, sha256, utf8 } from '../../src/base/index.ts';
import type { ProviderEffect } from '../../src/core/index.ts';
import { type BundleEntry, voteSigningBytes } from '../../src/wire/index.ts';
import type { AdversaryTools, Behaviour } from './behaviour.ts';
import { bundleOf } from './own-bundles.ts';

/** Says everything twice, differently. */
export function equivocator(tools: AdversaryTools): Behaviour {
  return { after: (effects) => effects.flatMap((effect) => [effect, ...rivalOf(tools, effect)]) };
}

/** A second bundle that contradicts what a published one says. */
function rivalOf(tools: AdversaryTools, effect: ProviderEffect): readonly ProviderEffect[] {
  if (effect.kind !== 'publish' || effect.message.type !== 'bundle') return [];
  const entries = effect.message.entries.flatMap(({ entry }) => contradictionOf(tools, entry));
  return entries.length === 0 ? [] : [bundleOf(tools, entries)];
}

function contradictionOf(
  { signer, draws }: AdversaryTools,
  entry: BundleEntry,
): readonly BundleEntry[] {
  if (entry.kind === 'commit') {
    return [{ ...entry, commitment: digest(sha256(utf8(entry.commitment.join()))) }];
  }
  if (entry.kind !== 'reveal') return [];
  const verdict = entry.verdict === 'unavailable' ? 'invalid' : 'unavailable';
  const message = voteSigningBytes(draws.network.id, entry, entry.level, verdict);
  return [{ ...entry, verdict, signature: signer.signVote(message) }];
}
