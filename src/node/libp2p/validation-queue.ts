/**
 * The queue between gossip and the node, which the router lacks: it starts on every message at
 * once. Each peer has a quota, peers take turns, and when the whole is full the oldest message of
 * the peer that holds most is dropped, so that a flood costs the flooder and nobody else.
 */
import type { NodeId } from '../../base/index.ts';

/** What waits: `sizeBytes` counts against the quota, the rest is the owner's. */
export type Waiting = { readonly from: NodeId; readonly sizeBytes: number };

/** Limits of a queue, for one peer and for all. */
export type QueueLimits = {
  readonly perPeerMax: number;
  readonly bytesPerPeerMax: number;
  readonly max: number;
  readonly bytesMax: number;
};

type Lane<T> = { readonly items: T[]; bytes: number };

/** A bounded queue that serves peers in turn. */
export class ValidationQueue<T extends Waiting> {
  readonly #limits: QueueLimits;
  /** In the order of turns: who was served goes to the end. */
  readonly #lanes = new Map<NodeId, Lane<T>>();
  #length = 0;
  #bytes = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** Messages that wait. */
  get length(): number {
    return this.#length;
  }

  /** Adds `item` and returns what had to go for it, oldest first. */
  push(item: T): readonly T[] {
    const dropped: T[] = [];
    const lane = this.#lane(item.from);
    lane.items.push(item);
    this.#count(lane, item, 1);
    const { perPeerMax, bytesPerPeerMax, max, bytesMax } = this.#limits;
    while (lane.items.length > perPeerMax || lane.bytes > bytesPerPeerMax) {
      dropped.push(...this.#dropOldest(item.from));
    }
    while (this.#length > max || this.#bytes > bytesMax) {
      dropped.push(...this.#dropOldest(this.#fattest()));
    }
    return dropped;
  }

  /** Returns the oldest message of the peer whose turn it is, `undefined` if none waits. */
  shift(): T | undefined {
    for (const [peer, lane] of this.#lanes) {
      const item = this.#take(peer, lane);
      if (lane.items.length > 0) {
        this.#lanes.delete(peer);
        this.#lanes.set(peer, lane);
      }
      return item;
    }
    return undefined;
  }

  #lane(peer: NodeId): Lane<T> {
    const known = this.#lanes.get(peer);
    if (known !== undefined) return known;
    const lane: Lane<T> = { items: [], bytes: 0 };
    this.#lanes.set(peer, lane);
    return lane;
  }

  #fattest(): NodeId | undefined {
    let fattest: { peer: NodeId; bytes: number } | undefined;
    for (const [peer, { bytes }] of this.#lanes) {
      if (fattest === undefined || bytes > fattest.bytes) fattest = { peer, bytes };
    }
    return fattest?.peer;
  }

  #dropOldest(peer: NodeId | undefined): readonly T[] {
    const lane = peer === undefined ? undefined : this.#lanes.get(peer);
    if (peer === undefined || lane === undefined) return [];
    const item = this.#take(peer, lane);
    return item === undefined ? [] : [item];
  }

  #take(peer: NodeId, lane: Lane<T>): T | undefined {
    const item = lane.items.shift();
    if (item !== undefined) this.#count(lane, item, -1);
    if (lane.items.length === 0) this.#lanes.delete(peer);
    return item;
  }

  #count(lane: Lane<T>, { sizeBytes }: T, sign: 1 | -1): void {
    lane.bytes += sign * sizeBytes;
    this.#bytes += sign * sizeBytes;
    this.#length += sign;
  }
}
