/**
 * [WIRE-3] What came before it can be understood is kept, within limits, not dropped.
 */
import { assert } from '../base/index.ts';

/** Rounds by which a node may lag behind the others and still keep what they say. */
export const EARLY_ROUNDS_MAX = 8;

/** Items waiting for something to become known, by what they wait for. Bounded: [WIRE-4]. */
export class EarlyBuffer<Item> {
  readonly #waiting = new Map<string, Item[]>();
  readonly #totalMax: number;
  readonly #perKeyMax: number;
  #total = 0;

  constructor({ totalMax, perKeyMax }: { totalMax: number; perKeyMax: number }) {
    assert(perKeyMax <= totalMax, 'one key holds no more than all keys');
    this.#totalMax = totalMax;
    this.#perKeyMax = perKeyMax;
  }

  /** Number of items that wait. */
  get size(): number {
    return this.#total;
  }

  /** Keeps `item` until `key` is released; tells whether there was room. */
  keep(key: string, item: Item): boolean {
    const items = this.#waiting.get(key) ?? [];
    if (items.length >= this.#perKeyMax) return false;
    if (this.#total >= this.#totalMax) this.#evictOldest();
    items.push(item);
    this.#waiting.set(key, items);
    this.#total += 1;
    return true;
  }

  /** Removes and returns what waited for `key`, in order of arrival. */
  release(key: string): readonly Item[] {
    const items = this.#waiting.get(key);
    if (items === undefined) return [];
    this.#waiting.delete(key);
    this.#total -= items.length;
    return items;
  }

  #evictOldest(): void {
    const oldest = this.#waiting.keys().next();
    if (!oldest.done) this.release(oldest.value);
  }
}
