/**
 * Catches up before a node takes part: beacons of the window in order, then what was said about
 * every batch that is still open, then certificates of what it missed. [WIRE-6]
 *
 * Nothing here has to be believed: the core checks every message, and certificates are verified
 * before they are archived. A peer that leaves something out delays, no more; several are asked.
 */
import { type BatchId, type NodeId, type Round, round } from '../base/index.ts';
import { type Network, verifyCertificate, windowRounds } from '../core/index.ts';
import type { Crypto } from '../crypto/index.ts';
import { type Decoded, decodeMessage, encodeMessage } from '../wire/index.ts';
import type { Archive } from './archive.ts';
import type { Feed } from './feed.ts';
import type { Host } from './libp2p/index.ts';
import { ANSWER_LIMITS, callForMessages, type RpcRequest } from './rpc/index.ts';

/** Peers asked for what is open: a liar among them changes nothing. */
const PEERS_ASKED = 3;
/** Batches asked for. */
const BATCHES_MAX = 2048;
const CALL_TIMEOUT_MS = 10_000;

export type SyncOptions = {
  readonly host: Host;
  readonly network: Network;
  readonly crypto: Crypto;
  readonly feed: Feed;
  readonly archive: Archive;
  /** Latest beacon that the core knows. */
  readonly latest: () => Round | undefined;
  /** Beacon that should be out by now, at least 0. */
  readonly due: () => number;
  /** A beacon from an endpoint, if one has it. */
  readonly fetchBeacon: (r: Round) => Promise<Uint8Array | undefined>;
  /** Drawn leaves of a batch whose opening the core does not have. */
  readonly unopened: (batch: BatchId) => readonly number[];
  readonly signal: AbortSignal;
};

export type SyncResult = {
  readonly beacons: number;
  readonly batches: number;
  readonly messages: number;
};

export class Sync {
  readonly #options: SyncOptions;

  constructor(options: SyncOptions) {
    this.#options = options;
  }

  /** First round that can still matter to an open subject. */
  get firstRound(): Round {
    const { network, due } = this.#options;
    return round(Math.max(1, due() - windowRounds(network)));
  }

  /** Gives the core every beacon of the window that can be had, in order; returns how many. */
  async beacons(): Promise<number> {
    let count = 0;
    for (let missing = this.#missing(); missing !== undefined; ) {
      for await (const found of this.#sources(missing)) {
        for (const decoded of found) {
          if (this.#options.signal.aborted) return count;
          if (await this.#options.feed.take(SYNC_SENDER, decoded)) count += 1;
        }
        if ((this.#missing() ?? Number.POSITIVE_INFINITY) > missing) break;
      }
      const next = this.#missing();
      if (next === missing) break;
      missing = next;
    }
    return count;
  }

  /** Asks what is open and what was said about it, and gives it to the core. */
  async openBatches(): Promise<{ batches: number; messages: number }> {
    const batches = new Map<BatchId, NodeId[]>();
    for (const peer of this.#peers()) {
      for (const { message } of await this.#ask(peer, { method: 'open' })) {
        if (message.type !== 'query' || batches.size >= BATCHES_MAX) continue;
        batches.set(message.batch, [...(batches.get(message.batch) ?? []), peer]);
      }
    }
    let messages = 0;
    for (const [batch, peers] of batches) {
      for (const peer of peers) messages += await this.#lookUp(peer, { batch });
      // one answer does not hold everything about a batch with many drawn leaves
      for (const index of this.#options.unopened(batch)) {
        for (const peer of peers) messages += await this.#lookUp(peer, { batch, index });
      }
    }
    return { batches: batches.size, messages };
  }

  /** Asks one peer about a batch or a leaf; returns how many messages came. */
  async #lookUp(peer: NodeId, about: { batch: BatchId; index?: number }): Promise<number> {
    const found = await this.#ask(peer, { method: 'lookup', ...about });
    for (const decoded of found) await this.#options.feed.take(peer, decoded);
    return found.length;
  }

  /** Archives certificates of claims that were decided while this node was away. */
  async certificates(): Promise<number> {
    const { archive, network, crypto } = this.#options;
    const from = (await archive.latestCertifiedRound()) ?? this.firstRound;
    const [peer] = this.#peers();
    if (peer === undefined) return 0;
    const count = ANSWER_LIMITS.certificates;
    let added = 0;
    for (const { message, bytes } of await this.#ask(peer, {
      method: 'certificates',
      from,
      count,
    })) {
      if (message.type !== 'certificate') continue;
      if (verifyCertificate(network, crypto, message).kind !== 'valid') continue;
      await archive.addCertificate({ message, bytes });
      added += 1;
    }
    return added;
  }

  /** First round of the window that the core does not know. */
  #missing(): Round | undefined {
    const { latest, due } = this.#options;
    const next = round(Math.max(this.firstRound, (latest() ?? 0) + 1));
    return next <= due() ? next : undefined;
  }

  /** Beacons from `from` on, from one source after the other: the next one if one has none. */
  async *#sources(from: Round): AsyncIterable<readonly Decoded[]> {
    const { archive, due, fetchBeacon } = this.#options;
    const count = Math.min(ANSWER_LIMITS.beacons, due() - from + 1);
    yield decodedOf(await archive.beacons(from, count));
    for (const peer of this.#peers()) {
      const answer = await this.#ask(peer, { method: 'beacons', from, count });
      yield answer.filter(({ message }) => message.type === 'beacon');
    }
    const signature = await fetchBeacon(from);
    if (signature === undefined) return;
    yield decodedOf([encodeMessage({ type: 'beacon', round: from, signature })]);
  }

  #peers(): readonly NodeId[] {
    const { host } = this.#options;
    const peers = host.peers().filter(({ role }) => role === 'validator' || role === 'provider');
    return peers.slice(0, PEERS_ASKED).map(({ id }) => id);
  }

  async #ask(
    peer: NodeId,
    request: Exclude<RpcRequest, { method: 'status' }>,
  ): Promise<readonly Decoded[]> {
    const { host, signal } = this.#options;
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]);
    // a peer that does not answer is as good as one that knows nothing
    return await callForMessages(host, peer, request, deadline).catch(() => []);
  }
}

/** Whom the core takes for the sender of what was fetched. */
const SYNC_SENDER = 'sync';

function decodedOf(frames: readonly Uint8Array[]): readonly Decoded[] {
  return frames.flatMap((frame) => {
    const result = decodeMessage(frame);
    return result.kind === 'ok' ? result.decoded : [];
  });
}
