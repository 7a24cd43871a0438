/**
 * A validator that works honestly and floods the others: bundles about batches that nobody knows,
 * certificates with a broken signature, evidence that proves nothing, queries to everybody. Stopped
 * by cheap checks that come first, and junk that is not passed on [WIRE-3]; by limits for all that
 * waits [WIRE-4].
 *
 * Limit: the simulator charges messages for the wire, not for the processor that checks them.
 */
import {
  type BatchId,
  defined,
  digest,
  round,
  sha256,
  type TimeMs,
  timeMs,
  utf8,
} from '../../src/base/index.ts';
import type { ProviderEffect, ProviderEvent } from '../../src/core/index.ts';
import {
  type BundleEntry,
  batchId,
  type CertificateMessage,
  encodeMessage,
  type HeaderMessage,
  LIMITS,
} from '../../src/wire/index.ts';
import type { AdversaryTools, Behaviour } from './behaviour.ts';
import { bundleOf, publicationOf } from './own-bundles.ts';

type Kind = 'early' | 'certificates' | 'evidence' | 'queries';

/** Entries of a junk bundle: it nearly fills a message. */
const JUNK_ENTRIES = Math.floor(LIMITS.bundleEntries / 2);

/** Sends `messagesPerRound`, evenly, of each kind in turn. */
export function spammer(
  tools: AdversaryTools,
  { messagesPerRound, kinds }: { messagesPerRound: number; kinds: readonly Kind[] },
): Behaviour {
  const { now, scenario } = tools;
  const everyMs = scenario.parameters.roundMs / messagesPerRound;
  const seen: Seen = { header: undefined, certificate: undefined };
  let sent = 0;
  let nextAt: TimeMs | undefined;
  return {
    before: (event) => {
      look(event, seen);
      return [event];
    },
    after: (effects) => {
      // an event of its own comes for each: it sends as long as others do anything
      nextAt ??= now();
      if (nextAt > now()) return effects;
      nextAt = timeMs(nextAt + everyMs);
      const kind = kinds[sent % kinds.length] ?? 'early';
      sent += 1;
      return [...effects, ...junk(tools, { kind, seen, name: `${tools.signer.id}/${sent}` })];
    },
    nextDeadline: () => nextAt,
  };
}

/** The last honest messages, to make junk of. */
type Seen = { header: HeaderMessage | undefined; certificate: CertificateMessage | undefined };

function look(event: ProviderEvent, seen: Seen): void {
  if (event.kind !== 'message-received') return;
  const { message } = event.decoded;
  if (message.type === 'header') seen.header = message;
  if (message.type === 'certificate') seen.certificate = message;
}

function junk(
  tools: AdversaryTools,
  { kind, seen, name }: { kind: Kind; seen: Seen; name: string },
): readonly ProviderEffect[] {
  const { header, certificate } = seen;
  switch (kind) {
    case 'early':
      return [bundleOf(tools, earlyEntries(tools, name))];
    case 'certificates':
      return certificate === undefined ? [] : [publicationOf(broken(certificate))];
    case 'evidence':
      if (header === undefined) return [];
      return [publicationOf({ type: 'evidence', kind: 'headers', first: header, second: header })];
    default:
      return header === undefined ? [] : queries(tools, batchId(header));
  }
}

/** Commits to leaves of a batch that there is not: they wait for it. */
function earlyEntries({ draws }: AdversaryTools, name: string): readonly BundleEntry[] {
  const { providers, models, parameters } = draws.network;
  const commitment = digest(sha256(utf8(name)));
  const batch = batchId({
    provider: defined(providers[0], 'a run has a provider').id,
    round: round(1),
    assuranceClass: [...parameters.classes.keys()][0] ?? '',
    model: defined(models[0], 'a run has a model').model,
    root: commitment,
    count: JUNK_ENTRIES,
  });
  return Array.from({ length: JUNK_ENTRIES }, (_, index) => {
    return { kind: 'commit', batch, index, level: 0, commitment };
  });
}

/** A certificate whose first signature lost a bit. */
function broken(certificate: CertificateMessage): CertificateMessage {
  const votes = certificate.votes.map((group, at) => {
    return at > 0 ? group : { ...group, signature: flipped(group.signature) };
  });
  return { ...certificate, votes };
}

function flipped(signature: Uint8Array): Uint8Array {
  return signature.map((byte, i) => (i === 0 ? byte ^ 1 : byte));
}

/** Asks everybody for all that there is about a batch. */
function queries({ draws, signer }: AdversaryTools, batch: BatchId): readonly ProviderEffect[] {
  const message = { type: 'query', batch } as const;
  const bytes = encodeMessage(message);
  return draws.network.validators
    .filter(({ id }) => id !== signer.id)
    .map(({ id }) => ({ kind: 'send', to: id, message, bytes }));
}
