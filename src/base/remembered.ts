/**
 * What was computed once about an object that never changes: a message, a proof. The object itself
 * is the key, so that nothing has to be forgotten; nodes of one simulation share both.
 */
export class Remembered<Key extends object, Value> {
  readonly #known = new WeakMap<
    Key,
    { readonly given: readonly unknown[]; readonly value: Value }
  >();

  /**
   * Returns what `compute` yields for `key`.
   * @param given everything else that the value depends on; compared by identity
   */
  get(key: Key, given: readonly unknown[], compute: () => Value): Value {
    const known = this.#known.get(key);
    if (known?.given.every((part, i) => part === given[i])) return known.value;
    const value = compute();
    this.#known.set(key, { given, value });
    return value;
  }
}
