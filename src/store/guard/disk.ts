/**
 * What the guard asks of a file system, small enough for a second implementation that fails and
 * tears at any operation (`test/unit/store/crash-disk.ts`).
 */
import { constants } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';

/** A file that is written at its end. */
export interface DiskFile {
  /** Adds all of `bytes`; not durable before `sync`. */
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when everything written is durable. */
  sync(): Promise<void>;
  /** Cuts the file to its first `sizeBytes` bytes. */
  truncate(sizeBytes: number): Promise<void>;
  close(): Promise<void>;
}

/** Files of the guard. All operations reject with the error of the system. */
export interface Disk {
  /** Returns the size of a file or folder, or `undefined` if there is none. */
  sizeBytes(path: string): Promise<number | undefined>;
  read(path: string): Promise<Uint8Array>;
  /** Opens an existing file, to write at its end. */
  append(path: string): Promise<DiskFile>;
  /** Makes an empty file that only the owner can read, in place of one that is there. */
  create(path: string): Promise<DiskFile>;
  /** Makes a folder that only the owner can enter. */
  makeFolder(path: string): Promise<void>;
  /** Names a file or folder anew, in place of a file or empty folder of that name. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file or a folder with all that it holds, if it is there. */
  remove(path: string): Promise<void>;
  /** Resolves when names made and changed in a folder are durable. */
  syncFolder(path: string): Promise<void>;
}

const OWNER_FILE = 0o600;
const OWNER_FOLDER = 0o700;

/** The file system of this machine. */
export const realDisk: Disk = {
  sizeBytes: async (path) => {
    try {
      return (await stat(path)).size;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  },
  read: async (path) => new Uint8Array(await readFile(path)),
  // Without O_CREAT: a file that vanished is not made again.
  append: (path) => fileAt(path, constants.O_WRONLY | constants.O_APPEND),
  create: (path) => fileAt(path, 'w'),
  makeFolder: (path) => mkdir(path, { mode: OWNER_FOLDER }),
  rename,
  remove: (path) => rm(path, { recursive: true, force: true }),
  syncFolder: async (path) => {
    // Windows has no handle of a folder to flush.
    if (process.platform === 'win32') return;
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

async function fileAt(path: string, flags: string | number): Promise<DiskFile> {
  const handle = await open(path, flags, OWNER_FILE);
  return {
    write: (bytes) => handle.appendFile(bytes),
    sync: () => handle.datasync(),
    truncate: (sizeBytes) => handle.truncate(sizeBytes),
    close: () => handle.close(),
  };
}
