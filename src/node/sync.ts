/**
 * Catches up before a node takes part: beacons of the window in order, then what was said about
 * every batch that is still open, then certificates of what it missed. [WIRE-6]
 *
 * What is decided and can no longer be voted on is asked for in brief first, in full once the node
 * takes part: most of a window is over, and only bills and evidence need the votes of others.
 *
 * Nothing here has to be believed: the core checks every message, and certificates are verified
 * before they are archived. A peer that leaves something out delays, no more; several are asked.
 *
 * Beacons are verified many at a time before the core gets them, which remembers what it verified:
 * 5 ms each instead of 19; those that certificates carry likewise. Where one of many is bad, the
 * core finds it, and its source is left.
 */
import { type BatchId, type NodeId, type Round, round, sha256, toHex } from '../base/index.ts';
import {
  type Network,
  type SetChain,
  type SubjectSnapshot,
  verifyCertificate,
  windowRounds,
} from '../core/index.ts';
import type { Crypto } from '../crypto/index.ts';
import { type BeaconMessage, type Decoded, decodeMessage, encodeMessage } from '../wire/index.ts';
import type { Archive } from './archive.ts';
import type { Feed } from './feed.ts';
import type { Host } from './libp2p/index.ts';
import { pause } from './light-client.ts';
import { ANSWER_LIMITS, callRpc, type RpcRequest } from './rpc/index.ts';
import { isMember } from './safety/index.ts';
import { ToldBatches } from './told-batches.ts';

/** Peers asked for what is open: a liar among them changes nothing. */
const PEERS_ASKED = 3;
/** Beacons verified at a time: more save little and hold up everything else. */
const VERIFIED_AT_ONCE = 32;
/** Beacons asked of endpoints at a time, one request each. */
const FETCHED_AT_ONCE = 8;
/** Messages given to the core at a time: what comes over gossip waits behind them. */
const TAKEN_AT_ONCE = 32;
/** Batches asked for. */
const BATCHES_MAX = 2048;
const CALL_TIMEOUT_MS = 10_000;
/** For all that one peer is asked about open batches: it may name many and answer slowly. */
const OPEN_TIMEOUT_MS = 30_000;
/** How long a node waits for its first peer before it goes on alone. */
const FIRST_PEER_MS = 5_000;
const FIRST_PEER_POLL_MS = 50;

