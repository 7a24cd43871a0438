/**
 * The event queue: by time, then by insertion. A binary heap over typed arrays.
 *
 * Behind this narrow interface a faster queue may stand later; the order it must give is fixed.
 */
import { assert } from '../../src/base/index.ts';

/** Virtual time in integer microseconds since the start of the run. */
export type Micros = number;

export class EventQueue<Payload> {
  #times = new Float64Array(1024);
  #orders = new Float64Array(1024);
  #slots = new Int32Array(1024);
  readonly #payloads: (Payload | undefined)[] = [];
  readonly #free: number[] = [];
  #length = 0;
  #inserted = 0;

  get length(): number {
    return this.#length;
  }

  /** Time of the next event. */
  get nextTime(): Micros | undefined {
    return this.#length === 0 ? undefined : this.#times[0];
  }

  /** @param at integer microseconds, not before the last event taken */
  push(at: Micros, payload: Payload): void {
    assert(Number.isSafeInteger(at) && at >= 0, 'virtual time is a non-negative integer');
    if (this.#length === this.#times.length) this.#grow();
    const slot = this.#free.pop() ?? this.#payloads.length;
    this.#payloads[slot] = payload;
    this.#siftUp(this.#length, { time: at, order: this.#inserted, slot });
    this.#inserted += 1;
    this.#length += 1;
  }

  /** Removes and returns the earliest event; of several at one time, the first one inserted. */
  pop(): { readonly at: Micros; readonly payload: Payload } | undefined {
    if (this.#length === 0) return undefined;
    const at = this.#times[0] as number;
    const slot = this.#slots[0] as number;
    const payload = this.#payloads[slot] as Payload;
    this.#payloads[slot] = undefined;
    this.#free.push(slot);
    this.#length -= 1;
    if (this.#length > 0) this.#siftDown();
    return { at, payload };
  }

  #siftUp(from: number, entry: { time: number; order: number; slot: number }): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#isAfter(parent, entry.time, entry.order)) break;
      this.#move(parent, index);
      index = parent;
    }
    this.#times[index] = entry.time;
    this.#orders[index] = entry.order;
    this.#slots[index] = entry.slot;
  }

  /** Lets the last entry sink from the root. */
  #siftDown(): void {
    const last = this.#length;
    const time = this.#times[last] as number;
    const order = this.#orders[last] as number;
    const slot = this.#slots[last] as number;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= last) break;
      const right = child + 1;
      if (right < last) {
        const isRightFirst = this.#isAfter(
          child,
          this.#times[right] as number,
          this.#orders[right] as number,
        );
        if (isRightFirst) child = right;
      }
      if (this.#isAfter(child, time, order)) break;
      this.#move(child, index);
      index = child;
    }
    this.#times[index] = time;
    this.#orders[index] = order;
    this.#slots[index] = slot;
  }

  #isAfter(index: number, time: number, order: number): boolean {
    const own = this.#times[index] as number;
    return own > time || (own === time && (this.#orders[index] as number) > order);
  }

  #move(from: number, to: number): void {
    this.#times[to] = this.#times[from] as number;
    this.#orders[to] = this.#orders[from] as number;
    this.#slots[to] = this.#slots[from] as number;
  }

  #grow(): void {
    const size = this.#times.length * 2;
    const times = new Float64Array(size);
    times.set(this.#times);
    const orders = new Float64Array(size);
    orders.set(this.#orders);
    const slots = new Int32Array(size);
    slots.set(this.#slots);
    this.#times = times;
    this.#orders = orders;
    this.#slots = slots;
  }
}
