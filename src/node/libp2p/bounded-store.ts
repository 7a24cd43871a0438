/**
 * The memory of libp2p: a store of a fixed number of entries that forgets what was used least
 * recently. The store that libp2p comes with grows with every address that a peer makes up.
 */
import type { Libp2pOptions } from 'libp2p';
import { setRecent } from './recent.ts';

type Datastore = NonNullable<Libp2pOptions['datastore']>;
type Key = Parameters<Datastore['put']>[0];
type Pair = { key: Key; value: Uint8Array };
type Query = Parameters<Datastore['query']>[0];
type KeyQuery = Parameters<Datastore['queryKeys']>[0];

/** Returns an empty store in memory that never holds more than `entriesMax` entries. */
export function boundedStore(entriesMax: number): Datastore {
  return new BoundedStore(entriesMax);
}

class BoundedStore implements Datastore {
  readonly #entries = new Map<string, Pair>();
  readonly #entriesMax: number;

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }

  put(key: Key, value: Uint8Array): Key {
    setRecent(this.#entries, [key.toString(), { key, value }], this.#entriesMax);
    return key;
  }

  get(key: Key): Uint8Array {
    const name = key.toString();
    const pair = this.#entries.get(name);
    if (pair === undefined) throw new NotFoundError(name);
    setRecent(this.#entries, [name, pair], this.#entriesMax);
    return pair.value;
  }

  has(key: Key): boolean {
    return this.#entries.has(key.toString());
  }

  delete(key: Key): void {
    this.#entries.delete(key.toString());
  }

  async *putMany(source: Iterable<Pair> | AsyncIterable<Pair>): AsyncGenerator<Key> {
    for await (const { key, value } of source) yield this.put(key, value);
  }

  async *getMany(source: Iterable<Key> | AsyncIterable<Key>): AsyncGenerator<Pair> {
    for await (const key of source) yield { key, value: this.get(key) };
  }

  async *deleteMany(source: Iterable<Key> | AsyncIterable<Key>): AsyncGenerator<Key> {
    for await (const key of source) {
      this.delete(key);
      yield key;
    }
  }

  batch(): ReturnType<Datastore['batch']> {
    const steps: (() => void)[] = [];
    return {
      put: (key: Key, value: Uint8Array) => void steps.push(() => this.put(key, value)),
      delete: (key: Key) => void steps.push(() => this.delete(key)),
      commit: () => {
        for (const step of steps.splice(0)) step();
      },
    };
  }

  *query(query: Query): Generator<Pair> {
    const { prefix = '', filters = [], orders = [], offset = 0, limit = Infinity } = query;
    let pairs = [...this.#entries.values()]
      .filter(({ key }) => key.toString().startsWith(prefix))
      .filter((pair) => filters.every((isWanted) => isWanted(pair)));
    for (const order of orders) pairs = pairs.sort(order);
    yield* pairs.slice(offset, offset + limit);
  }

  *queryKeys(query: KeyQuery): Generator<Key> {
    const { prefix = '', filters = [], orders = [], offset = 0, limit = Infinity } = query;
    let keys = [...this.#entries.values()]
      .map(({ key }) => key)
      .filter((key) => key.toString().startsWith(prefix))
      .filter((key) => filters.every((isWanted) => isWanted(key)));
    for (const order of orders) keys = keys.sort(order);
    yield* keys.slice(offset, offset + limit);
  }
}

/** libp2p tells a missing entry by this name. */
class NotFoundError extends Error {
  override readonly name = 'NotFoundError';
}
