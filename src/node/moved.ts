/**
 * The mark of a folder whose key was carried elsewhere: no node starts on it by habit, after a
 * reboot say. The mark is no protection against somebody who removes it; the doppelganger wait is.
 */
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { round } from '../base/index.ts';
import { type Network, roundDueAt } from '../core/index.ts';
import { exportGuard, importGuard } from '../store/index.ts';
import { NodeError } from './error.ts';
import { AHEAD_ROUNDS, guardPath, keystorePath } from './folder-paths.ts';
import { inspectKeystore, lockDirectory } from './keys/index.ts';

const MOVED_FILE = 'moved';

/** Says that the key of this folder runs elsewhere from now on. The caller holds the lock. */
export async function markMoved(directory: string, by: string): Promise<void> {
  const text = `${new Date().toISOString()} ${by}\n`;
  await writeFile(join(directory, MOVED_FILE), text, { mode: 0o600 });
}

/** When and by what the key was carried away, as text; absent if it was not. */
export async function movedBy(directory: string): Promise<string | undefined> {
  const path = join(directory, MOVED_FILE);
  if (!existsSync(path)) return undefined;
  const text = await readFile(path, 'utf8');
  return /^[0-9TZ:.-]+ [a-z ]+$/.exec(text.trimEnd())?.[0] ?? 'at an unknown time';
}

/** The key is at home again: all that it signed elsewhere is in the guard. */
export async function clearMoved(directory: string): Promise<void> {
  await rm(join(directory, MOVED_FILE), { force: true });
}

/** @throws NodeError key-moved */
export async function assertNotMoved(directory: string): Promise<void> {
  const moved = await movedBy(directory);
  if (moved === undefined) return;
  throw new NodeError({
    code: 'key-moved',
    message: `the key of this folder was moved to another machine: ${moved}`,
    where: directory,
    remedy:
      'Start it there. To run it here again: stop it there, `assay guard export --move` there, ' +
      '`assay guard import` here. If it never ran elsewhere: assay guard unmove.',
  });
}

/**
 * Takes the mark away without knowing what was signed elsewhere: nothing is signed for rounds that
 * have begun. Safe only if the key runs nowhere else.
 * @returns the round from which it signs
 * @throws NodeError folder-missing, not-moved; GuardError; KeyError directory-locked
 */
export async function unmove(directory: string, network: Network): Promise<number> {
  const lock = await lockDirectory(directory);
  try {
    if ((await movedBy(directory)) === undefined) throw notMoved(directory);
    const { id: owner } = await inspectKeystore(keystorePath(directory));
    const options = { networkId: network.id, owner };
    const watermark = round(roundDueAt(network, Date.now()) + 1 + AHEAD_ROUNDS);
    if (existsSync(guardPath(directory))) {
      const known: object = JSON.parse(await exportGuard(guardPath(directory), options));
      const raised = JSON.stringify({ ...known, watermark: String(watermark) });
      await importGuard(guardPath(directory), options, raised);
    }
    await clearMoved(directory);
    return watermark;
  } finally {
    await lock.release();
  }
}

function notMoved(directory: string): NodeError {
  return new NodeError({
    code: 'not-moved',
    message: 'the key of this folder was not moved',
    where: directory,
    remedy: 'Start it: assay start.',
  });
}
