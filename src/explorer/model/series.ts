/**
 * Things that happened, by time: how many up to a moment, and when the last one was. Bounded: the
 * oldest moments are forgotten and stay counted, so that a page that is open for days does not
 * grow. Questions about forgotten moments are answered as of the oldest one that is kept.
 */
import { assert } from '../../base/index.ts';

/** Moments that are kept if nothing else is said; memory is at most twice that, 8 bytes each. */
const KEPT = 4_096;

/** Counts moments; times come in order. */
export class Series {
  readonly #kept: number;
  #times: number[] = [];
  #forgotten = 0;

  constructor(kept: number = KEPT) {
    this.#kept = kept;
  }

  /** Counts one more. @param at µs, not before the last one by more than a little */
  add(at: number): void {
    const last = this.#times.at(-1);
    this.#times.push(last !== undefined && at < last ? last : at);
    if (this.#times.length < 2 * this.#kept) return;
    const over = this.#times.length - this.#kept;
    this.#times = this.#times.slice(over);
    this.#forgotten += over;
  }

  /** How many up to `at`, included. */
  countAt(at: number): number {
    return this.#forgotten + countUpTo(this.#times, at);
  }

  /** How many after `from`, up to `to`. */
  countBetween(from: number, to: number): number {
    return countUpTo(this.#times, to) - countUpTo(this.#times, from);
  }

  /** When the last one up to `at` was. */
  lastAt(at: number): number | undefined {
    return this.#times[countUpTo(this.#times, at) - 1];
  }

  /** How many of those that are kept fall into each of `bins` equal parts of a span. */
  binned(span: { readonly from: number; readonly to: number; readonly bins: number }): number[] {
    const { from, to, bins } = span;
    assert(bins > 0 && to >= from, 'a span has parts');
    const width = (to - from) / bins;
    return Array.from({ length: bins }, (_, i) =>
      this.countBetween(from + i * width, from + (i + 1) * width),
    );
  }
}

/** How many of `times`, which are in order, are at most `at`. */
export function countUpTo(times: ArrayLike<number>, at: number, length = times.length): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as number) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
