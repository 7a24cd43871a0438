/**
 * What is known about one leaf, as records, however old it is: from the node's core and archive,
 * else from neighbours, whose words are checked by what they signed.
 *
 * Nobody noted when these messages were said: their times are those of the phases in which they
 * are due. Reports of this node about the leaf are not kept; certificates say what was decided.
 */
import type { Round, Subject } from '../../base/index.ts';
import {
  checkHeader,
  executionRounds,
  later,
  nominalTime,
  phaseRounds,
  verifyCertificate,
} from '../../core/index.ts';
import { merkleRoot } from '../../crypto/index.ts';
import type { TraceRecord, TraceTime } from '../../trace/index.ts';
import {
  batchId,
  bundleSigningBytes,
  type Decoded,
  decodeMessage,
  type HeaderMessage,
  type Message,
} from '../../wire/index.ts';
import { pause } from '../light-client.ts';
import { callForMessages } from '../rpc/index.ts';
import type { NodeTrace, TracedNode } from './node-trace.ts';

/** Neighbours that are asked, and how long. */
const ASKED_MAX = 3;
const ASK_MS = 5_000;
/** Levels whose output is measured, and how long it is waited for. */
const MEASURED_MAX = 4;
const MEASURE_MS = 3_000;
/** Message numbers of answers: beyond those of any live trace, others for each answer. */
const FIRST_MESSAGE = 2 ** 40;
const MESSAGES_PER_ANSWER = 65_536;

/** Order in which messages are told: each understands those before it. */
const ORDER: readonly Message['type'][] = ['header', 'openings', 'bundle', 'output', 'certificate'];

let answers = 0;

