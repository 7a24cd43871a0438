/** A store that forgets all when the process ends: nodes in tests, and light clients. */
import { assert, compareText } from '../base/index.ts';
import {
  type KeyRange,
  openValue,
  type ScannedEntry,
  type Space,
  type Store,
  type StoreEntry,
  scanned,
  sealValue,
  storeClosed,
  storedKey,
} from './store.ts';

const WHERE = 'memory';

/** Returns an empty store. */
export function createMemoryStore(): Store {
  return new MemoryStore();
}

class MemoryStore implements Store {
  readonly #values = new Map<string, Uint8Array>();
  #isClosed = false;

  async get(space: Space, key: string): Promise<Uint8Array | undefined> {
    this.#assertOpen();
    const name = storedKey(space, key);
    const stored = this.#values.get(name);
    return stored === undefined ? undefined : openValue(name, stored, WHERE);
  }

  async put(entries: readonly StoreEntry[]): Promise<void> {
    this.#assertOpen();
    const changes = entries.map(({ space, key, value }) => {
      const name = storedKey(space, key);
      return { name, stored: value === undefined ? undefined : sealValue(name, value) };
    });
    for (const { name, stored } of changes) {
      if (stored === undefined) this.#values.delete(name);
      else this.#values.set(name, stored);
    }
  }

  async keys(space: Space, range?: KeyRange): Promise<string[]> {
    this.#assertOpen();
    const { from = '', below, limit = Infinity, reverse = false } = range ?? {};
    assert(limit >= 0, 'a limit is not negative');
    const prefix = `${space}/`;
    const keys = [...this.#values.keys()]
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length))
      .filter((key) => key >= from && (below === undefined || key < below))
      .sort(compareText);
    return (reverse ? keys.reverse() : keys).slice(0, limit);
  }

  async *scan(): AsyncIterable<ScannedEntry> {
    this.#assertOpen();
    const entries = [...this.#values].sort(([a], [b]) => compareText(a, b));
    for (const [name, stored] of entries) yield scanned(name, stored);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  #assertOpen(): void {
    if (this.#isClosed) throw storeClosed(WHERE);
  }
}
