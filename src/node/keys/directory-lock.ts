/**
 * One process for each folder, and so for each key.
 *
 * Node offers no file locks; LevelDB holds one (`fcntl`) on the folder it has open, which the
 * system releases when the process ends, however it ends. So the lock is an empty database: there
 * are no stale locks to judge, and no race in judging them. Containers on one host are told apart,
 * where process ids would mislead. The process id beside it is for people.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore, StoreError } from '../../store/index.ts';
import { KeyError } from './error.ts';

/** Held from `lockDirectory` until `release`, or until the process ends. */
export type DirectoryLock = {
  /** Lets the next process in. */
  release(): Promise<void>;
};

const LOCK_FOLDER = 'lock';
const HOLDER_FILE = 'holder';
const OWNER_FOLDER = 0o700;

/**
 * Keeps every other process out of `directory`, which is made if it is not there.
 * @throws KeyError `directory-locked`, naming the process that has it
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const folder = join(directory, LOCK_FOLDER);
  await mkdir(folder, { recursive: true, mode: OWNER_FOLDER });
  // nothing is in it: the lock of the library alone counts
  const store = await openStore(folder, { schema: 'any' }).catch(async (cause: unknown) => {
    const isHeld = cause instanceof StoreError && cause.detail.code === 'store-locked';
    throw isHeld ? await held(directory, cause) : cause;
  });
  const holder = join(folder, HOLDER_FILE);
  const startedAt = new Date(Date.now() - 1000 * process.uptime()).toISOString();
  await writeFile(holder, `pid ${process.pid}, started ${startedAt}\n`);
  let released: Promise<void> | undefined;
  const release = async () => {
    await rm(holder, { force: true });
    await store.close();
  };
  return {
    release: () => {
      released ??= release();
      return released;
    },
  };
}

async function held(directory: string, cause: StoreError): Promise<KeyError> {
  const path = join(directory, LOCK_FOLDER, HOLDER_FILE);
  const text = await readFile(path, 'utf8').catch(() => '');
  const holder = /^pid \d+, started [0-9TZ:.-]+/.exec(text)?.[0] ?? 'pid unknown';
  const detail = {
    code: 'directory-locked',
    message: `another assay process (${holder}) uses this folder`,
    where: directory,
    remedy: 'Stop it, or name another folder. One key never runs twice.',
  };
  return new KeyError(detail, { cause });
}
