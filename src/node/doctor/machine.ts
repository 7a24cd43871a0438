/** Is the machine fit for a node: runtime, memory, disk. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, rm, statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type Finding, failed, ok, warning } from './finding.ts';

const NODE_MIN = [20, 19] as const;
/** Node 20 gets no more mending. */
const NODE_MAINTAINED = 22;
const MEBIBYTE = 1024 ** 2;
const GIBIBYTE = 1024 ** 3;
/** The node itself takes 200 MiB, an execution what its limit allows. */
const MEMORY_MIN = GIBIBYTE;
const DISK_MIN = GIBIBYTE;
const DISK_GOOD = 10 * GIBIBYTE;
/** [GUARD-1] A signature waits for two flushes, and a round has little time to lose. */
const FLUSH_GOOD_MS = 20;
const FLUSH_MAX_MS = 200;
const FLUSHES = 15;
const FLUSH_BYTES = 512;

/** Examines Node, memory and the disk on which `directory` lies, or will lie. */
export async function examineMachine(
  directory: string,
  { version = process.versions.node, memoryBytes = memoryOf() } = {},
): Promise<readonly Finding[]> {
  const folder = existingFolder(resolve(directory));
  return [
    nodeVersion(version),
    memory(memoryBytes),
    await diskSpace(folder),
    await diskSpeed(folder),
  ];
}

/** The folder itself, or the nearest one above it. */
function existingFolder(path: string): string {
  return existsSync(path) ? path : existingFolder(dirname(path));
}

function nodeVersion(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major < NODE_MIN[0] || (major === NODE_MIN[0] && minor < NODE_MIN[1]);
  if (isOld) {
    return failed(
      'node-version',
      `Node ${version}`,
      `Install Node ${NODE_MIN.join('.')} or newer.`,
    );
  }
  if (major >= NODE_MAINTAINED) return ok('node-version', `Node ${version}`);
  return warning(
    'node-version',
    `Node ${version} works, and gets no more security fixes`,
    `Install Node ${NODE_MAINTAINED} or newer.`,
  );
}

/** What this process may use: of the machine, or of its control group. */
function memoryOf(): number {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}

function memory(bytes: number): Finding {
  const detail = `${(bytes / GIBIBYTE).toFixed(1)} GiB`;
  if (bytes >= MEMORY_MIN) return ok('memory', detail);
  return failed('memory', detail, `A validator needs ${MEMORY_MIN / MEBIBYTE} MiB at least.`);
}

async function diskSpace(directory: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  const detail = `${(free / GIBIBYTE).toFixed(1)} GiB free`;
  const remedy = `Free some space, or use another folder: ${DISK_GOOD / GIBIBYTE} GiB are plenty.`;
  if (free < DISK_MIN) return failed('disk-space', detail, remedy);
  return free < DISK_GOOD ? warning('disk-space', detail, remedy) : ok('disk-space', detail);
}

/** The median time of an append that is flushed, as the sign guard does it. */
async function diskSpeed(directory: string): Promise<Finding> {
  const path = join(directory, `.doctor-${randomBytes(6).toString('hex')}`);
  const file = await open(path, 'wx');
  const times: number[] = [];
  try {
    for (let i = 0; i < FLUSHES; i++) {
      const startedAt = performance.now();
      await file.appendFile(randomBytes(FLUSH_BYTES));
      await file.datasync();
      times.push(performance.now() - startedAt);
    }
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
  const median = times.sort((a, b) => a - b)[times.length >> 1] ?? 0;
  const detail = `a flush takes ${median.toFixed(1)} ms (median of ${FLUSHES})`;
  const remedy = 'Use a local solid-state disk: every signature waits for two flushes.';
  if (median > FLUSH_MAX_MS) return failed('disk-speed', detail, remedy);
  return median > FLUSH_GOOD_MS ? warning('disk-speed', detail, remedy) : ok('disk-speed', detail);
}
