/** A map that forgets what was used least recently once its values weigh too much. */
export class BoundedCache<Value> {
  readonly #values = new Map<string, { readonly value: Value; readonly weight: number }>();
  readonly #weightMax: number;
  #weight = 0;

  /** @param weightMax what all values may weigh together, in the unit of `set` */
  constructor(weightMax: number) {
    this.#weightMax = weightMax;
  }

  get(key: string): Value | undefined {
    const entry = this.#values.get(key);
    if (entry === undefined) return undefined;
    this.#values.delete(key);
    this.#values.set(key, entry);
    return entry.value;
  }

  /** All values, the one used least recently first. */
  values(): Value[] {
    return Array.from(this.#values.values(), ({ value }) => value);
  }

  /** Remembers a value, unless it weighs more than all together may. */
  set(key: string, value: Value, weight: number): void {
    this.delete(key);
    if (weight > this.#weightMax) return;
    this.#values.set(key, { value, weight });
    this.#weight += weight;
    for (const oldest of this.#values.keys()) {
      if (this.#weight <= this.#weightMax) break;
      this.delete(oldest);
    }
  }

  /** Forgets a value. */
  delete(key: string): void {
    this.#weight -= this.#values.get(key)?.weight ?? 0;
    this.#values.delete(key);
  }
}
