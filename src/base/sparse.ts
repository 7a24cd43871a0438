/**
 * Maps and sets that cost next to nothing while they are empty: most nodes hold most of theirs
 * empty for ever. Order is that of insertion.
 */

export class SparseMap<Key, Value> {
  #entries: Map<Key, Value> | undefined;

  get size(): number {
    return this.#entries?.size ?? 0;
  }

  get(key: Key): Value | undefined {
    return this.#entries?.get(key);
  }

  has(key: Key): boolean {
    return this.#entries?.has(key) ?? false;
  }

  set(key: Key, value: Value): this {
    this.#entries ??= new Map();
    this.#entries.set(key, value);
    return this;
  }

  delete(key: Key): boolean {
    return this.#entries?.delete(key) ?? false;
  }

  keys(): Iterable<Key> {
    return this.#entries?.keys() ?? [];
  }

  values(): Iterable<Value> {
    return this.#entries?.values() ?? [];
  }

  [Symbol.iterator](): Iterator<[Key, Value]> {
    return (this.#entries ?? [])[Symbol.iterator]();
  }
}

export class SparseSet<Item> {
  #items: Set<Item> | undefined;

  get size(): number {
    return this.#items?.size ?? 0;
  }

  has(item: Item): boolean {
    return this.#items?.has(item) ?? false;
  }

  add(item: Item): this {
    this.#items ??= new Set();
    this.#items.add(item);
    return this;
  }

  [Symbol.iterator](): Iterator<Item> {
    return (this.#items ?? [])[Symbol.iterator]();
  }
}
