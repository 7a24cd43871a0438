/**
 * Writes the folder of a node as this release leaves it behind: key, guard, database. What is in
 * `test/data/previous-release` was written by it, see the README there.
 *
 * `npx tsx test/support/write-previous-release.ts`
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NodeId, round } from '../../src/base/index.ts';
import { networkOf } from '../../src/network-file/index.ts';
import { Archive } from '../../src/node/archive.ts';
import { createFolder, databasePath, guardPath, Secret } from '../../src/node/index.ts';
import { createGuard, exportGuard, openStore } from '../../src/store/index.ts';
import { fileOf } from '../unit/network-file/draft.ts';
import {
  batchOf,
  beaconAt,
  certificateAbout,
  headerAt,
  nodeOf,
  openingOf,
  received,
} from '../unit/node/protocol-messages.ts';
import { recordsAt, roundOf } from '../unit/store/guard-records.ts';

/** Passphrase of the keystore. */
export const PASSPHRASE = 'a passphrase of the tests';
/** The network that the guard is of. */
export const NETWORK = networkOf(fileOf());
/** Rounds of which the guard has a record of each kind, and the database a batch. */
export const ROUNDS: readonly number[] = [5, 6];
/** Nothing is signed for rounds below. */
export const WATERMARK = 5;
/** What the guard said when it was written: an export. */
export const SAID_FILE = 'guard.json';

const SEED = new Uint8Array(32).fill(11);
const WEAK_SCRYPT = 1024;

/** Writes the folder, and beside it what its guard says. @param target replaced */
export async function writeDataDirectory(target: string): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'assay-release-'));
  const { id: owner } = await createFolder(directory, {
    passphrase: new Secret(PASSPHRASE),
    seed: new Secret(SEED),
    scryptN: WEAK_SCRYPT,
  });
  const said = await writeGuard(directory, owner);
  await writeDatabase(directory);
  rmSync(join(directory, 'lock'), { recursive: true });
  rmSync(join(directory, 'unused-key'), { force: true });
  const node = join(target, 'node');
  rmSync(node, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  cpSync(directory, node, { recursive: true });
  rmSync(directory, { recursive: true });
  writeFileSync(join(target, SAID_FILE), `${said}\n`);
}

/** Some rounds that were forgotten since, and some that are remembered. */
async function writeGuard(directory: string, owner: NodeId): Promise<string> {
  const options = { networkId: NETWORK.id, owner };
  const guard = await createGuard(guardPath(directory), options);
  for (const at of [3, ...ROUNDS]) await guard.append(recordsAt(at), roundOf);
  await guard.prune(round(WATERMARK));
  await guard.close();
  return await exportGuard(guardPath(directory), options);
}

async function writeDatabase(directory: string): Promise<void> {
  const store = await openStore(databasePath(directory), { isDurable: true });
  const archive = new Archive(store);
  for (const r of ROUNDS) {
    const header = headerAt(r);
    const said = [header, openingOf(header, 0, `${r}`), certificateAbout(header, 0)];
    await archive.addBeacon(round(r), beaconAt(r).signature);
    await archive.addBatch(batchOf(header), [received(header)]);
    await archive.addSubject({ batch: batchOf(header), index: 0 }, said.map(received));
  }
  await archive.addPeer(nodeOf('a'), ['/ip4/127.0.0.1/tcp/1']);
  await store.close();
}
