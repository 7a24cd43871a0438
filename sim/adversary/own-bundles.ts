/** Bundles that a dishonest validator hears, and those that it makes itself. */
import type { NodeId } from '../../src/base/index.ts';
import type { ProviderEffect, ProviderEvent } from '../../src/core/index.ts';
import { merkleRoot } from '../../src/crypto/index.ts';
import {
  type BundleEntry,
  type BundleMessage,
  bundleSigningBytes,
  encodeEntry,
  encodeMessage,
  type Message,
} from '../../src/wire/index.ts';
import type { AdversaryTools } from './behaviour.ts';

export type Publication = ProviderEffect & { readonly kind: 'publish' };

/** Says a message to all, or to who hears `shard`. */
export function publicationOf(message: Message, shard?: number): Publication {
  const published = { kind: 'publish', message, bytes: encodeMessage(message) } as const;
  return shard === undefined ? published : { ...published, shard };
}

/** Says entries in one signed bundle: at least one, and no more than fit. */
export function bundleOf(
  { signer, draws }: Pick<AdversaryTools, 'signer' | 'draws'>,
  entries: readonly BundleEntry[],
  shard?: number,
): Publication {
  const encoded = entries.map(encodeEntry);
  const root = merkleRoot(encoded.map(({ bytes }) => bytes));
  const message: BundleMessage = {
    type: 'bundle',
    validator: signer.id,
    entries: encoded,
    signature: signer.sign(bundleSigningBytes(draws.network.id, signer.id, root)),
  };
  return publicationOf(message, shard);
}

/** Splits what a core publishes: bundles by entry, everything else as it is. */
export function splitBundle(
  { message }: Publication,
  isMeant: (entry: BundleEntry) => boolean,
): { readonly meant: readonly BundleEntry[]; readonly others: readonly BundleEntry[] } {
  const entries = message.type === 'bundle' ? message.entries.map(({ entry }) => entry) : [];
  return {
    meant: entries.filter(isMeant),
    others: entries.filter((entry) => !isMeant(entry)),
  };
}

/** What validators say in a bundle that an event brings. */
export function entriesHeard(
  event: ProviderEvent,
): readonly { readonly validator: NodeId; readonly entry: BundleEntry }[] {
  if (event.kind !== 'message-received' || event.decoded.message.type !== 'bundle') return [];
  const { validator, entries } = event.decoded.message;
  return entries.map(({ entry }) => ({ validator, entry }));
}
