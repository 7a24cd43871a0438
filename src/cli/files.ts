/** Reads and writes the files that a command line names; faults come with place and remedy. */
import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { AssayError } from '../base/index.ts';

/**
 * Reads a file into memory.
 * @throws AssayError file-unreadable, file-too-large
 */
export async function readLimited(file: string, sizeBytesMax: number): Promise<Uint8Array> {
  const status = await stat(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  if (status.isDirectory()) {
    throw new AssayError({
      code: 'file-unreadable',
      message: 'is a folder',
      where: file,
      remedy: 'Name a file in it.',
    });
  }
  if (status.size > sizeBytesMax) {
    throw new AssayError({
      code: 'file-too-large',
      message: `has ${status.size} bytes; at most ${sizeBytesMax} are read`,
      where: file,
      remedy: 'Give a smaller file.',
    });
  }
  return readFile(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
}

/**
 * Writes a file; a reader never sees half of it, and nothing is left if it fails.
 * @throws AssayError file-unwritable
 */
export async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(temporary, bytes, { flag: 'wx' });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new AssayError(
      {
        code: 'file-unwritable',
        message: `cannot be written (${codeOf(error)})`,
        where: file === '' ? '--out' : file,
        remedy: 'Choose another file with --out, in a folder that exists.',
      },
      { cause: error },
    );
  }
}

function unreadable(file: string, error: unknown): AssayError {
  const code = codeOf(error);
  const message = code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`;
  const detail = { code: 'file-unreadable', message, where: file, remedy: 'Check the path.' };
  return new AssayError(detail, { cause: error });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