/** Returns the records about a leaf; none if nobody knows it. */
export async function leafRecords(
  trace: NodeTrace,
  node: TracedNode,
  subject: Subject,
): Promise<readonly TraceRecord[]> {
  const messages = await gather(trace, node, subject);
  const header = messages.map(({ message }) => headerIn(message)).find((found) => found);
  if (header === undefined) return [];
  const levels = [0, ...messages.flatMap(({ message }) => levelsIn(message, subject))];
  await learnRounds(trace, node, { header, levels: new Set(levels) });
  const records: TraceRecord[] = [];
  const firstMessage = FIRST_MESSAGE + MESSAGES_PER_ANSWER * answers;
  answers += 1;
  const tracer = trace.tracer({ emit: (record) => records.push(record), firstMessage });
  records.length = 0;
  const timed = messages.map((decoded) => ({
    decoded,
    at: timeOf(trace, header, decoded.message, subject),
  }));
  for (const { decoded, at } of timed.sort((a, b) => a.at - b.at)) {
    const from = tracer.names.of(trace.options.self.id);
    tracer.said(at, sayer(trace, header, decoded.message) ?? from, decoded);
  }
  for (const level of [...new Set(levels)].slice(0, MEASURED_MAX)) {
    tracer.committees.level(subject, level);
    const output = messages.find(({ message }) => message.type === 'output')?.message;
    if (output?.type !== 'output') continue;
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

/** Messages about a leaf, each once, in the order in which they can be understood. */
async function gather(
  trace: NodeTrace,
  node: TracedNode,
  subject: Subject,
): Promise<readonly Decoded[]> {
  const own = (await node.messagesAbout(subject)).flatMap(decodedOf);
  const isKnown = own.some(({ message }) => message.type === 'certificate');
  const foreign = isKnown ? [] : await askNeighbours(node, subject);
  const checked = foreign.filter(({ message }) => isSigned(trace, message));
  const found = new Map<string, Decoded>();
  for (const decoded of [...own, ...checked]) {
    if (!ORDER.includes(decoded.message.type) || !isAbout(decoded.message, subject)) continue;
    found.set(Buffer.from(decoded.bytes).toString('base64'), decoded);
  }
  const placeOf = ({ message }: Decoded): number => ORDER.indexOf(message.type);
  return [...found.values()].sort((a, b) => placeOf(a) - placeOf(b)).slice(0, MESSAGES_PER_ANSWER);
}

async function askNeighbours(
  { host }: TracedNode,
  { batch, index }: Subject,
): Promise<readonly Decoded[]> {
  const signal = AbortSignal.timeout(ASK_MS);
  const validators = host.peers().filter(({ role }) => role === 'validator');
  const answered = await Promise.all(
    validators
      .slice(0, ASKED_MAX)
      .map(({ id }) =>
        callForMessages(host, id, { method: 'lookup', batch, index }, signal).catch(() => []),
      ),
  );
  return answered.flat();
}

/** [WIRE-5] Whether a message says what its signer signed; nobody signs outputs: they are bound. */
function isSigned({ network, crypto }: NodeTrace, message: Message): boolean {
  switch (message.type) {
    case 'header':
      return checkHeader(network, crypto, message) === undefined;
    case 'openings':
      return checkHeader(network, crypto, message.header) === undefined;
    case 'certificate':
      return verifyCertificate(network, crypto, message).kind === 'valid';
    case 'bundle': {
      const { validator, entries, signature } = message;
      if (!network.validatorIndex.has(validator)) return false;
      const root = merkleRoot(entries.map(({ bytes }) => bytes));
      return crypto.verify(validator, bundleSigningBytes(network.id, validator, root), signature);
    }
    default:
      return message.type === 'output';
  }
}

/** Learns the rounds that seal, draw and judge a leaf, from the archive or from neighbours. */
async function learnRounds(
  trace: NodeTrace,
  { archive, host }: TracedNode,
  { header, levels }: { readonly header: HeaderMessage; readonly levels: ReadonlySet<number> },
): Promise<void> {
  const { network, crypto } = trace;
  const drawn = [...levels].flatMap((level) => trace.drawnBy(header, level) ?? []);
  for (const r of new Set<Round>([header.round, ...drawn])) {
    const own = (await archive.beacons(r, 1)).flatMap(decodedOf);
    const signal = AbortSignal.timeout(ASK_MS);
    const [peer] = host.peers().filter(({ role }) => role === 'validator');
    const request = { method: 'beacons', from: r, count: 1 } as const;
    const asked =
      own.length > 0 || peer === undefined ? [] : callForMessages(host, peer.id, request, signal);
    for (const { message } of [...own, ...(await Promise.resolve(asked).catch(() => []))]) {
      if (message.type !== 'beacon' || message.round !== r) continue;
      const { signature } = message;
      if (crypto.verifyBeacon(network.beacon.chainKey, r, signature)) trace.learn(r, signature);
    }
  }
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

function levelsIn(message: Message, subject: Subject): readonly number[] {
  if (message.type === 'certificate') return [message.level];
  if (message.type !== 'bundle') return [];
  return message.entries.flatMap(({ entry }) =>
    entry.kind !== 'ack' && isOf(entry, subject) ? [entry.level] : [],
  );
}

function isOf(entry: { batch: string; index?: number }, { batch, index }: Subject): boolean {
  return entry.batch === batch && (entry.index === undefined || entry.index === index);
}

function isAbout(message: Message, subject: Subject): boolean {
  switch (message.type) {
    case 'header':
      return batchId(message) === subject.batch;
    case 'openings': {
      const isThere = message.openings.some(({ index }) => index === subject.index);
      return isThere && batchId(message.header) === subject.batch;
    }
    case 'certificate':
      return message.index === subject.index && batchId(message.header) === subject.batch;
    case 'output':
      return isOf(message, subject);
    case 'bundle':
      return message.entries.some(({ entry }) => isOf(entry, subject));
    default:
      return false;
  }
}

function headerIn(message: Message): HeaderMessage | undefined {
  if (message.type === 'header') return message;
  return message.type === 'openings' || message.type === 'certificate' ? message.header : undefined;
}

function decodedOf(bytes: Uint8Array): readonly Decoded[] {
  const result = decodeMessage(bytes);
  return result.kind === 'ok' ? [result.decoded] : [];
}
