/**
 * What a node keeps of the past so that others can ask for it: beacons, what was said about
 * batches and drawn leaves, certificates, evidence. All of it was signed by others and can be
 * checked by whoever gets it; all of it can be lost and fetched again.
 */
import type { BatchId, ClaimId, NodeId, Round, Subject } from '../base/index.ts';
import { round, utf8 } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import {
  batchId,
  type CertificateMessage,
  claimId,
  type Decoded,
  encodeMessage,
  type Message,
} from '../wire/index.ts';

/** Messages kept about one batch or leaf: what a query is answered with. */
const MESSAGES_MAX = 256;
/** Digits of the largest round in a key, so that keys sort like rounds. */
const ROUND_DIGITS = 16;

export class Archive {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Keeps a verified beacon. */
  async addBeacon(r: Round, signature: Uint8Array): Promise<void> {
    await this.#store.put([{ space: 'beacon', key: roundKey(r), value: signature }]);
  }

  /** Beacons from `from` on, without a gap, as messages. */
  async beacons(from: Round, count: number): Promise<readonly Uint8Array[]> {
    const messages: Uint8Array[] = [];
    for (let r = from; messages.length < count; r = round(r + 1)) {
      const signature = await this.#store.get('beacon', roundKey(r));
      if (signature === undefined) break;
      messages.push(encodeMessage({ type: 'beacon', round: r, signature }));
    }
    return messages;
  }

  /** Keeps what was said about a batch: header and acknowledgements. */
  async addBatch(batch: BatchId, messages: readonly Decoded[]): Promise<void> {
    await this.#store.put([{ space: 'batch', key: batch, value: pack(messages) }]);
  }

  /** Keeps what was said about a drawn leaf, findable by its claim and its certificates. */
  async addSubject(subject: Subject, messages: readonly Decoded[]): Promise<void> {
    const key = subjectText(subject);
    const entries: Parameters<Store['put']>[0][number][] = [
      { space: 'subject', key, value: pack(messages) },
    ];
    for (const { message, bytes } of messages) {
      if (message.type === 'openings') {
        for (const { claim } of message.openings) {
          entries.push({ space: 'claim', key: claimId(claim), value: utf8(key) });
        }
      }
      if (message.type === 'certificate') {
        entries.push({ space: 'certificate', key: certificateKey(message), value: bytes });
      }
    }
    await this.#store.put(entries);
  }

  /** What was said about a batch, or a leaf of it; nothing if it is not known. */
  async lookup(batch: BatchId, index: number | undefined): Promise<readonly Uint8Array[]> {
    const value =
      index === undefined
        ? await this.#store.get('batch', batch)
        : await this.#store.get('subject', subjectText({ batch, index }));
    return unpack(value);
  }

  /** Where a drawn claim is. */
  async find(claim: ClaimId): Promise<Subject | undefined> {
    const value = await this.#store.get('claim', claim);
    if (value === undefined) return undefined;
    const [batch, index] = Buffer.from(value).toString().split('/');
    return { batch: batch as BatchId, index: Number(index) };
  }

  /** Certificates of claims of round `from` and later, oldest first. */
  async certificates(from: Round, count: number): Promise<readonly Uint8Array[]> {
    const range = { from: roundKey(from), limit: count };
    const keys = await this.#store.keys('certificate', range);
    const values = await Promise.all(keys.map((key) => this.#store.get('certificate', key)));
    return values.flatMap((value) => value ?? []);
  }

  /** Keeps a verified certificate that came alone. */
  async addCertificate({ message, bytes }: Decoded<CertificateMessage>): Promise<void> {
    await this.#store.put([{ space: 'certificate', key: certificateKey(message), value: bytes }]);
  }

  /** Round of the newest certificate kept. */
  async latestCertifiedRound(): Promise<Round | undefined> {
    const [key] = await this.#store.keys('certificate', { limit: 1, reverse: true });
    return key === undefined ? undefined : round(Number(key.split('/')[0]));
  }

  /** Keeps what convicts somebody. */
  async addEvidence(guilty: NodeId, evidence: Message): Promise<void> {
    await this.#store.put([{ space: 'evidence', key: guilty, value: encodeMessage(evidence) }]);
  }

  /** Keeps the addresses of a peer, to find it again after a restart. */
  async addPeer(peer: NodeId, addresses: readonly string[]): Promise<void> {
    await this.#store.put([{ space: 'peer', key: peer, value: utf8(addresses.join('\n')) }]);
  }

  /** Addresses of peers met before. */
  async peerAddresses(limit: number): Promise<readonly string[]> {
    const keys = await this.#store.keys('peer', { limit });
    const values = await Promise.all(keys.map((key) => this.#store.get('peer', key)));
    return values.flatMap((value) =>
      value === undefined ? [] : Buffer.from(value).toString().split('\n').filter(Boolean),
    );
  }
}

/** Each message after its length, four bytes. */
function pack(messages: readonly Decoded[]): Uint8Array {
  const kept = messages.slice(0, MESSAGES_MAX).map(({ bytes }) => bytes);
  const packed = new Uint8Array(kept.reduce((sum, { length }) => sum + 4 + length, 0));
  const view = new DataView(packed.buffer);
  let at = 0;
  for (const bytes of kept) {
    view.setUint32(at, bytes.length);
    packed.set(bytes, at + 4);
    at += 4 + bytes.length;
  }
  return packed;
}

/** The store checked the hash of the value: it is what was packed. */
function unpack(value: Uint8Array | undefined): readonly Uint8Array[] {
  if (value === undefined) return [];
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const messages: Uint8Array[] = [];
  for (let at = 0; at < value.length; ) {
    const length = view.getUint32(at);
    messages.push(value.slice(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return messages;
}

function roundKey(r: Round): string {
  return String(r).padStart(ROUND_DIGITS, '0');
}

function subjectText({ batch, index }: Subject): string {
  return `${batch}/${index}`;
}

/** One for each verdict of a level: a later one that names more holders takes its place. */
function certificateKey({ header, index, level, verdict }: CertificateMessage): string {
  return `${roundKey(header.round)}/${batchId(header)}/${index}/${level}/${verdict}`;
}
