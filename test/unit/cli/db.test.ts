/** `assay db`: what it says of a folder, what it deletes, and that it touches nothing else. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { round, utf8 } from '../../../src/base/index.ts';
import { networkFileYaml } from '../../../src/network-file/index.ts';
import { Archive } from '../../../src/node/archive.ts';
import { createFolder, databasePath, lockDirectory, Secret } from '../../../src/node/index.ts';
import { openStore } from '../../../src/store/index.ts';
import { fileOf } from '../network-file/draft.ts';
import { assay } from './run-assay.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-db-'));
const NET = join(folder, 'network.yaml');

describe('assay db', () => {
  before(() => writeFileSync(NET, networkFileYaml(fileOf())));
  after(() => rmSync(folder, { recursive: true }));

  it('check says that a database is sound, or what is wrong and what mends it', async () => {
    const dir = await nodeFolder('checked', 3);
    const sound = await assay(['db', 'check', '--dir', dir]);
    equal(sound.code, 0, sound.err);
    match(sound.out, /sound: 3 entries/);
    await put(dir, 'beacon', '77');
    const wrong = await assay(['db', 'check', '--dir', dir, '--json']);
    equal(wrong.code, 1);
    match(wrong.err, /1 of its entries.*db check --mend/s);
    const { problems } = JSON.parse(wrong.out);
    deepEqual(
      problems.map((p: { code: string }) => p.code),
      ['key-malformed'],
    );
    const mended = await assay(['db', 'check', '--mend', '--dir', dir]);
    equal(mended.code, 0, mended.err);
    equal((await assay(['db', 'check', '--dir', dir])).code, 0);
  });

  it('prune goes by the latest beacon, and refuses to keep less than is slashable', async () => {
    const dir = await nodeFolder('pruned', 2);
    const store = await openStore(databasePath(dir));
    await new Archive(store).addBeacon(round(10_000_000), new Uint8Array(48));
    await store.close();
    const words = ['db', 'prune', '--dir', dir, '--net', NET];
    const few = await assay([...words, '--keep-epochs', '0']);
    equal(few.code, 2);
    match(few.err, /--keep-epochs.*whole number from \d+/s);
    match((await assay([...words, '--dry-run'])).out, /Would forget.*2 beacons/s);
    match((await assay(words)).out, /Forgot.*2 beacons/s);
    match((await assay(words)).out, /Forgot.*0 beacons/s);
  });

  it('rebuild deletes the database and nothing else', async () => {
    const dir = await nodeFolder('rebuilt', 2);
    const before = readdirSync(dir);
    const ran = await assay(['db', 'rebuild', '--dir', dir]);
    equal(ran.code, 0, ran.err);
    deepEqual(
      readdirSync(dir),
      before.filter((name) => name !== 'db'),
    );
    const again = await assay(['db', 'rebuild', '--dir', dir]);
    equal(again.code, 2);
    match(again.err, /no database in this folder/);
  });

  it('leaves the folder of a running node alone', async () => {
    const dir = await nodeFolder('running', 1);
    const lock = await lockDirectory(dir);
    for (const verb of ['check', 'rebuild', 'migrate']) {
      const ran = await assay(['db', verb, '--dir', dir]);
      equal(ran.code, 2, verb);
      match(ran.err, /another assay process/, verb);
    }
    await lock.release();
    equal(existsSync(databasePath(dir)), true);
  });

  it('migrate has nothing to do with a database of this release', async () => {
    const dir = await nodeFolder('current', 1);
    const ran = await assay(['db', 'migrate', '--dir', dir, '--dry-run', '--json']);
    equal(ran.code, 0, ran.err);
    deepEqual(JSON.parse(ran.out).steps, []);
  });
});

/** The folder of a node with a key, whose database holds some beacons. */
async function nodeFolder(name: string, beacons: number): Promise<string> {
  const dir = join(folder, name);
  await createFolder(dir, { passphrase: new Secret('a passphrase of the tests'), scryptN: 1024 });
  const store = await openStore(databasePath(dir));
  const archive = new Archive(store);
  for (let r = 1; r <= beacons; r++) await archive.addBeacon(round(r), new Uint8Array(48));
  await store.close();
  return dir;
}

async function put(dir: string, space: 'beacon', key: string): Promise<void> {
  const store = await openStore(databasePath(dir));
  await store.put([{ space, key, value: utf8('x') }]);
  await store.close();
}
