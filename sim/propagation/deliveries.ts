/**
 * What a propagation experiment counts: deliveries, their times, copies, and a checksum.
 *
 * Times go into bins of constant relative width, a fraction of a percent, so that thousands of
 * millions of them take no memory. The checksum is a sum over deliveries, so it does not tell in
 * which order those of one moment came.
 */
import { assert } from '../../src/base/index.ts';
import type { Micros } from '../kernel/queue.ts';
import { TraceDigest } from '../kernel/trace.ts';
import type { DeliveryCounter } from '../network/flood-runs.ts';

/** Bits of a time that tell bins apart: a bin is at most 1/512 wide, relative to its times. */
const BIN_BITS = 9;
const BIN_STEPS = 2 ** BIN_BITS;
/** Times are below 2^31 µs. */
const BINS = (32 - BIN_BITS) * BIN_STEPS;
const TIME_MAX_US = 2 ** 31 - 1;
/** Is not counted. */
const UNCOUNTED = -1;

export class Deliveries implements DeliveryCounter {
  /** When each message was published, or `UNCOUNTED`. */
  #published = new Float64Array(1024).fill(UNCOUNTED);
  readonly #bins = new Float64Array(BINS);
  #count = 0;
  #copies = 0;
  #maxUs = 0;
  #checksum = 0;
  #isOver = false;

  /** First arrivals of counted messages. */
  get count(): number {
    return this.#count;
  }

  /** Copies of counted messages that were put on links. */
  get copies(): number {
    return this.#copies;
  }

  /** The longest time of a delivery, in microseconds. */
  get maxUs(): number {
    return this.#maxUs;
  }

  /** Counts a message from now on. @param id running number from 0 on */
  expect(id: number, at: Micros): void {
    if (id >= this.#published.length) {
      const larger = new Float64Array(2 * id).fill(UNCOUNTED);
      larger.set(this.#published);
      this.#published = larger;
    }
    this.#published[id] = at;
  }

  /** Counts nothing any more. */
  end(): void {
    this.#isOver = true;
  }

  delivered(id: number, node: number, at: Micros): void {
    const published = this.#published[id] ?? UNCOUNTED;
    if (published === UNCOUNTED || this.#isOver) return;
    const us = at - published;
    assert(us >= 0 && us <= TIME_MAX_US, 'a message takes less than 36 minutes');
    this.#count += 1;
    if (us > this.#maxUs) this.#maxUs = us;
    const bin = binOf(us);
    this.#bins[bin] = (this.#bins[bin] as number) + 1;
    let x = Math.imul(node ^ Math.imul(id, 0x9e3779b1), 0x85ebca6b) ^ us;
    x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
    this.#checksum = (this.#checksum + (x ^ (x >>> 12))) | 0;
  }

  sent(id: number, copies: number): void {
    const published = this.#published[id] ?? UNCOUNTED;
    if (published !== UNCOUNTED && !this.#isOver) this.#copies += copies;
  }

  /**
   * Returns the time that at least this share of deliveries did not exceed, in microseconds, up to
   * 1/512 too high; undefined without deliveries.
   */
  quantileUs(share: number): number | undefined {
    if (this.#count === 0) return undefined;
    const wanted = Math.max(1, Math.ceil(share * this.#count));
    let sum = 0;
    let bin = 0;
    for (; sum < wanted; bin++) sum += this.#bins[bin] as number;
    return Math.min(this.#maxUs, lastOf(bin - 1));
  }

  /** Returns one hash over all that was counted. */
  digest(): string {
    const trace = new TraceDigest();
    trace.add(this.#copies, 1, this.#checksum, this.#maxUs);
    for (const [bin, count] of this.#bins.entries()) {
      if (count > 0) trace.add(count, 2, bin, 0);
    }
    return trace.digest();
  }
}

/** Bins are single microseconds at first, then as many for each power of two. */
function binOf(us: number): number {
  if (us < BIN_STEPS) return us;
  const shift = 31 - Math.clz32(us) - BIN_BITS;
  return (shift + 1) * BIN_STEPS + ((us >>> shift) & (BIN_STEPS - 1));
}

/** The longest time of a bin. */
function lastOf(bin: number): number {
  if (bin < BIN_STEPS) return bin;
  const shift = Math.floor(bin / BIN_STEPS) - 1;
  return ((bin % BIN_STEPS) + BIN_STEPS + 1) * 2 ** shift - 1;
}
