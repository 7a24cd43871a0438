/**
 * The folder of a node: `keystore.json`, `guard/`, `db/`, `models/`, `lock/`.
 *
 * A key that was made here and never signed gets its guard at the first start; from then on a
 * missing guard is refused, because nobody can tell any more what the key has signed. [GUARD-2]
 */
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { round } from '../base/index.ts';
import { type Network, roundDueAt } from '../core/index.ts';
import { createGuard } from '../store/index.ts';
import { NodeError } from './error.ts';
import { AHEAD_ROUNDS, guardPath, keystorePath, UNUSED_KEY_FILE } from './folder-paths.ts';
import {
  createKeystore,
  type DirectoryLock,
  inspectKeystore,
  type Keystore,
  type KeystoreInfo,
  type KeystoreOptions,
  lockDirectory,
  openKeystore,
  type Secret,
} from './keys/index.ts';
import { assertNotMoved } from './moved.ts';

/**
 * Makes a folder with a new key.
 * @throws KeyError keystore-exists and others
 */
export async function createFolder(
  directory: string,
  options: KeystoreOptions,
): Promise<KeystoreInfo> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const lock = await lockDirectory(directory);
  try {
    const keystore = await createKeystore(keystorePath(directory), options);
    await writeFile(join(directory, UNUSED_KEY_FILE), `${keystore.id}\n`, { mode: 0o600 });
    return keystore;
  } finally {
    await lock.release();
  }
}

/** An opened folder: nobody else uses it until the lock is released. */
export type OpenFolder = { readonly keystore: Keystore; readonly lock: DirectoryLock };

/**
 * Locks a folder, opens its keystore, and makes the guard of a key that never signed.
 * @throws NodeError folder-missing, key-moved; KeyError; GuardError
 */
export async function openFolder(
  directory: string,
  { network, passphrase }: { readonly network: Network; readonly passphrase: Secret<string> },
): Promise<OpenFolder> {
  if (!existsSync(keystorePath(directory))) throw noKey(directory);
  const lock = await lockDirectory(directory);
  try {
    await assertNotMoved(directory);
    const keystore = await openKeystore(keystorePath(directory), passphrase);
    const unused = join(directory, UNUSED_KEY_FILE);
    if (existsSync(unused)) {
      if (!existsSync(guardPath(directory))) {
        const options = { networkId: network.id, owner: keystore.id };
        await (await createGuard(guardPath(directory), options)).close();
      }
      await rm(unused);
    }
    return { keystore, lock };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/**
 * Makes a guard for a key whose guard is lost or stayed on another machine: nothing is signed for
 * rounds that the key can have signed for before now.
 * @throws GuardError guard-exists; KeyError; NodeError folder-missing
 */
export async function renewGuard(directory: string, network: Network): Promise<number> {
  if (!existsSync(keystorePath(directory))) throw noKey(directory);
  const lock = await lockDirectory(directory);
  try {
    const { id } = await inspectKeystore(keystorePath(directory));
    const watermark = round(roundDueAt(network, Date.now()) + 1 + AHEAD_ROUNDS);
    const options = { networkId: network.id, owner: id, watermark };
    await (await createGuard(guardPath(directory), options)).close();
    await rm(join(directory, UNUSED_KEY_FILE), { force: true });
    return watermark;
  } finally {
    await lock.release();
  }
}

function noKey(directory: string): NodeError {
  return new NodeError({
    code: 'folder-missing',
    message: 'there is no keystore in this folder',
    where: directory,
    remedy: 'Make one with `assay init --dir`, or name the folder of a node.',
  });
}
