/** How fast a peer may be served: a bucket that fills steadily and holds a burst. */

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
    const filled = this.#tokens + ((nowMs - this.#filledAtMs) / 1_000) * this.#perSecond;
    this.#tokens = Math.min(this.#burst, filled) - count;
    this.#filledAtMs = nowMs;
    return this.#tokens >= 0 ? 0 : (-this.#tokens / this.#perSecond) * 1_000;
  }
}
