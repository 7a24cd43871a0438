/**
 * A validator that signs two different commits and two different votes. Stopped by evidence, which
 * anybody can check and which costs its stake. [COMMIT-1] [VOTE-2] [SLASH-1]
 */
import { digest, sha256, utf8 } from '../../src/base/index.ts';
import type { ProviderEffect } from '../../src/core/index.ts';
import { merkleRoot } from '../../src/crypto/index.ts';
import {
  type BundleEntry,
  type BundleMessage,
  bundleSigningBytes,
  encodeEntry,
  encodeMessage,
  voteSigningBytes,
} from '../../src/wire/index.ts';
import type { AdversaryTools, Behaviour } from './behaviour.ts';

/** Says everything twice, differently. */
export function equivocator(tools: AdversaryTools): Behaviour {
  return { after: (effects) => effects.flatMap((effect) => [effect, ...rivalOf(tools, effect)]) };
}

/** A second bundle that contradicts what a published one says. */
function rivalOf(tools: AdversaryTools, effect: ProviderEffect): readonly ProviderEffect[] {
  if (effect.kind !== 'publish' || effect.message.type !== 'bundle') return [];
  const entries = effect.message.entries.flatMap(({ entry }) => contradictionOf(tools, entry));
  if (entries.length === 0) return [];
  const { signer, draws } = tools;
  const encoded = entries.map(encodeEntry);
  const root = merkleRoot(encoded.map(({ bytes }) => bytes));
  const message: BundleMessage = {
    type: 'bundle',
    validator: signer.id,
    entries: encoded,
    signature: signer.sign(bundleSigningBytes(draws.network.id, signer.id, root)),
  };
  return [{ kind: 'publish', message, bytes: encodeMessage(message) }];
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
