/**
 * What a node answers to others: live from its core where it still follows a batch, from its
 * archive where that is over.
 */
import type { BatchId, NodeId, Subject } from '../base/index.ts';
import type { ProviderEffect } from '../core/index.ts';
import {
  type Decoded,
  encodeMessage,
  type OpeningsMessage,
  type QueryMessage,
} from '../wire/index.ts';
import type { Archive } from './archive.ts';
import type { Feed } from './feed.ts';
import type { JoinCall } from './joining/index.ts';
import { ANSWER_LIMITS, type RpcRequest, withinLimits } from './rpc/index.ts';
import type { Runner } from './runner/index.ts';
import type { SetService } from './sets/index.ts';

/** The name under which a node asks its own core: what it sends there stays here. */
export const SELF = 'self';

/** Asks the core what was gossiped about a batch or a leaf. [WIRE-6] */
export async function askCore(
  runner: Runner,
  batch: BatchId,
  index?: number,
): Promise<readonly Decoded[]> {
  const query: QueryMessage = { type: 'query', batch, ...(index === undefined ? {} : { index }) };
  const decoded = { message: query, bytes: encodeMessage(query) };
  const effects = await runner.take({ kind: 'message-received', from: SELF, decoded });
  return effects.flatMap((effect: ProviderEffect) =>
    effect.kind === 'send' && effect.to === SELF
      ? { message: effect.message, bytes: effect.bytes }
      : [],
  );
}

export type AnswerSources = {
  readonly runner: Runner;
  readonly archive: Archive;
  readonly feed: Feed;
  /** The status of this node, encoded. */
  readonly status: () => Uint8Array;
  readonly sets: SetService;
  /** Batches that the core follows. */
  readonly openBatches: () => readonly BatchId[];
  /** A provider's own leaves. */
  readonly opening: (subject: Subject) => OpeningsMessage | undefined;
};

/** Answers one request. */
export async function answerRequest(
  sources: AnswerSources,
  request: Exclude<RpcRequest, JoinCall | { method: 'reach' }>,
): Promise<readonly Uint8Array[]> {
  const { archive, feed } = sources;
  switch (request.method) {
    case 'status':
      return [sources.status()];
    case 'open':
      return sources
        .openBatches()
        .slice(0, ANSWER_LIMITS.frames)
        .map((batch) => encodeMessage({ type: 'query', batch }));
    case 'lookup':
      return withinLimits(await lookup(sources, request));
    case 'find': {
      const subject = await archive.find(request.claim);
      return subject === undefined ? [] : [encodeMessage({ type: 'query', ...subject })];
    }
    case 'slot':
      return feed
        .headers(
          (header) =>
            header.provider === request.provider &&
            header.round === request.round &&
            header.assuranceClass === request.assuranceClass &&
            header.model === request.model,
        )
        .slice(0, ANSWER_LIMITS.frames)
        .map((header) => encodeMessage(header));
    case 'proof': {
      const opening = sources.opening(request);
      return opening === undefined ? [] : [encodeMessage(opening)];
    }
    case 'beacons':
      return await archive.beacons(request.from, request.count);
    case 'certificates':
      return withinLimits(await archive.certificates(request.from, request.count));
    default:
      return await sources.sets.answer(request);
  }
}

/** What was said about a batch or a leaf: live, or from the archive when it is over. */
async function lookup(
  { runner, archive }: AnswerSources,
  { batch, index, votesOf }: RpcRequest & { method: 'lookup' },
): Promise<readonly Uint8Array[]> {
  const live = await askCore(runner, batch, index);
  const isLeafKnown = index === undefined || live.some(({ message }) => isAbout(message, index));
  if (live.length > 0 && isLeafKnown) {
    return (votesOf === undefined ? live : inBrief(live, votesOf)).map(({ bytes }) => bytes);
  }
  return await archive.lookup(batch, index);
}

/**
 * Without votes of others, and without outputs of what is decided. Acknowledgements stay where
 * nothing else carries the seal.
 */
function inBrief(live: readonly Decoded[], votesOf: NodeId): readonly Decoded[] {
  const isSealed = live.some(({ message }) => message.type === 'openings');
  const decided = new Set(
    live.flatMap(({ message }) => (message.type === 'certificate' ? [message.index] : [])),
  );
  return live.filter(({ message }) => {
    if (message.type === 'output') return !decided.has(message.index);
    return message.type !== 'bundle' || !isSealed || message.validator === votesOf;
  });
}

/** Tells whether a message is about one leaf rather than about its batch. */
function isAbout(message: Decoded['message'], index: number): boolean {
  if (message.type === 'openings') return message.openings.some((o) => o.index === index);
  return (message.type === 'certificate' || message.type === 'output') && message.index === index;
}

/** A subject as people and logs write it. */
export function subjectName({ batch, index }: Subject): string {
  return `${batch}/${index}`;
}
