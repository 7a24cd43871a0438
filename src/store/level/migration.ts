/**
 * Brings a store from an older schema to this program's.
 *
 * A step only adds or replaces entries, can be run again, and says that it is done in one durable
 * write at its end: whatever stops it in between leaves a store of the older schema, in which
 * nothing is missing and which the older release still reads.
 */
import type { Store, StoreEntry } from '../store.ts';
import {
  openDatabase,
  readSchema,
  STORE_SCHEMA,
  storeOf,
  writeSchema,
  wrongSchema,
} from './level-store.ts';

/** From one schema to the next number. */
export type Migration = {
  readonly from: number;
  /** What it does, in a sentence. */
  readonly does: string;
  /** Changes, each put whole; they may be put again after a crash. */
  readonly changes: (store: Store) => AsyncIterable<readonly StoreEntry[]>;
};

export type MigrationOptions = {
  readonly migrations: readonly Migration[];
  /** Reads and counts, and writes nothing. */
  readonly isDryRun: boolean;
  /** Told now and then how many entries there were so far. */
  readonly onProgress?: (entries: number) => void;
  readonly signal?: AbortSignal;
};

export type MigrationReport = {
  /** Absent for a store without anything. */
  readonly from: number | undefined;
  readonly to: number;
  /** What was done, or would be. */
  readonly steps: readonly { readonly does: string; readonly entries: number }[];
};

/**
 * Migrates the store in `folder`, which nobody has open.
 * @throws StoreError `store-schema` if it is newer, or no step leads from it; what opening throws;
 *   the reason of `signal`, and then the store is of the older schema as before
 */
export async function migrateStore(
  folder: string,
  options: MigrationOptions,
): Promise<MigrationReport> {
  const database = await openDatabase(folder);
  try {
    const from = await readSchema(database, folder);
    const steps: { does: string; entries: number }[] = [];
    if (from !== undefined && from > STORE_SCHEMA) throw wrongSchema(from, folder);
    const store = storeOf(database, folder, {});
    for (let schema = from ?? STORE_SCHEMA; schema < STORE_SCHEMA; schema += 1) {
      const migration = options.migrations.find((each) => each.from === schema);
      if (migration === undefined) throw wrongSchema(schema, folder);
      const entries = await run(migration, store, options);
      if (!options.isDryRun) await writeSchema(database, schema + 1);
      steps.push({ does: migration.does, entries });
    }
    return { from, to: STORE_SCHEMA, steps };
  } finally {
    await database.close();
  }
}

async function run(
  migration: Migration,
  store: Store,
  { isDryRun, onProgress, signal }: MigrationOptions,
): Promise<number> {
  let count = 0;
  for await (const entries of migration.changes(store)) {
    signal?.throwIfAborted();
    if (!isDryRun) await store.put(entries);
    count += entries.length;
    onProgress?.(count);
  }
  return count;
}
