/**
 * How many requests a provider works on at a time: from all, and from one requester, so that
 * nobody waits for a stranger who asks too much.
 */
import type { NodeId } from '../../base/index.ts';

export type RequestLimits = {
  /** Requests under way, at least 1. */
  readonly total: number;
  /** Of one requester, at least 1. */
  readonly perRequester: number;
};

export class RequestQueue {
  readonly #limits: RequestLimits;
  readonly #underWay = new Map<NodeId, number>();
  #total = 0;

  constructor(limits: RequestLimits) {
    this.#limits = limits;
  }

  get total(): number {
    return this.#total;
  }

  /** Takes a place for `requester`; returns how to give it back, `undefined` if there is none. */
  enter(requester: NodeId): (() => void) | undefined {
    const own = this.#underWay.get(requester) ?? 0;
    if (this.#total >= this.#limits.total || own >= this.#limits.perRequester) return undefined;
    this.#total += 1;
    this.#underWay.set(requester, own + 1);
    let isOut = false;
    return () => {
      if (isOut) return;
      isOut = true;
      this.#total -= 1;
      const left = (this.#underWay.get(requester) ?? 1) - 1;
      if (left === 0) this.#underWay.delete(requester);
      else this.#underWay.set(requester, left);
    };
  }
}
