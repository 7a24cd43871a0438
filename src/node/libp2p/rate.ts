/** How fast a peer may be served: a bucket that fills steadily and holds a burst. */

import type { NodeId } from '../../base/index.ts';
import { setRecent } from './recent.ts';

/** Counts tokens. Taking more than there are is a debt that says how long to wait. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #filledAtMs: number;

  constructor(options: { perSecond: number; burst: number; nowMs: number }) {
    this.#perSecond = options.perSecond;
    this.#burst = options.burst;
    this.#tokens = options.burst;
    this.#filledAtMs = options.nowMs;
  }

  /** Takes `count` tokens and returns the milliseconds to wait before going on, 0 for none. */
  take(count: number, nowMs: number): number {
    this.#fill(nowMs);
    this.#tokens -= count;
    return this.#tokens >= 0 ? 0 : (-this.#tokens / this.#perSecond) * 1_000;
  }

  /** Takes `count` tokens if there are so many; who is refused owes nothing. */
  takeIfThere(count: number, nowMs: number): boolean {
    this.#fill(nowMs);
    if (this.#tokens < count) return false;
    this.#tokens -= count;
    return true;
  }

  #fill(nowMs: number): void {
    const filled = this.#tokens + ((nowMs - this.#filledAtMs) / 1_000) * this.#perSecond;
    this.#tokens = Math.min(this.#burst, filled);
    this.#filledAtMs = nowMs;
  }
}

export type RateLimits = {
  readonly perSecond: number;
  readonly burst: number;
  /** Identities that are remembered, at least 1: who is forgotten begins with a full bucket. */
  readonly peersMax: number;
};

/** How fast each identity may be served; those not heard of for longest are forgotten. */
export class PeerRates {
  readonly #limits: RateLimits;
  readonly #buckets = new Map<NodeId, TokenBucket>();

  constructor(limits: RateLimits) {
    this.#limits = limits;
  }

  /** Identities that are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes `cost` tokens of a peer and returns the milliseconds that it has to wait, 0 for none. */
  take(peer: NodeId, cost: number, nowMs: number): number {
    return this.#bucket(peer, nowMs).take(cost, nowMs);
  }

  /** Takes `cost` tokens of a peer if it has them. */
  takeIfThere(peer: NodeId, cost: number, nowMs: number): boolean {
    return this.#bucket(peer, nowMs).takeIfThere(cost, nowMs);
  }

  /** Forgets a peer that is gone. */
  forget(peer: NodeId): void {
    this.#buckets.delete(peer);
  }

  #bucket(peer: NodeId, nowMs: number): TokenBucket {
    const { perSecond, burst, peersMax } = this.#limits;
    const bucket = this.#buckets.get(peer) ?? new TokenBucket({ perSecond, burst, nowMs });
    setRecent(this.#buckets, [peer, bucket], peersMax);
    return bucket;
  }
}
