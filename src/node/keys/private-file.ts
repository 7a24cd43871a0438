/**
 * Files that only their owner may read: read with a look at their permissions, written whole or
 * not at all, and never in place of another.
 */
import { randomUUID } from 'node:crypto';
import { link, mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { KeyError } from './error.ts';

const OWNER_FILE = 0o600;
const OWNER_FOLDER = 0o700;
/** Bits of group and others. */
const NOT_OWNER = 0o077;
/** Bits that let group and others change what is in a folder. */
const WRITE_BY_OTHERS = 0o022;
/** Windows keeps permissions elsewhere. */
const HAS_MODES = process.platform !== 'win32';

/**
 * Returns the text of a file that only its owner may read.
 * @param bytesMax refused if longer
 * @throws KeyError `keystore-missing`, `keystore-permissions`, `keystore-malformed`
 */
export async function readPrivateFile(path: string, bytesMax: number): Promise<string> {
  const handle = await open(path, 'r').catch((cause: unknown) => {
    const message = `cannot be opened: ${reasonOf(cause)}`;
    const remedy = 'Make a keystore with init, or give the right path.';
    throw new KeyError({ code: 'keystore-missing', message, where: path, remedy }, { cause });
  });
  try {
    const { mode, size } = await handle.stat();
    if (HAS_MODES && (mode & NOT_OWNER) !== 0) throw tooOpen(path, mode, '600');
    if (size <= bytesMax) return await handle.readFile('utf8');
    const message = `longer than ${bytesMax} bytes: no keystore`;
    throw new KeyError({ code: 'keystore-malformed', message, where: path });
  } finally {
    await handle.close();
  }
}

/**
 * Writes a new file that only its owner may read, durable when it resolves. A crash leaves the
 * whole file or none under that name.
 * @throws KeyError `keystore-exists`, `keystore-permissions`, `keystore-unwritable`
 */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const folder = dirname(path);
  const unfinished = join(folder, `.${randomUUID()}.new`);
  try {
    await mkdir(folder, { recursive: true, mode: OWNER_FOLDER });
    await assertFolderClosed(folder);
    const handle = await open(unfinished, 'wx', OWNER_FILE);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // A link, unlike a rename, never replaces what is there.
    await link(unfinished, path);
    await syncFolder(folder);
  } catch (cause) {
    throw cause instanceof KeyError ? cause : writeFailed(path, cause);
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** Refuses a folder in which others could replace the file. @throws KeyError */
export async function assertFolderClosed(folder: string): Promise<void> {
  const { mode } = await stat(folder);
  if (HAS_MODES && (mode & WRITE_BY_OTHERS) !== 0) throw tooOpen(folder, mode, '700');
}

function tooOpen(path: string, mode: number, wanted: string): KeyError {
  return new KeyError({
    code: 'keystore-permissions',
    message: `others may read or change it (mode ${(mode & 0o777).toString(8)})`,
    where: path,
    remedy: `chmod ${wanted} ${path}`,
  });
}

function writeFailed(path: string, cause: unknown): KeyError {
  const isThere = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
  const detail = isThere
    ? {
        code: 'keystore-exists',
        message: 'there is a file already; keys are never overwritten',
        remedy: 'Choose another place, or move the file away if you are sure.',
      }
    : {
        code: 'keystore-unwritable',
        message: `cannot be written: ${reasonOf(cause)}`,
        remedy: 'Check folder, permissions and free space.',
      };
  return new KeyError({ ...detail, where: path }, { cause });
}

async function syncFolder(folder: string): Promise<void> {
  if (!HAS_MODES) return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Returns the message of an error of the system. */
export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
