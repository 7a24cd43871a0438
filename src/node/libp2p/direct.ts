/**
 * One-way messages to a neighbour over one kept stream. A peer that does not take them fast enough
 * loses them: who sends is never held up, and the queue of each peer is bounded.
 */
import type { NodeId } from '../../base/index.ts';
import { HostError } from './error.ts';
import { HOST_LIMITS } from './limits.ts';
import { PeerRates } from './rate.ts';
import { setRecent } from './recent.ts';
import type { FrameStream, HostCounters } from './types.ts';

type Lane = { readonly queue: Uint8Array[]; bytes: number };

/** Sends and receives one-way messages. */
export class Direct {
  readonly #open: (peer: NodeId) => Promise<FrameStream>;
  readonly #counters: HostCounters;
  readonly #onDropped: (peer: NodeId) => void;
  readonly #lanes = new Map<NodeId, Lane>();
  readonly #streams = new Map<NodeId, FrameStream>();
  readonly #rates = new PeerRates({
    perSecond: HOST_LIMITS.directPerSecond,
    burst: HOST_LIMITS.directBurst,
    peersMax: HOST_LIMITS.ratedPeersMax,
  });
  #handler: ((message: { from: NodeId; bytes: Uint8Array }) => void) | undefined;

  constructor(options: {
    readonly open: (peer: NodeId) => Promise<FrameStream>;
    readonly counters: HostCounters;
    readonly onDropped: (peer: NodeId) => void;
  }) {
    this.#open = options.open;
    this.#counters = options.counters;
    this.#onDropped = options.onDropped;
  }

  onDirect(handler: (message: { from: NodeId; bytes: Uint8Array }) => void): void {
    this.#handler = handler;
  }

  /** Queues `bytes` for `peer`. */
  send(peer: NodeId, bytes: Uint8Array): void {
    const lane = this.#lanes.get(peer) ?? { queue: [], bytes: 0 };
    const isIdle = !this.#lanes.has(peer);
    const isFull =
      lane.queue.length >= HOST_LIMITS.directQueueMessagesMax ||
      lane.bytes + bytes.length > HOST_LIMITS.directQueueBytesMax;
    if (isFull) return this.#drop(peer, 1);
    lane.queue.push(bytes);
    lane.bytes += bytes.length;
    this.#lanes.set(peer, lane);
    if (isIdle) void this.#sendAll(peer, lane);
  }

  /** Reads what a peer sends, as fast as it may send. */
  async receive(stream: FrameStream, from: NodeId): Promise<void> {
    for (let bytes = await next(stream); bytes !== undefined; bytes = await next(stream)) {
      this.#counters.directReceived += 1;
      this.#handler?.({ from, bytes });
      const waitMs = this.#rates.take(from, 1, Date.now());
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }

  /** Forgets a peer that is gone. */
  forget(peer: NodeId): void {
    this.#rates.forget(peer);
    this.#streams.delete(peer);
  }

  /** Does not reject: what cannot be sent is dropped and counted. */
  async #sendAll(peer: NodeId, lane: Lane): Promise<void> {
    try {
      for (let bytes = lane.queue[0]; bytes !== undefined; bytes = lane.queue[0]) {
        await this.#sendOne(peer, bytes);
        lane.queue.shift();
        lane.bytes -= bytes.length;
        this.#counters.directSent += 1;
      }
    } catch {
      this.#drop(peer, lane.queue.length);
    }
    this.#lanes.delete(peer);
  }

  /** A kept stream may have ended since its last use; a fresh one gets a second try. */
  async #sendOne(peer: NodeId, bytes: Uint8Array): Promise<void> {
    const kept = this.#streams.get(peer);
    if (kept !== undefined) {
      try {
        return await kept.write(bytes);
      } catch {
        this.#streams.delete(peer);
      }
    }
    const stream = await this.#open(peer);
    setRecent(this.#streams, [peer, stream], HOST_LIMITS.ratedPeersMax);
    await stream.write(bytes);
  }

  #drop(peer: NodeId, count: number): void {
    if (count === 0) return;
    this.#counters.directDropped += count;
    this.#onDropped(peer);
  }
}

/** Returns the next message, `undefined` if there is none: a stream may rest between messages. */
async function next(stream: FrameStream): Promise<Uint8Array | undefined> {
  try {
    return await stream.read();
  } catch (error) {
    if (error instanceof HostError && error.code === 'stream-idle') return undefined;
    throw error;
  }
}
