/** The stores: one suite for both, and what a folder on disk can have happened to it. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import { utf8 } from '../../../src/base/index.ts';
import {
  createMemoryStore,
  type Migration,
  migrateStore,
  openStore,
  STORE_SCHEMA,
  StoreError,
  schemaOf,
} from '../../../src/store/index.ts';
import { sealValue } from '../../../src/store/store.ts';
import { describeStore } from '../../suites/store-suite.ts';
import { hasCode, withFolder } from './guard-records.ts';

const DURABLE = { isDurable: true };
const folders: string[] = [];

describeStore('memory', async () => createMemoryStore());
describeStore('level', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'assay-store-'));
  folders.push(folder);
  return openStore(folder, { isDurable: false });
});

describe('level store on disk', () => {
  after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

  it('keeps what was put when it is opened again', () =>
    withFolder(async (folder) => {
      await fill(folder, 3);
      const store = await openStore(folder, DURABLE);
      deepEqual(await store.keys('claim'), ['key-0', 'key-1', 'key-2']);
      deepEqual(await store.get('claim', 'key-2'), utf8('value 2'));
      await store.close();
    }));

  it('is used by one process at a time', () =>
    withFolder(async (folder) => {
      const store = await openStore(folder, DURABLE);
      await rejects(openStore(folder, DURABLE), hasCode('store-locked'));
      await store.close();
    }));

  it('names space and key of a value that is not what was written', () =>
    withFolder(async (folder) => {
      await fill(folder, 2);
      await rawly(folder, async (database) => {
        const stored = await database.get('claim/key-1');
        ok(stored !== undefined);
        await database.put('claim/key-0', stored);
        await database.put('claim/short', stored.slice(0, 5));
        await database.put(
          'claim/key-1',
          stored.map((byte, at) => (at === 33 ? byte ^ 1 : byte)),
        );
      });
      const store = await openStore(folder, DURABLE);
      for (const key of ['key-0', 'key-1', 'short']) {
        const error = await store.get('claim', key).catch((reason) => reason);
        ok(hasCode('value-damaged')(error));
        ok(error.message.includes(`claim/${key}`), error.message);
      }
      await store.close();
    }));

  it('refuses a newer schema, and a database of somebody else', () =>
    withFolder(async (folder) => {
      await fill(folder, 1);
      await rawly(folder, (database) => database.del('schema'));
      await rejects(openStore(folder, DURABLE), hasCode('store-schema'));
      const newer = sealValue('schema', utf8(String(STORE_SCHEMA + 1)));
      await rawly(folder, (database) => database.put('schema', newer));
      await rejects(openStore(folder, DURABLE), hasCode('store-schema'));
      await rawly(folder, (database) => database.put('schema', newer.slice(1)));
      await rejects(openStore(folder, DURABLE), hasCode('value-damaged'));
    }));

  it('says of an older schema what to run, and opens it for who needs none', () =>
    withFolder(async (folder) => {
      await fill(folder, 1);
      await asSchema(folder, STORE_SCHEMA - 1);
      const error = await openStore(folder, DURABLE).catch((reason) => reason);
      ok(hasCode('store-schema')(error));
      match(error.message, /assay db migrate/);
      await (await openStore(folder, { schema: 'any' })).close();
      equal(await schemaOf(folder), STORE_SCHEMA - 1);
    }));

  it('migrates, says how far it is, and only counts in a dry run', () =>
    withFolder(async (folder) => {
      await fill(folder, 3);
      await asSchema(folder, STORE_SCHEMA - 1);
      const seen: number[] = [];
      const options = { migrations: [copying()], onProgress: (n: number) => void seen.push(n) };
      const dry = await migrateStore(folder, { ...options, isDryRun: true });
      deepEqual(dry.steps, [{ does: 'copies', entries: 3 }]);
      equal(await schemaOf(folder), STORE_SCHEMA - 1);
      deepEqual(await migrateStore(folder, { ...options, isDryRun: false }), dry);
      deepEqual(seen, [1, 2, 3, 1, 2, 3]);
      const store = await openStore(folder, DURABLE);
      deepEqual(await store.keys('meta'), ['key-0', 'key-1', 'key-2']);
      await store.close();
      const again = await migrateStore(folder, { ...options, isDryRun: false });
      deepEqual(again, { from: STORE_SCHEMA, to: STORE_SCHEMA, steps: [] });
    }));

  it('is of the older schema, with all that was in it, wherever a migration stops', () =>
    withFolder(async (folder) => {
      await fill(folder, 4);
      await asSchema(folder, STORE_SCHEMA - 1);
      for (let stopAt = 0; stopAt < 4; stopAt++) {
        const stopped = { migrations: [copying(stopAt)], isDryRun: false };
        await rejects(migrateStore(folder, stopped), /the power went/);
        equal(await schemaOf(folder), STORE_SCHEMA - 1, `stopped at ${stopAt}`);
        const store = await openStore(folder, { schema: 'any' });
        for (let i = 0; i < 4; i++) {
          deepEqual(await store.get('claim', `key-${i}`), utf8(`value ${i}`), `at ${stopAt}`);
        }
        await store.close();
      }
      await migrateStore(folder, { migrations: [copying()], isDryRun: false });
      const store = await openStore(folder, DURABLE);
      equal((await store.keys('meta')).length, 4);
      await store.close();
    }));

  it('does not migrate what is newer, or what no step leads from', () =>
    withFolder(async (folder) => {
      await fill(folder, 1);
      await asSchema(folder, STORE_SCHEMA - 1);
      await rejects(migrateStore(folder, { migrations: [], isDryRun: false }), schemaError);
      await asSchema(folder, STORE_SCHEMA + 1);
      const options = { migrations: [copying()], isDryRun: false };
      await rejects(migrateStore(folder, options), schemaError);
    }));

  it('says of a damaged folder that it may be deleted', () =>
    withFolder(async (folder) => {
      await fill(folder, 3);
      await writeFile(join(folder, 'CURRENT'), 'nonsense');
      await rejects(openStore(folder, DURABLE), hasCode('store-damaged'));
    }));

  it('never gives back a wrong value, whatever bit of its files flipped', async () => {
    const name = await withFilled(async (folder) =>
      (await readdir(folder)).find((each) => /\.(log|ldb)$/.test(each)),
    );
    ok(name !== undefined);
    for (let at = 0; at < 400; at += 3) {
      await withFilled(async (folder) => {
        const path = join(folder, name);
        const bytes = await readFile(path);
        bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ (1 << (at & 7));
        await writeFile(path, bytes);
        await assertRightOrAbsent(folder, `bit of byte ${at}`);
      });
    }
  }).timeout(60_000);
});

/** Opens, or says why not; then each value is the right one, absent, or called damaged. */
async function assertRightOrAbsent(folder: string, message: string): Promise<void> {
  try {
    const store = await openStore(folder, DURABLE);
    for (let i = 0; i < 4; i++) {
      const value = await store.get('claim', `key-${i}`).catch(onlyStoreError);
      if (value !== undefined) deepEqual(value, utf8(`value ${i}`), message);
    }
    await store.close();
  } catch (error) {
    equal(onlyStoreError(error), undefined, message);
  }
}

