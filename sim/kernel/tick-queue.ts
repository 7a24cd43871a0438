/**
 * The queue of the open window: events by one of 1,024 ticks, then by insertion.
 *
 * Each tick is a linked list of entries, and a bitmap of two levels finds the first tick that has
 * any: to push and to take cost the same however many wait.
 */

/** Ticks of the queue, one per microsecond of a window. */
export const TICKS = 1024;

export class TickQueue {
  readonly #heads = new Int32Array(TICKS).fill(-1);
  readonly #tails = new Int32Array(TICKS).fill(-1);
  /** A bit per tick that has entries, and a bit per word of it that is not 0. */
  readonly #ticks = new Int32Array(TICKS / 32);
  #groups = 0;
  #x = new Int32Array(256);
  #y = new Int32Array(256);
  #next = new Int32Array(256);
  #free = -1;
  #used = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The first tick that has an entry; `TICKS` if none has. */
  get first(): number {
    if (this.#groups === 0) return TICKS;
    const group = lowestBit(this.#groups);
    return (group << 5) | lowestBit(this.#ticks[group] as number);
  }

  /** First integer of the entry that is next. */
  get x(): number {
    return this.#x[this.#heads[this.first] as number] as number;
  }

  /** Second integer of the entry that is next. */
  get y(): number {
    return this.#y[this.#heads[this.first] as number] as number;
  }

  push(tick: number, x: number, y: number): void {
    const entry = this.#entry();
    this.#x[entry] = x;
    this.#y[entry] = y;
    this.#next[entry] = -1;
    const last = this.#tails[tick] as number;
    if (last >= 0) this.#next[last] = entry;
    else {
      const group = tick >> 5;
      this.#heads[tick] = entry;
      this.#ticks[group] = (this.#ticks[group] as number) | (1 << (tick & 31));
      this.#groups |= 1 << group;
    }
    this.#tails[tick] = entry;
    this.#length += 1;
  }

  /** Removes the entry that is next; the queue has one. */
  drop(): void {
    const tick = this.first;
    const entry = this.#heads[tick] as number;
    const next = this.#next[entry] as number;
    this.#heads[tick] = next;
    if (next < 0) {
      const group = tick >> 5;
      const rest = (this.#ticks[group] as number) & ~(1 << (tick & 31));
      this.#tails[tick] = -1;
      this.#ticks[group] = rest;
      if (rest === 0) this.#groups &= ~(1 << group);
    }
    this.#next[entry] = this.#free;
    this.#free = entry;
    this.#length -= 1;
  }

  #entry(): number {
    const entry = this.#free;
    if (entry >= 0) {
      this.#free = this.#next[entry] as number;
      return entry;
    }
    if (this.#used === this.#next.length) {
      this.#x = doubled(this.#x);
      this.#y = doubled(this.#y);
      this.#next = doubled(this.#next);
    }
    this.#used += 1;
    return this.#used - 1;
  }
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
