/**
 * What is known about one leaf, as records, however old it is: from the node's core and archive,
 * else from neighbours; only what checks out becomes a record.
 *
 * Nobody noted when these messages were said: their times are those of the phases in which they
 * are due. Reports of this node about the leaf are not kept; certificates say what was decided.
 */
import type { Subject } from '../../base/index.ts';
import {
  certificateRounds,
  executionRounds,
  later,
  nominalTime,
  phaseRounds,
} from '../../core/index.ts';
import type { TraceRecord, TraceTime } from '../../trace/index.ts';
import type { HeaderMessage, Message } from '../../wire/index.ts';
import { pause } from '../light-client.ts';
import { aboutLeaf, type CheckedLeaf, checkedLeaf, isOf, levelsIn } from './leaf-messages.ts';
import type { NodeTrace, TracedNode } from './node-trace.ts';

/** Levels whose output is measured, and how long it is waited for. */
const MEASURED_MAX = 4;
const MEASURE_MS = 3_000;
/** Message numbers of answers: beyond those of any live trace, others for each answer. */
const FIRST_MESSAGE = 2 ** 40;
const MESSAGES_PER_ANSWER = 65_536;

let answers = 0;

/** Returns the records about a leaf; none if nobody knows it. */
export async function leafRecords(
  trace: NodeTrace,
  node: TracedNode,
  subject: Subject,
): Promise<readonly TraceRecord[]> {
  const { network } = trace;
  const leaf = await aboutLeaf(
    { chain: trace.chain, node, subject },
    (said) => checkedLeaf(trace.chain, node.crypto, said),
    (checked) => checked !== undefined && isWhole(checked),
  );
  if (leaf === undefined) return [];
  const { header } = leaf.known;
  const levels = levelsOf(leaf, subject);
  for (const level of levels) {
    for (const r of certificateRounds(network, { header, level })) {
      const signature = leaf.known.beacon(r);
      if (signature !== undefined) trace.learn(r, signature);
    }
  }
  const records: TraceRecord[] = [];
  const firstMessage = FIRST_MESSAGE + MESSAGES_PER_ANSWER * answers;
  answers += 1;
  const tracer = trace.tracer({ emit: (record) => records.push(record), firstMessage });
  records.length = 0;
  const timed = leaf.messages
    .slice(0, MESSAGES_PER_ANSWER)
    .map((decoded) => ({ decoded, at: timeOf(trace, header, decoded.message, subject) }))
    .sort((a, b) => a.at - b.at);
  for (const { decoded, at } of timed) {
    const from = tracer.names.of(trace.options.self.id);
    tracer.said(at, sayer(trace, header, decoded.message) ?? from, decoded);
  }
  const { output } = leaf.known;
  for (const level of levels.slice(0, MEASURED_MAX)) {
    tracer.committees.level(subject, level);
    if (output === undefined) continue;
    const place = { subject, level };
    const measurement = await Promise.race([
      trace.measurementOf(header, place, output.digest),
      pause(MEASURE_MS).then(() => undefined),
    ]);
    const at = timed.at(-1)?.at ?? 0;
    if (measurement !== undefined) tracer.measured(at, place, measurement);
  }
  return records;
}

/** Whether there is nothing that neighbours could add, but what comes later. */
function isWhole({ known }: CheckedLeaf): boolean {
  const { seal, opening, output, certificates } = known;
  const isOpen = seal !== undefined && opening !== undefined;
  return isOpen && output !== undefined && certificates.length > 0;
}

function levelsOf({ messages }: CheckedLeaf, subject: Subject): readonly number[] {
  const named = messages.flatMap(({ message }) => levelsIn(message, subject));
  return [...new Set([0, ...named])].sort((a, b) => a - b);
}

function sayer(trace: NodeTrace, { provider }: HeaderMessage, message: Message) {
  if (message.type === 'output') return trace.numberOf(provider);
  return trace.sayerOf(message);
}

/** When a message is due: phases before it, from the round of its header on. */
function timeOf(
  trace: NodeTrace,
  header: HeaderMessage,
  message: Message,
  subject: Subject,
): TraceTime {
  const { network } = trace;
  const [level = 0] = levelsIn(message, subject);
  const drawnBy = trace.drawnBy(header, level);
  const manifest = network.modelById.get(header.model);
  const isSealing = message.type === 'header' || isAckOnly(message, subject);
  if (drawnBy === undefined || manifest === undefined || isSealing) {
    return trace.timeOf(nominalTime(network, header.round));
  }
  const lengths = phaseRounds(network.parameters, executionRounds(network, manifest));
  const rounds = lengths.slice(0, phasesBefore(message, subject)).reduce((a, b) => a + b, 0);
  return trace.timeOf(nominalTime(network, later(drawnBy, rounds)));
}

/** Phases of its level that are over when a message is said. [TIME-5] */
function phasesBefore(message: Message, subject: Subject): number {
  switch (message.type) {
    case 'output':
      return 2;
    case 'certificate':
      return 4;
    case 'bundle': {
      const entries = message.entries.map(({ entry }) => entry);
      const own = entries.filter((entry) => isOf(entry, subject));
      if (own.some(({ kind }) => kind === 'reveal')) return 3;
      return 1;
    }
    default:
      return 0;
  }
}

/** Whether a bundle says of a leaf only that its batch was seen. */
function isAckOnly(message: Message, subject: Subject): boolean {
  if (message.type !== 'bundle') return false;
  return message.entries.every(({ entry }) => entry.kind === 'ack' || !isOf(entry, subject));
}
