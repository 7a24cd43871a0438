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

/** A map that has one entry, as a rule: that one costs two fields. */
export class SmallMap<Key, Value> {
  /** The first entry, if there is one; all others stand in `#rest`. */
  #key: Key | undefined;
  #value: Value | undefined;
  #isEmpty = true;
  #rest: Map<Key, Value> | undefined;

  get size(): number {
    return (this.#isEmpty ? 0 : 1) + (this.#rest?.size ?? 0);
  }

  get(key: Key): Value | undefined {
    return !this.#isEmpty && this.#key === key ? this.#value : this.#rest?.get(key);
  }

  has(key: Key): boolean {
    return (!this.#isEmpty && this.#key === key) || (this.#rest?.has(key) ?? false);
  }

  set(key: Key, value: Value): this {
    // what is added to others comes after them, also when the first one is gone
    if (this.#isEmpty && (this.#rest?.size ?? 0) === 0) {
      this.#isEmpty = false;
      this.#key = key;
      this.#value = value;
    } else if (!this.#isEmpty && this.#key === key) this.#value = value;
    else {
      this.#rest ??= new Map();
      this.#rest.set(key, value);
    }
    return this;
  }

  delete(key: Key): boolean {
    if (this.#isEmpty || this.#key !== key) return this.#rest?.delete(key) ?? false;
    this.#key = undefined;
    this.#value = undefined;
    this.#isEmpty = true;
    return true;
  }

  *keys(): Generator<Key> {
    for (const [key] of this) yield key;
  }

  *values(): Generator<Value> {
    for (const [, value] of this) yield value;
  }

  *[Symbol.iterator](): Generator<[Key, Value]> {
    if (!this.#isEmpty) yield [this.#key as Key, this.#value as Value];
    if (this.#rest !== undefined) yield* this.#rest;
  }
}