export type SyncOptions = {
  readonly host: Host;
  readonly network: Network;
  /** [SET-2] The validator sets that the core knows. */
  readonly chain: () => SetChain;
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
  /** Messages about open batches by hash: whether the core accepted them. */
  readonly #taken = new Map<string, Promise<boolean>>();
  /** What messages say of their batches, whether the core got them or not. */
  readonly #told: ToldBatches;
  /** Batches that were asked for in brief only, by whom was asked. */
  readonly #rest = new Map<NodeId, readonly BatchId[]>();

  constructor(options: SyncOptions) {
    this.#options = options;
    this.#told = new ToldBatches(options.network);
  }

  /** First round that can still matter to an open subject. */
  get firstRound(): Round {
    const { network, due } = this.#options;
    return round(Math.max(1, due() - windowRounds(network)));
  }

  /** Resolves with the first peer, or when none came in time. */
  async firstPeer(): Promise<void> {
    const { host, signal } = this.#options;
    const deadline = performance.now() + FIRST_PEER_MS;
    while (host.peers().length === 0 && performance.now() < deadline && !signal.aborted) {
      await pause(FIRST_PEER_POLL_MS, signal);
    }
  }

  /** Gives the core every beacon of the window that can be had, in order; returns how many. */
  async beacons(): Promise<number> {
    let count = 0;
    for (let missing = this.#missing(); missing !== undefined; ) {
      for await (const found of this.#sources(missing)) {
        count += await this.#takeBeacons(found);
        if (this.#options.signal.aborted) return count;
        if ((this.#missing() ?? Number.POSITIVE_INFINITY) > missing) break;
      }
      const next = this.#missing();
      if (next === missing) break;
      missing = next;
    }
    return count;
  }

  /**
   * Asks what is open and what was said about it, and gives it to the core: of what is over in
   * brief.
   */
  async openBatches(): Promise<{ batches: number; messages: number }> {
    const batches = new Set<BatchId>();
    const counts = await Promise.all(this.#peers().map((peer) => this.#openAt(peer, batches)));
    return { batches: batches.size, messages: counts.reduce((sum, count) => sum + count, 0) };
  }

  /** Asks one peer, within its time; adds to `all`, and returns how many messages came. */
  async #openAt(peer: NodeId, all: Set<BatchId>): Promise<number> {
    const signal = AbortSignal.any([this.#options.signal, AbortSignal.timeout(OPEN_TIMEOUT_MS)]);
    const named = new Set<BatchId>();
    for (const { message } of await this.#ask(peer, { method: 'open' }, signal)) {
      if (message.type === 'query' && named.size < BATCHES_MAX) named.add(message.batch);
    }
    let messages = 0;
    const rest: BatchId[] = [];
    this.#rest.set(peer, rest);
    for (const batch of named) {
      if (signal.aborted) break;
      all.add(batch);
      const brief = { batch, votesOf: this.#options.host.id };
      if (!this.#told.has(batch)) messages += await this.#lookUp(peer, brief, signal);
      if (this.#isOver(batch)) rest.push(batch);
      else messages += await this.#lookUpWhole(peer, batch, signal);
    }
    return messages;
  }

  /**
   * Asks for what was said about batches that were asked for in brief; returns how many messages
   * came. One peer after the other: the node takes part meanwhile.
   */
  async rest(): Promise<number> {
    let messages = 0;
    for (const [peer, batches] of this.#rest) {
      const timeout = AbortSignal.timeout(OPEN_TIMEOUT_MS);
      const signal = AbortSignal.any([this.#options.signal, timeout]);
      for (const batch of batches) {
        if (signal.aborted) break;
        messages += await this.#lookUpWhole(peer, batch, signal);
      }
    }
    for (const kept of [this.#rest, this.#taken, this.#told]) kept.clear();
    return messages;
  }

  #isOver(batch: BatchId): boolean {
    const { due, latest } = this.#options;
    return this.#told.isOver(batch, Math.min(due(), latest() ?? 0));
  }

  async #lookUpWhole(peer: NodeId, batch: BatchId, signal: AbortSignal): Promise<number> {
    let messages = await this.#lookUp(peer, { batch }, signal);
    // one answer does not hold everything about a batch with many drawn leaves
    for (const index of this.#options.unopened(batch)) {
      if (!signal.aborted) messages += await this.#lookUp(peer, { batch, index }, signal);
    }
    return messages;
  }

  /** Asks one peer about a batch or a leaf; returns how many messages came. */
  async #lookUp(
    peer: NodeId,
    about: { batch: BatchId; index?: number; votesOf?: NodeId },
    signal: AbortSignal,
  ): Promise<number> {
    const frames = await this.#framesOf(peer, { method: 'lookup', ...about }, signal);
    let messages = 0;
    // to wait for each would cost a turn of the event loop each; their order stays
    for (let from = 0; from < frames.length && !signal.aborted; from += TAKEN_AT_ONCE) {
      const some = frames.slice(from, from + TAKEN_AT_ONCE);
      const are = await Promise.all(some.map((frame) => this.#takeOnce(peer, frame)));
      messages += are.filter((isMessage) => isMessage).length;
    }
    return messages;
  }

  /**
   * Several peers say the same; what one of them said in a bad order may come again.
   * @returns whether it is a message
   */
  async #takeOnce(peer: NodeId, frame: Uint8Array): Promise<boolean> {
    const name = toHex(sha256(frame));
    const before = this.#taken.get(name);
    if (before !== undefined && (await before)) return true;
    const result = decodeMessage(frame);
    if (result.kind === 'malformed') return false;
    this.#told.note(result.decoded.message);
    const taken = this.#options.feed.take(peer, result.decoded);
    this.#taken.set(name, taken);
    await taken;
    return true;
  }

  /** Archives certificates of claims that were decided while this node was away. */
  async certificates(): Promise<number> {
    const first = (await this.#options.archive.latestCertifiedRound()) ?? this.firstRound;
    const [peer] = this.#peers();
    let added = 0;
    let from: Round | undefined = first;
    while (peer !== undefined && from !== undefined && !this.#options.signal.aborted) {
      const page = await this.#certificatePage(peer, from);
      added += page.added;
      from = page.next;
    }
    return added;
  }

  /** One answer's worth of certificates; `next` is where the next one begins. */
  async #certificatePage(
    peer: NodeId,
    from: Round,
  ): Promise<{ readonly added: number; readonly next: Round | undefined }> {
    const { archive, chain, crypto, due } = this.#options;
    const count = ANSWER_LIMITS.certificates;
    const answer = await this.#ask(peer, { method: 'certificates', from, count });
    this.#verifyTogether(answer);
    let added = 0;
    let last = from;
    for (const { message, bytes } of answer) {
      if (message.type !== 'certificate' || message.header.round < last) continue;
      // [SET-1] the set of its round judged it
      const { network } = chain().at(message.header.round).state;
      if (verifyCertificate(network, crypto, message).kind !== 'valid') continue;
      await archive.addCertificate({ message, bytes });
      last = message.header.round;
      added += 1;
    }
    // a round with more certificates than an answer holds gives its first ones only
    const next = last > from ? last : round(from + 1);
    const isMore = added > 0 && answer.length === count && next <= due();
    return { added, next: isMore ? next : undefined };
  }

  /**
   * Beacons of certificates, which lie before the window when a node was away for long: what is
   * good of them need not be verified again with each certificate.
   */
  #verifyTogether(answer: readonly Decoded[]): void {
    const { crypto, network } = this.#options;
    const rounds = new Map<Round, { readonly round: Round; readonly signature: Uint8Array }>();
    for (const { message } of answer) {
      if (message.type !== 'certificate') continue;
      for (const beacon of message.beacons) rounds.set(beacon.round, beacon);
    }
    const beacons = [...rounds.values()];
    for (let at = 0; at < beacons.length; at += VERIFIED_AT_ONCE) {
      crypto.verifyBeacons(network.beacon.chainKey, beacons.slice(at, at + VERIFIED_AT_ONCE));
    }
  }

  /** First round of the window that the core does not know. */
  #missing(): Round | undefined {
    const { latest, due } = this.#options;
    const next = round(Math.max(this.firstRound, (latest() ?? 0) + 1));
    return next <= due() ? next : undefined;
  }

  /**
   * [TIME-1] Gives the core the beacons of one source, verified together, up to the first that it
   * does not accept: a source that lies costs no more than one check of many and some of one.
   */
  async #takeBeacons(found: readonly Decoded<BeaconMessage>[]): Promise<number> {
    const { crypto, network, feed, signal } = this.#options;
    let count = 0;
    for (let from = 0; from < found.length; from += VERIFIED_AT_ONCE) {
      const some = found.slice(from, from + VERIFIED_AT_ONCE);
      crypto.verifyBeacons(
        network.beacon.chainKey,
        some.map(({ message }) => message),
      );
      for (const decoded of some) {
        if (signal.aborted) return count;
        const isTaken = await feed.take(SYNC_SENDER, decoded, { isCaughtUp: true });
        if (!isTaken) return count;
        count += 1;
      }
    }
    return count;
  }

  /** Beacons from `from` on, from one source after the other: the next one if one has none. */
  async *#sources(from: Round): AsyncIterable<readonly Decoded<BeaconMessage>[]> {
    const { archive, due } = this.#options;
    const count = Math.min(ANSWER_LIMITS.beacons, due() - from + 1);
    yield beaconsIn(decodedOf(await archive.beacons(from, count)), from);
    for (const peer of this.#peers()) {
      const answer = await this.#ask(peer, { method: 'beacons', from, count });
      yield beaconsIn(answer, from);
    }
    const fetched = await this.#fetchBeacons(from, Math.min(count, FETCHED_AT_ONCE));
    yield beaconsIn(decodedOf(fetched), from);
  }

  /** Messages of `count` rounds, those that an endpoint has. */
  async #fetchBeacons(from: Round, count: number): Promise<readonly Uint8Array[]> {
    const rounds = Array.from({ length: count }, (_, i) => round(from + i));
    const signatures = await Promise.all(rounds.map(this.#options.fetchBeacon));
    return rounds.flatMap((r, i) => {
      const signature = signatures[i];
      return signature === undefined
        ? []
        : [encodeMessage({ type: 'beacon', round: r, signature })];
    });
  }

  /** Members first: what a stranger calls itself costs nothing. */
  #peers(): readonly NodeId[] {
    const { host, chain } = this.#options;
    const peers = host.peers().filter(({ role }) => role === 'validator' || role === 'provider');
    const ids = peers.map(({ id }) => id);
    const members = ids.filter((id) => isMember(chain(), id));
    const strangers = ids.filter((id) => !members.includes(id));
    return [...members, ...strangers].slice(0, PEERS_ASKED);
  }

  async #ask(
    peer: NodeId,
    request: Exclude<RpcRequest, { method: 'status' }>,
    signal = this.#options.signal,
  ): Promise<readonly Decoded[]> {
    return decodedOf(await this.#framesOf(peer, request, signal));
  }

  async #framesOf(
    peer: NodeId,
    request: Exclude<RpcRequest, { method: 'status' }>,
    signal: AbortSignal,
  ): Promise<readonly Uint8Array[]> {
    const { host } = this.#options;
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]);
    // a peer that does not answer is as good as one that knows nothing
    return await callRpc(host, peer, request, deadline).catch(() => []);
  }
}

/** Whom the core takes for the sender of what was fetched. */
const SYNC_SENDER = 'sync';

/** The beacons among messages that follow on one another from `from` on. */
function beaconsIn(messages: readonly Decoded[], from: Round): readonly Decoded<BeaconMessage>[] {
  const beacons: Decoded<BeaconMessage>[] = [];
  for (const { message, bytes } of messages) {
    if (message.type !== 'beacon' || message.round !== from + beacons.length) return beacons;
    beacons.push({ message, bytes });
  }
  return beacons;
}

function decodedOf(frames: readonly Uint8Array[]): readonly Decoded[] {
  return frames.flatMap((frame) => {
    const result = decodeMessage(frame);
    return result.kind === 'ok' ? result.decoded : [];
  });
}

/** Indices of drawn leaves of a batch whose claims were not shown yet. */
export function unopenedLeaves(
  subjects: readonly SubjectSnapshot[],
  batch: BatchId,
): readonly number[] {
  return subjects
    .filter(({ subject, isOpened }) => subject.batch === batch && !isOpened)
    .map(({ subject }) => subject.index);
}
