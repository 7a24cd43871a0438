/** One process for each folder. */
import { equal, match, ok } from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lockDirectory } from '../../../../src/node/keys/index.ts';
import { hasCode, withFolder } from '../../store/guard-records.ts';

describe('directory lock', () => {
  it('keeps a second one out until it is released, and names who has it', () =>
    withFolder(async (folder) => {
      const lock = await lockDirectory(join(folder, 'node'));
      const error = await lockDirectory(join(folder, 'node')).catch((reason) => reason);
      ok(hasCode('directory-locked')(error));
      match(error.message, new RegExp(`another assay process \\(pid ${process.pid}, started 2`));
      await (await lockDirectory(join(folder, 'other'))).release();
      await lock.release();
      await lock.release();
      await (await lockDirectory(join(folder, 'node'))).release();
    }));

  it('makes a folder that only the owner enters', () =>
    withFolder(async (folder) => {
      const lock = await lockDirectory(join(folder, 'node'));
      equal((await stat(join(folder, 'node'))).mode & 0o777, 0o700);
      await lock.release();
    }));

  it('names another process, and is free when that one was killed', () =>
    withFolder(async (folder) => {
      const child = await lockingChild(folder);
      const error = await lockDirectory(folder).catch((reason) => reason);
      ok(hasCode('directory-locked')(error));
      ok(error.message.includes(`pid ${child.pid},`), error.message);
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      await (await lockDirectory(folder)).release();
    }));

  it('what is written beside it is shown only if it is what we write', () =>
    withFolder(async (folder) => {
      const lock = await lockDirectory(folder);
      await writeFile(join(folder, 'lock', 'holder'), '\u001b[2Jpid 1');
      const error = await lockDirectory(folder).catch((reason) => reason);
      match(error.message, /another assay process \(pid unknown\)/);
      await lock.release();
    }));
});

async function lockingChild(folder: string): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('locking-child.ts', import.meta.url));
  const words = ['--import', 'tsx/esm', program, folder];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}
