/**
 * What a node keeps of the past so that others can ask for it: beacons, what was said about
 * batches and drawn leaves, certificates, evidence. All of it was signed by others and can be
 * checked by whoever gets it; all of it can be lost and fetched again.
 */
import type { BatchId, ClaimId, NodeId, Round, Subject } from '../base/index.ts';
import { round, utf8 } from '../base/index.ts';
import type { Store, StoreEntry } from '../store/index.ts';
import {
  type CertificateMessage,
  type Decoded,
  encodeMessage,
  type Message,
} from '../wire/index.ts';
import {
  ageEntry,
  certificateKey,
  claimsIn,
  pack,
  roundKey,
  roundOf,
  subjectText,
  unpack,
} from './database/index.ts';

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
    const round = roundOf(messages.map(({ message }) => message));
    if (round === undefined) return;
    await this.#store.put([
      { space: 'batch', key: batch, value: pack(messages) },
      ageEntry(round, { space: 'batch', key: batch }),
    ]);
  }

  /** Keeps what was said about a drawn leaf, findable by its claim and its certificates. */
  async addSubject(subject: Subject, messages: readonly Decoded[]): Promise<void> {
    const key = subjectText(subject);
    const said = messages.map(({ message }) => message);
    const round = roundOf(said);
    if (round === undefined) return;
    const entries: StoreEntry[] = [
      { space: 'subject', key, value: pack(messages) },
      ageEntry(round, { space: 'subject', key }),
    ];
    for (const claim of claimsIn(said)) {
      entries.push({ space: 'claim', key: claim, value: utf8(key) });
      entries.push(ageEntry(round, { space: 'claim', key: claim }));
    }
    for (const { message, bytes } of messages) {
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
