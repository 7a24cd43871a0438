/** The stores: one suite for both, and what a folder on disk can have happened to it. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import { utf8 } from '../../../src/base/index.ts';
import { createMemoryStore, openStore, StoreError } from '../../../src/store/index.ts';
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
      const newer = sealValue('schema', utf8('2'));
      await rawly(folder, (database) => database.put('schema', newer));
      await rejects(openStore(folder, DURABLE), hasCode('store-schema'));
      await rawly(folder, (database) => database.put('schema', newer.slice(1)));
      await rejects(openStore(folder, DURABLE), hasCode('value-damaged'));
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
