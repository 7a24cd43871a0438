/** What messages say, as a trace tells it: short, with numbers for nodes. */
import { toHex, unreachable } from '../base/index.ts';
import { guiltyOf, type SetChain } from '../core/index.ts';
import type { Crypto } from '../crypto/index.ts';
import type { BundleEntry, CertificateMessage, Message, OpeningsMessage } from '../wire/index.ts';
import { claimId } from '../wire/index.ts';
import type { TracedCommittees } from './committees.ts';
import type { NodeNames } from './names.ts';
import type { EntryContent, MessageContent } from './records.ts';

/** What is known beside the message itself. */
export type ContentContext = {
  readonly names: NodeNames;
  readonly committees: TracedCommittees;
  readonly chain: SetChain;
  readonly crypto: Crypto;
};

/** Returns what `message` says; committees that it names are told on the way. */
export function contentOf(message: Message, context: ContentContext): MessageContent {
  const { names, committees, chain, crypto } = context;
  switch (message.type) {
    case 'header': {
      const { round, assuranceClass, model, count } = message;
      const batch = committees.note(message);
      const provider = names.of(message.provider);
      return { type: 'header', batch, provider, round, assuranceClass, model, count };
    }
    case 'openings':
      return openings(message, context);
    case 'output': {
      const { batch, index, digest } = message;
      return { type: 'output', batch, index, digest: toHex(digest) };
    }
    case 'bundle':
      return { type: 'bundle', entries: message.entries.map(({ entry }) => entryOf(entry)) };
    case 'beacon':
      return { type: 'beacon', round: message.round };
    case 'certificate':
      return certificate(message, context);
    case 'evidence': {
      const guilty = guiltyOf(chain, crypto, message).map((id) => names.of(id));
      return { type: 'evidence', evidence: message.kind, guilty };
    }
    case 'query': {
      const { batch, index } = message;
      return { type: 'query', batch, ...(index === undefined ? {} : { index }) };
    }
    case 'request':
      return {
        type: 'request',
        model: message.model,
        assuranceClass: message.assuranceClass,
      };
    case 'promise':
      return { type: 'promise', claim: message.claim, round: message.round };
    case 'proposal':
    case 'step': {
      const { number, epoch } = message.body;
      return { type: message.type, number, epoch };
    }
    case 'confirmation':
      return { type: 'confirmation', number: message.number };
    case 'settlement':
      return { type: 'settlement', epoch: message.epoch, root: toHex(message.root) };
    default:
      return unreachable(message);
  }
}

function openings(
  { header, seal, openings: opened }: OpeningsMessage,
  { committees }: ContentContext,
): MessageContent {
  const batch = committees.note(header);
  return {
    type: 'openings',
    batch,
    sealers: committees.sealers(header, seal.holders),
    leaves: opened.map(({ index, claim }) => {
      const { requester, executionClass } = claim;
      return { index, claim: claimId(claim), requester, executionClass };
    }),
  };
}

function certificate(
  { header, index, level, verdict, votes }: CertificateMessage,
  { committees }: ContentContext,
): MessageContent {
  const batch = committees.note(header);
  return {
    ...{ type: 'certificate', batch, index, level, verdict },
    votes: votes.map((group) => ({
      verdict: group.verdict,
      holders: committees.voters({ batch, index }, level, group.holders),
    })),
  };
}

function entryOf(entry: BundleEntry): EntryContent {
  const { kind, batch } = entry;
  switch (kind) {
    case 'ack':
      return { kind, batch };
    case 'commit':
      return { kind, batch, index: entry.index, level: entry.level };
    case 'abstain':
      return { kind, batch, index: entry.index, level: entry.level, reason: entry.reason };
    case 'reveal': {
      const { index, level, verdict, executionClass, measurement } = entry;
      const digest = measurement.kind === 'empty' ? {} : { digest: toHex(measurement.digest) };
      return { kind, batch, index, level, verdict, executionClass, ...digest };
    }
    default:
      return unreachable(entry);
  }
}
