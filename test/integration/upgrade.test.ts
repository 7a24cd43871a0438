/** A folder that the previous release left behind goes on with this one, and says nothing else. */
import assert from 'node:assert/strict';
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { round } from '../../src/base/index.ts';
import { Archive } from '../../src/node/archive.ts';
import {
  checkStore,
  databasePath,
  guardPath,
  keystorePath,
  MIGRATIONS,
  openFolder,
  Secret,
} from '../../src/node/index.ts';
import { exportGuard, migrateStore, openGuard, openStore } from '../../src/store/index.ts';
import { NETWORK, PASSPHRASE, ROUNDS, SAID_FILE, WATERMARK } from '../support/data-directory.ts';
import { batchOf, headerAt } from '../unit/node/protocol-messages.ts';
import { hasCode, recordsAt, roundOf } from '../unit/store/guard-records.ts';

const DATA = fileURLToPath(new URL('../data/previous-release', import.meta.url));
/** Guard and keystore refuse what others may read; git keeps no such bits. */
const OWNER_FOLDER = 0o700;
const OWNER_FILE = 0o600;

describe('the data directory of the previous release', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'assay-upgrade-'));
    cpSync(join(DATA, 'node'), directory, { recursive: true });
    for (const name of readdirSync(guardPath(directory))) {
      chmodSync(join(guardPath(directory), name), OWNER_FILE);
    }
    chmodSync(guardPath(directory), OWNER_FOLDER);
    chmodSync(keystorePath(directory), OWNER_FILE);
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  async function guardOptions() {
    const passphrase = new Secret(PASSPHRASE);
    const { keystore, lock } = await openFolder(directory, { network: NETWORK, passphrase });
    await lock.release();
    return { networkId: NETWORK.id, owner: keystore.id };
  }

  it('[GUARD-2] opens with its key, and the guard says what it said', async () => {
    const options = await guardOptions();
    const guard = await openGuard(guardPath(directory), options);
    assert.equal(guard.watermark, WATERMARK);
    assert.deepEqual(
      guard.records,
      ROUNDS.flatMap((r) => recordsAt(r)),
    );
    await guard.close();
    const said = readFileSync(join(DATA, SAID_FILE), 'utf8');
    const now = await exportGuard(guardPath(directory), options);
    assert.deepEqual(JSON.parse(now), JSON.parse(said));
  });

  it('[GUARD-1] signs the same again, nothing else of it, and of no earlier round', async () => {
    const options = await guardOptions();
    for (const r of ROUNDS) {
      for (const [i, otherwise] of recordsAt(r, 1).entries()) {
        const guard = await openGuard(guardPath(directory), options);
        const same = recordsAt(r)[i];
        assert.ok(same !== undefined);
        await guard.append([same], roundOf);
        await assert.rejects(guard.append([otherwise], roundOf), hasCode('guard-conflict'));
        await guard.close();
      }
    }
    const guard = await openGuard(guardPath(directory), options);
    const early = guard.append(recordsAt(WATERMARK - 1), roundOf);
    await assert.rejects(early, hasCode('guard-below-watermark'));
    await guard.close();
  });

  it('has a database that is sound, migrated if it is older', async () => {
    const path = databasePath(directory);
    await migrateStore(path, { migrations: MIGRATIONS, isDryRun: false });
    const store = await openStore(path);
    assert.deepEqual((await checkStore(store, {})).problems, []);
    const archive = new Archive(store);
    for (const r of ROUNDS) {
      assert.equal((await archive.lookup(batchOf(headerAt(r)), 0)).length, 3);
      assert.equal((await archive.beacons(round(r), 1)).length, 1);
    }
    assert.equal(await archive.latestCertifiedRound(), ROUNDS.at(-1));
    await store.close();
  });
});
