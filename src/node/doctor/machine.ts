/** Is the machine fit for a node: runtime, memory, disk. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, rm, statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import { type Finding, failed, ok, warning } from './finding.ts';

const NODE_MIN = [20, 19] as const;
/** Node 20 gets no more mending. */
const NODE_MAINTAINED = 22;
const MEBIBYTE = 1024 ** 2;
const GIBIBYTE = 1024 ** 3;
/** The node itself takes 200 MiB, an execution what its limit allows. */
const MEMORY_MIN = GIBIBYTE;
/** A validator of a large network takes half of it. */
const HEAP_MIN = 512 * MEBIBYTE;
/** Of the memory; the rest is for executions, buffers and the system. */
const HEAP_SHARE = 0.5;
const DISK_MIN = GIBIBYTE;
const DISK_GOOD = 10 * GIBIBYTE;
/** [GUARD-1] A signature waits for two flushes, and a round has little time to lose. */
const FLUSH_GOOD_MS = 20;
const FLUSH_MAX_MS = 200;
const FLUSHES = 100;
const FLUSHES_MIN = 15;
/** On a slow disk fewer have to do. */
const FLUSHING_MS = 1_000;
const FLUSH_BYTES = 512;

/** Examines Node, memory and the disk on which `directory` lies, or will lie. */
export async function examineMachine(
  directory: string,
  {
    version = process.versions.node,
    memoryBytes = memoryOf(),
    heapLimitBytes = getHeapStatistics().heap_size_limit,
  } = {},
): Promise<readonly Finding[]> {
  const folder = existingFolder(resolve(directory));
  return [
    nodeVersion(version),
    memory(memoryBytes),
    heap(heapLimitBytes, memoryBytes),
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

/** What Node takes for its objects comes out of what the machine has. */
function heap(limit: number, memoryBytes: number): Finding {
  const detail = `up to ${(limit / GIBIBYTE).toFixed(1)} GiB for this Node`;
  const mebibytes = Math.floor((memoryBytes * HEAP_SHARE) / MEBIBYTE);
  const remedy = `Give it what fits: NODE_OPTIONS=--max-old-space-size=${mebibytes}`;
  if (limit < HEAP_MIN) return warning('heap', detail, `${remedy}; 512 at least.`);
  return limit <= memoryBytes ? ok('heap', detail) : warning('heap', detail, `${remedy}.`);
}

async function diskSpace(directory: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  const detail = `${(free / GIBIBYTE).toFixed(1)} GiB free`;
  const remedy = `Free some space, or use another folder: ${DISK_GOOD / GIBIBYTE} GiB are plenty.`;
  if (free < DISK_MIN) return failed('disk-space', detail, remedy);
  return free < DISK_GOOD ? warning('disk-space', detail, remedy) : ok('disk-space', detail);
}

/** How long an append takes that is flushed, as the sign guard does it, at its slowest too. */
async function diskSpeed(directory: string): Promise<Finding> {
  const times = await flushTimes(directory);
  const at = (share: number): number =>
    times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0;
  const [median, slow] = [at(0.5), at(0.99)];
  const detail =
    `a flush takes ${median.toFixed(1)} ms, ${slow.toFixed(1)} ms at the 99th percentile ` +
    `(of ${times.length})`;
  const remedy = 'Use a local solid-state disk: every signature waits for two flushes.';
  if (median > FLUSH_MAX_MS) return failed('disk-speed', detail, remedy);
  const isGood = median <= FLUSH_GOOD_MS && slow <= FLUSH_MAX_MS;
  return isGood ? ok('disk-speed', detail) : warning('disk-speed', detail, remedy);
}

/** Times of single flushes in `directory`, ascending, ms. */
async function flushTimes(directory: string): Promise<readonly number[]> {
  const path = join(directory, `.doctor-${randomBytes(6).toString('hex')}`);
  const file = await open(path, 'wx');
  const times: number[] = [];
  try {
    const endAt = performance.now() + FLUSHING_MS;
    while (times.length < FLUSHES && (times.length < FLUSHES_MIN || performance.now() < endAt)) {
      const startedAt = performance.now();
      await file.appendFile(randomBytes(FLUSH_BYTES));
      await file.datasync();
      times.push(performance.now() - startedAt);
    }
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
  return times.sort((a, b) => a - b);
}
