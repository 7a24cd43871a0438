/** A map that forgets its oldest entry when it is full: what a trace remembers stays bounded. */
export class Recent<Key, Value> {
  readonly #entries = new Map<Key, Value>();
  readonly #sizeMax: number;

  /** @param sizeMax entries that are kept, at least 1 */
  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  has(key: Key): boolean {
    return this.#entries.has(key);
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key);
  }

  set(key: Key, value: Value): void {
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#sizeMax) return;
    const oldest = this.#entries.keys().next();
    if (!oldest.done) this.#entries.delete(oldest.value);
  }

  /** Removes and returns an entry. */
  take(key: Key): Value | undefined {
    const value = this.#entries.get(key);
    this.#entries.delete(key);
    return value;
  }
}
