/**
 * What is said about one leaf: by the node's core and archive, and where that is not enough, by
 * neighbours. They are asked, and not believed: only what checks out by the rules of receipts is
 * let through, whoever said it.
 */
import type { BatchId, NodeId, Subject } from '../../base/index.ts';
import { certificateRounds, checkHeader, roundDueAt, type SetChain } from '../../core/index.ts';
import { type Crypto, merkleRoot } from '../../crypto/index.ts';
import { type Gathered, gather, type SubjectMessages } from '../../receipt/index.ts';
import {
  type BundleMessage,
  batchId,
  bundleSigningBytes,
  type CertificateMessage,
  type Decoded,
  decodeMessage,
  encodeMessage,
  type HeaderMessage,
  type Message,
} from '../../wire/index.ts';
import { callForMessages, type RpcRequest } from '../rpc/index.ts';
import type { TracedNode } from './node-trace.ts';

/** Validators that are asked, some at a time, until what they said is enough. */
const ASKED_MAX = 16;
const ASKED_AT_ONCE = 4;
/** For how long, all in all, and for each call. */
const ASK_MS = 10_000;
const CALL_MS = 3_000;
/** Who is asked for one beacon: it is checked, so that one honest answer is enough. */
const BEACON_ASKED = 3;

/** Which leaf, and who is asked about it. */
export type LeafPlace = {
  /** The validator sets that the node knows. */
  readonly chain: SetChain;
  readonly node: Pick<TracedNode, 'host' | 'archive' | 'crypto' | 'messagesAbout'>;
  readonly subject: Subject;
};

/** Messages, each once, by their bytes. */
type Said = Map<string, Decoded>;

/**
 * Returns what `judge` makes of what is said about a leaf: of what the node knows itself if that
 * is enough, else of what neighbours say too.
 */
export async function aboutLeaf<T>(
  place: LeafPlace,
  judge: (said: SubjectMessages) => T,
  isEnough: (judged: T) => boolean,
): Promise<T> {
  const { chain, node, subject } = place;
  const signal = AbortSignal.timeout(ASK_MS);
  const said: Said = new Map();
  note(said, (await node.messagesAbout(subject)).flatMap(decodedOf));
  await learnBeacons(place, said, { peers: [], signal });
  let judged = judge(saidOf(subject, said));
  const members = node.host.peers().filter(({ id }) => chain.isValidator(id));
  const validators = members.slice(0, ASKED_MAX).map(({ id }) => id);
  for (let from = 0; from < validators.length; from += ASKED_AT_ONCE) {
    if (isEnough(judged) || signal.aborted) break;
    const peers = validators.slice(from, from + ASKED_AT_ONCE);
    const asked = peers.map((peer) => ask(place, peer, { method: 'lookup', ...subject }, signal));
    note(said, (await Promise.all(asked)).flat());
    await learnBeacons(place, said, { peers, signal });
    judged = judge(saidOf(subject, said));
  }
  return judged;
}

/** What is said about a leaf and checks out. */
export type CheckedLeaf = {
  readonly known: Gathered;
  /** Header, opening, bundles, output, certificates: each understands those before it. */
  readonly messages: readonly Decoded[];
};

/**
 * Returns what checks out, or `undefined` if the header does not: a signed header, an opening under
 * its root with a seal that holds, bundles of validators, the output of the claim's commitment,
 * certificates whose votes verify. What came along with them unchecked is left behind.
 */
export function checkedLeaf(
  chain: SetChain,
  crypto: Crypto,
  said: SubjectMessages,
): CheckedLeaf | undefined {
  const known = gather(chain, crypto, said);
  const { subject } = said;
  if (known === undefined || subject.index >= known.header.count) return undefined;
  const { header, seal, opening, output } = known;
  const bundles = said.messages.flatMap((message) => {
    const isBundle = message.type === 'bundle';
    return isBundle && isSaid(crypto, { message, known, subject }) ? message : [];
  });
  const isOpen = seal !== undefined && opening !== undefined;
  const distinct: Said = new Map();
  note(
    distinct,
    [
      header,
      ...(isOpen ? [{ type: 'openings', header, seal, openings: [opening] } as const] : []),
      ...bundles,
      ...(output === undefined ? [] : [{ type: 'output', ...subject, ...output } as const]),
      ...certificatesOf(known),
    ].map((message) => ({ message, bytes: encodeMessage(message) })),
  );
  return { known, messages: [...distinct.values()] };
}