function onlyStoreError(error: unknown): undefined {
  if (!(error instanceof StoreError)) throw error;
}

const schemaError = hasCode('store-schema');

function asSchema(folder: string, schema: number): Promise<void> {
  const value = sealValue('schema', utf8(String(schema)));
  return rawly(folder, (database) => database.put('schema', value));
}

/** Copies claims, one change at a time. @param stopAt throws before this change */
function copying(stopAt = Number.POSITIVE_INFINITY): Migration {
  return {
    from: STORE_SCHEMA - 1,
    does: 'copies',
    changes: async function* (store) {
      for (const [i, key] of (await store.keys('claim')).entries()) {
        if (i === stopAt) throw new Error('the power went');
        yield [{ space: 'meta', key, value: utf8('copied') }];
      }
    },
  };
}

async function fill(folder: string, count: number): Promise<void> {
  const store = await openStore(folder, DURABLE);
  for (let i = 0; i < count; i++) {
    await store.put([{ space: 'claim', key: `key-${i}`, value: utf8(`value ${i}`) }]);
  }
  await store.close();
}

async function withFilled<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-store-'));
  try {
    await fill(folder, 4);
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function rawly(
  folder: string,
  use: (database: Level<string, Uint8Array>) => Promise<void>,
): Promise<void> {
  const options = { keyEncoding: 'utf8', valueEncoding: 'view' };
  const database = new Level<string, Uint8Array>(folder, options);
  await use(database);
  await database.close();
}
