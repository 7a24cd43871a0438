/**
 * [WIRE-6] Answers a neighbour that asks what was gossiped about a batch or a leaf: header,
 * acknowledgements, opening with the seal, output, the bundles of each level, certificates.
 * Bounded.
 */
import { encodeMessage, type Message, type QueryMessage } from '../wire/index.ts';
import { buildCertificate } from './certificate/certificate.ts';
import type { Context } from './context.ts';
import { ACCEPTED, ignored, type Judgement } from './judgement.ts';
import type { Batch } from './sampling/batch.ts';
import type { BatchBook } from './sampling/batch-book.ts';
import type { Court } from './verification/court.ts';
import type { SubjectState } from './verification/state.ts';

/** Messages sent in answer to one query. */
const ANSWERS_MAX = 256;

/** Sends `from` what this node knows about the batch or leaf asked for; `ignore` if nothing. */
export function answerQuery(
  context: Context,
  { books, court }: { books: BatchBook; court: Court },
  { query, from }: { query: QueryMessage; from: string },
): Judgement {
  const batch = books.get(query.batch);
  if (batch === undefined) return ignored('unknown-batch');
  // what makes the seal, for those who missed it: a provider opens nothing without [WIRE-6]
  const acks = new Set([...batch.acks.values()].map(({ bundle }) => bundle));
  const answers: Message[] = [batch.header, ...acks];
  const { index } = query;
  const indices = index === undefined ? (batch.sampled ?? []) : [index];
  for (const i of indices) {
    const state = court.get({ batch: batch.id, index: i });
    if (state !== undefined) answers.push(...messagesAbout(context, batch, state));
  }
  for (const message of answers.slice(0, ANSWERS_MAX)) {
    context.emit({ kind: 'send', to: from, message, bytes: encodeMessage(message) });
  }
  return ACCEPTED;
}

/** What was decided comes first: who asks late must not work on what is over. */
function messagesAbout(context: Context, batch: Batch, state: SubjectState): readonly Message[] {
  const { seal, header } = batch;
  const messages: Message[] = [...certificatesOf(context, state)];
  if (seal !== undefined && state.opened !== undefined) {
    messages.push({ type: 'openings', header, seal, openings: [state.opened.opening] });
  }
  if (state.output !== undefined) messages.push(state.output);
  for (const level of state.levels) {
    const bundles = new Set([...level.commits.values()].map(({ source }) => source.bundle));
    for (const { source } of level.reveals.values()) bundles.add(source.bundle);
    messages.push(...bundles);
  }
  return messages;
}

function certificatesOf(context: Context, state: SubjectState): readonly Message[] {
  return [...state.levels].flatMap((level) => {
    const at = { subject: state, level: level.level, beacons: context.beacons };
    return [...level.certified.values()].flatMap(
      (certified) => buildCertificate(at, certified) ?? [],
    );
  });
}