/** Certificates with the header, the seal and the beacons that were checked. */
function certificatesOf({
  header,
  network,
  seal,
  certificates,
  beacon,
}: Gathered): readonly CertificateMessage[] {
  if (seal === undefined) return [];
  return certificates.map(({ message }) => {
    const rounds = certificateRounds(network, { header, level: message.level });
    const beacons = rounds.flatMap((r) => {
      const signature = beacon(r);
      return signature === undefined ? [] : { round: r, signature };
    });
    return { ...message, header, seal, beacons };
  });
}

/** [WIRE-5] Whether a validator said this about the leaf, and of levels that there are. */
function isSaid(
  crypto: Crypto,
  at: { readonly message: BundleMessage; readonly known: Gathered; readonly subject: Subject },
): boolean {
  const { validator, entries, signature } = at.message;
  const { subject, known } = at;
  const { network } = known;
  if (!network.validatorIndex.has(validator)) return false;
  if (!entries.some(({ entry }) => isOf(entry, subject))) return false;
  const { provider, model } = known.header;
  const last = known.draws.lastLevel({ id: subject.batch, provider, model });
  if (levelsIn(at.message, subject).some((level) => level > last)) return false;
  const root = merkleRoot(entries.map(({ bytes }) => bytes));
  return crypto.verify(validator, bundleSigningBytes(network.id, validator, root), signature);
}

/** Levels of a leaf that a message is about; none if it is about its batch only. */
export function levelsIn(message: Message, subject: Subject): readonly number[] {
  if (message.type === 'certificate') return [message.level];
  if (message.type !== 'bundle') return [];
  return message.entries.flatMap(({ entry }) =>
    entry.kind !== 'ack' && isOf(entry, subject) ? [entry.level] : [],
  );
}

/** Whether an entry is about a leaf, or about its batch. */
export function isOf(
  entry: { readonly batch: BatchId; readonly index?: number },
  { batch, index }: Subject,
): boolean {
  return entry.batch === batch && (entry.index === undefined || entry.index === index);
}

/**
 * Adds the beacons that draw from the batch and its levels, as far as they are due: those of the
 * archive, else what peers say.
 */
async function learnBeacons(
  place: LeafPlace,
  said: Said,
  { peers, signal }: { readonly peers: readonly NodeId[]; readonly signal: AbortSignal },
): Promise<void> {
  const { chain, node } = place;
  const { network } = chain.genesis.state;
  const header = headerIn(place, said);
  if (header === undefined) return;
  const due = roundDueAt(network, Date.now());
  const levels = network.parameters.levels.keys();
  const rounds = [...levels].flatMap((level) => certificateRounds(network, { header, level }));
  for (const r of new Set(rounds)) {
    if (r > due) continue;
    const own = (await node.archive.beacons(r, 1)).flatMap(decodedOf);
    note(said, own);
    if (own.length > 0) continue;
    const request = { method: 'beacons', from: r, count: 1 } as const;
    const asked = peers.slice(0, BEACON_ASKED).map((peer) => ask(place, peer, request, signal));
    note(said, (await Promise.all(asked)).flat());
  }
}

function headerIn({ chain, node, subject }: LeafPlace, said: Said): HeaderMessage | undefined {
  for (const { message } of said.values()) {
    const header = headerOf(message);
    if (header === undefined || batchId(header) !== subject.batch) continue;
    const { network } = chain.at(header.round).state;
    if (checkHeader(network, node.crypto, header) === undefined) return header;
  }
  return undefined;
}

function headerOf(message: Message): HeaderMessage | undefined {
  if (message.type === 'header') return message;
  return message.type === 'openings' || message.type === 'certificate' ? message.header : undefined;
}

/** What one peer says; nothing if it does not answer. */
async function ask(
  { node }: LeafPlace,
  peer: NodeId,
  request: Exclude<RpcRequest, { method: 'status' }>,
  signal: AbortSignal,
): Promise<readonly Decoded[]> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(CALL_MS)]);
  return await callForMessages(node.host, peer, request, deadline).catch(() => []);
}

function note(said: Said, messages: readonly Decoded[]): void {
  for (const decoded of messages) said.set(Buffer.from(decoded.bytes).toString('base64'), decoded);
}

function saidOf(subject: Subject, said: Said): SubjectMessages {
  const messages = [...said.values()].map(({ message }) => message);
  return { subject, messages, beacon: () => undefined };
}

function decodedOf(bytes: Uint8Array): readonly Decoded[] {
  const result = decodeMessage(bytes);
  return result.kind === 'ok' ? [result.decoded] : [];
}
