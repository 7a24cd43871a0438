/**
 * `running.json` in the folder of a node: which process runs with it, and where it answers. Written
 * at start, removed at stop; after a crash it names a process that is no more.
 */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from './replace-file.ts';

const RUNNING_FILE = 'running.json';

export type Running = {
  readonly format: 1;
  readonly pid: number;
  readonly id: string;
  readonly softwareVersion: string;
  /** Unix time. */
  readonly startedAtMs: number;
  /** Socket on which it answers commands. */
  readonly socket: string;
  /** As the command line gave them. */
  readonly listen: readonly string[];
  readonly announce: readonly string[];
};

/** Says who runs. The caller holds the lock of the folder. */
export async function writeRunning(directory: string, running: Running): Promise<void> {
  const text = `${JSON.stringify(running, undefined, 2)}\n`;
  await replaceFile(join(directory, RUNNING_FILE), text);
}

/** Who runs, or ran when the machine stopped; absent if nobody says so. */
export async function readRunning(directory: string): Promise<Running | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(join(directory, RUNNING_FILE), 'utf8'));
    return isRunning(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Nobody runs any more. */
export async function removeRunning(directory: string): Promise<void> {
  await rm(join(directory, RUNNING_FILE), { force: true });
}

function isRunning(value: unknown): value is Running {
  if (typeof value !== 'object' || value === null) return false;
  const { format, pid, socket, listen, announce, softwareVersion }: Partial<Running> = value;
  const isNamed = typeof socket === 'string' && typeof softwareVersion === 'string';
  return (
    format === 1 &&
    Number.isInteger(pid) &&
    isNamed &&
    Array.isArray(listen) &&
    Array.isArray(announce)
  );
}
