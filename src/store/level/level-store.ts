/**
 * The store on disk, by LevelDB. Nothing in it is only there: a folder that cannot be read is
 * deleted and filled again from peers.
 *
 * LevelDB skips records whose log is damaged and opens without an error, so what was put may be
 * missing after a crash of the disk; it is never wrong, because each value carries its hash.
 */
import { Level } from 'level';
import { assert } from '../../base/index.ts';
import {
  type KeyRange,
  openValue,
  REBUILD,
  type ScannedEntry,
  type Space,
  type Store,
  type StoreEntry,
  StoreError,
  scanned,
  sealValue,
  storeClosed,
  storedKey,
} from '../store.ts';

export type StoreOptions = {
  /**
   * Whether `put` waits until the disk has it. Without, the last changes may be lost when the
   * machine stops, never when only the process does.
   */
  readonly isDurable?: boolean;
  /** `any`: the schema does not matter to who opens it. */
  readonly schema?: 'any';
};

/** Layout of keys and values. A change of what spaces mean needs the next number. */
export const STORE_SCHEMA = 2;
/** Outside of all spaces. */
const SCHEMA_KEY = 'schema';
/** The character after `/`, which ends the names of spaces. */
const AFTER_SPACE = '0';

export type Database = Level<string, Uint8Array>;

/**
 * Opens the store in `folder`, which is made if it is not there.
 * @throws StoreError `store-locked`, `store-damaged`, `store-schema`, `store-failed`
 */
export async function openStore(folder: string, options: StoreOptions = {}): Promise<Store> {
  const database = await openDatabase(folder);
  try {
    await checkSchema(database, folder, options);
  } catch (error) {
    await database.close();
    throw describe(folder, error);
  }
  return storeOf(database, folder, options);
}

/** Opens what lies below a store. @throws StoreError as `openStore`, but for the schema */
export async function openDatabase(folder: string): Promise<Database> {
  const database: Database = new Level(folder, { keyEncoding: 'utf8', valueEncoding: 'view' });
  try {
    await database.open();
    return database;
  } catch (error) {
    throw describe(folder, error);
  }
}

/** The store that lies in an open database, whatever its schema. */
export function storeOf(database: Database, folder: string, options: StoreOptions): Store {
  return new LevelStore(database, folder, options.isDurable ?? false);
}

/**
 * Reads the schema of an open database; `undefined` if it is empty.
 * @throws StoreError `store-schema` if it is none of ours, `value-damaged`
 */
export async function readSchema(database: Database, folder: string): Promise<number | undefined> {
  const [anyKey] = await database.keys({ limit: 1 }).all();
  if (anyKey === undefined) return undefined;
  const stored = await database.get(SCHEMA_KEY);
  const text =
    stored === undefined ? 'none' : new TextDecoder().decode(openValue(SCHEMA_KEY, stored, folder));
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new StoreError({
    code: 'store-schema',
    message: `the store has schema ${JSON.stringify(text)}, this program uses ${STORE_SCHEMA}`,
    where: folder,
    remedy: `It is of another program, or damaged. ${REBUILD}`,
  });
}

/** Says durably which schema a database has. */
export async function writeSchema(database: Database, schema: number): Promise<void> {
  const value = sealValue(SCHEMA_KEY, new TextEncoder().encode(String(schema)));
  await database.put(SCHEMA_KEY, value, { sync: true });
}

/** Reads the schema of a store that nobody has open. @throws StoreError */
export async function schemaOf(folder: string): Promise<number | undefined> {
  const database = await openDatabase(folder);
  try {
    return await readSchema(database, folder);
  } finally {
    await database.close();
  }
}

/** The error of a schema that a program cannot go on from. */
export function wrongSchema(schema: number, folder: string): StoreError {
  const isOlder = schema < STORE_SCHEMA;
  return new StoreError({
    code: 'store-schema',
    message: `the store has schema ${schema}, this program uses ${STORE_SCHEMA}`,
    where: folder,
    remedy: isOlder
      ? 'Run `assay db migrate --dir` with the folder of the node, first with --dry-run to see ' +
        'what it does. The release that wrote it cannot read the store after that.'
      : `A newer release of assay wrote it: install that one, or begin anew. ${REBUILD}`,
  });
}

async function checkSchema(
  database: Database,
  folder: string,
  { schema: wanted }: StoreOptions,
): Promise<void> {
  const schema = await readSchema(database, folder);
  if (schema === undefined) return await writeSchema(database, STORE_SCHEMA);
  if (schema !== STORE_SCHEMA && wanted !== 'any') throw wrongSchema(schema, folder);
}

class LevelStore implements Store {
  readonly #database: Database;
  readonly #folder: string;
  readonly #isDurable: boolean;

  constructor(database: Database, folder: string, isDurable: boolean) {
    this.#database = database;
    this.#folder = folder;
    this.#isDurable = isDurable;
  }

  get(space: Space, key: string): Promise<Uint8Array | undefined> {
    return this.#run(async () => {
      const name = storedKey(space, key);
      const stored = await this.#database.get(name);
      return stored === undefined ? undefined : openValue(name, stored, this.#folder);
    });
  }

  put(entries: readonly StoreEntry[]): Promise<void> {
    return this.#run(async () => {
      const operations = entries.map(({ space, key, value }) => {
        const name = storedKey(space, key);
        if (value === undefined) return { type: 'del' as const, key: name };
        return { type: 'put' as const, key: name, value: sealValue(name, value) };
      });
      await this.#database.batch(operations, { sync: this.#isDurable });
    });
  }

  keys(space: Space, range?: KeyRange): Promise<string[]> {
    return this.#run(async () => {
      const { from = '', below, limit = Infinity, reverse = false } = range ?? {};
      assert(limit >= 0, 'a limit is not negative');
      const prefix = `${space}/`;
      const names = await this.#database
        .keys({
          gte: prefix + from,
          lt: below === undefined ? space + AFTER_SPACE : prefix + below,
          limit,
          reverse,
        })
        .all();
      return names.map((name) => name.slice(prefix.length));
    });
  }

  async *scan(): AsyncIterable<ScannedEntry> {
    if (this.#database.status !== 'open') throw storeClosed(this.#folder);
    try {
      for await (const [name, stored] of this.#database.iterator()) {
        if (name !== SCHEMA_KEY) yield scanned(name, stored);
      }
    } catch (error) {
      throw describe(this.#folder, error);
    }
  }

  async close(): Promise<void> {
    await this.#database.close();
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#database.status !== 'open') throw storeClosed(this.#folder);
    try {
      return await work();
    } catch (error) {
      throw describe(this.#folder, error);
    }
  }
}

/** Returns what an error of the library means for the user; other errors as they are. */
function describe(folder: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code === undefined) return error;
  return new StoreError({ ...meaningOf(code, error), where: folder }, { cause: error });
}

function meaningOf(code: string, error: unknown) {
  if (code === 'LEVEL_LOCKED') {
    const message = 'another assay process uses this folder';
    return { code: 'store-locked', message, remedy: 'Stop it, or use another folder.' };
  }
  if (code === 'LEVEL_CORRUPTION') {
    return { code: 'store-damaged', message: 'the store is damaged', remedy: REBUILD };
  }
  const message = `the store failed: ${reasonOf(error)}`;
  return { code: 'store-failed', message, remedy: `Check disk and folder. Else: ${REBUILD}` };
}

/** The code of the innermost error of the library. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || error instanceof StoreError) return undefined;
  const own = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const isOfLibrary = own?.startsWith('LEVEL_') === true;
  return codeOf(error.cause) ?? (isOfLibrary ? own : undefined);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}
