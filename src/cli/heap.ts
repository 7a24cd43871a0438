/**
 * How much heap a node gets: as much as the machine, or its container, has beside what the node
 * needs outside of it. Node's own default looks at the whole machine and knows nothing of the
 * processes that run models: a small one would be out of memory long before the heap is.
 *
 * The limit is a flag of the engine and counts from the start of a process only, so the launcher
 * starts another one where it must be lower, or other than usual. That one ends with its parent.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';

const MEBIBYTE = 1024 ** 2;
/** Below this a node does not keep up; above, nobody has seen one use it. */
const HEAP_MIB_MIN = 256;
const HEAP_MIB_MAX = 4096;
/** Least that `--heap-mib` takes. */
export const ASKED_MIB_MIN = 128;
/** Buffers of streams, the database, code: what a node takes beside heap and executions. */
const NATIVE_MIB = 512;
/** Part of what an execution may take at most that it is given room for: it seldom takes all. */
const EXECUTION_SHARE = 0.5;
/** Defaults of `--memory-mib` and `--executions`. */
const MEMORY_MIB = 2048;
const EXECUTIONS = 1;
const HEAP_FLAG = /--max[-_]old[-_]space[-_]size/;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const LAST_STANDARD_FD = 2;
/** Set for a process that the launcher starts, which has a channel to it. */
const LAUNCHED = 'ASSAY_LAUNCHED';

/** Where the kernel says what a process and all of its kind may take: cgroups 2, then 1. */
const LIMIT_FILES = [
  '/sys/fs/cgroup/memory.max',
  '/sys/fs/cgroup/memory/memory.limit_in_bytes',
] as const;

/** What the heap is sized from. */
export type Surroundings = {
  readonly totalBytes: number;
  /** Texts of `LIMIT_FILES` that are there. */
  readonly limits: readonly string[];
};

/** Memory of the machine, or of the container if that is less, in bytes. */
export function memoryOf({ totalBytes, limits }: Surroundings): number {
  // `max`, and what cgroups 1 write for no limit, is more than any machine has
  const bounds = limits.map((text) => Number(text.trim())).filter((bound) => bound > 0);
  return Math.min(totalBytes, ...bounds);
}

/** Returns the heap of a node on a machine with so much memory, in MiB. */
export function heapMib(memoryBytes: number, words: readonly string[]): number {
  const executionMib = numberOf(words, '--memory-mib') ?? MEMORY_MIB;
  const executions = numberOf(words, '--executions') ?? EXECUTIONS;
  const reserved = NATIVE_MIB + EXECUTION_SHARE * executionMib * executions;
  const free = Math.floor(memoryBytes / MEBIBYTE - reserved);
  return Math.min(HEAP_MIB_MAX, Math.max(HEAP_MIB_MIN, free));
}

/**
 * Returns the heap limit that a process needs and does not have, in MiB; `undefined` if it may go
 * on as it is: no node, a limit that somebody set, or one that is low enough.
 * @param words after `assay`
 * @param nodeWords arguments of Node itself: what the launcher set, or a person
 * @param nodeOptions the environment variable; `--heap-mib` is nearer and counts more
 */
export function neededHeap(
  words: readonly string[],
  at: {
    readonly nodeWords: readonly string[];
    readonly nodeOptions: string;
    readonly limitMib: number;
    readonly around: Surroundings;
  },
): number | undefined {
  if (words[0] !== 'start' && words[0] !== 'serve') return undefined;
  if (words.includes('--help') || at.nodeWords.some((word) => HEAP_FLAG.test(word))) {
    return undefined;
  }
  const asked = numberOf(words, '--heap-mib');
  // one that is too small is refused later, with a message
  if (asked !== undefined) return asked >= ASKED_MIB_MIN ? asked : undefined;
  if (HEAP_FLAG.test(at.nodeOptions)) return undefined;
  const wanted = heapMib(memoryOf(at.around), words);
  return wanted < at.limitMib ? wanted : undefined;
}

/**
 * Runs this command line in a process with the heap that it needs, if it has not got it.
 * @returns whether it did; the exit code is set then
 */
export async function runWithHeap(launcher: string, words: readonly string[]): Promise<boolean> {
  const mib = neededHeap(words, {
    nodeWords: process.execArgv,
    nodeOptions: process.env['NODE_OPTIONS'] ?? '',
    limitMib: getHeapStatistics().heap_size_limit / MEBIBYTE,
    around: surroundings(),
  });
  if (mib === undefined) {
    endWithParent();
    return false;
  }
  const flags = [...process.execArgv, `--max-old-space-size=${mib}`];
  const child = spawn(process.execPath, [...flags, launcher, ...words], {
    stdio: [...descriptorsFor(words), 'ipc'],
    env: { ...process.env, [LAUNCHED]: '1' },
  });
  process.exitCode = await ended(child);
  return true;
}

/** Signals go on to the child, whose end is ours. */
async function ended(child: ChildProcess): Promise<number> {
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (signal === null) return resolve(code ?? 1);
      for (const each of SIGNALS) process.removeAllListeners(each);
      process.kill(process.pid, signal);
    });
  });
}

/** The channel to a launcher closes when that is gone: then nobody could stop this process. */
function endWithParent(): void {
  if (process.env[LAUNCHED] === undefined) return;
  // not for the processes that this one starts
  delete process.env[LAUNCHED];
  const end = (): void => void process.kill(process.pid, 'SIGTERM');
  // the launcher may have gone before anybody listened
  if (!process.connected) return end();
  process.once('disconnect', end);
  // it alone keeps no process running
  process.channel?.unref();
}

/** Standard streams, and the descriptor that a passphrase comes over. */
function descriptorsFor(words: readonly string[]): ('inherit' | 'ignore')[] {
  const passphrase = numberOf(words, '--password-fd') ?? 0;
  const last = Math.max(LAST_STANDARD_FD, passphrase);
  return Array.from({ length: last + 1 }, (_, fd) =>
    fd <= LAST_STANDARD_FD || fd === passphrase ? 'inherit' : 'ignore',
  );
}

/** The whole number of an option; what is none is refused later, with a message. */
function numberOf(words: readonly string[], option: string): number | undefined {
  const at = words.findIndex((word) => word === option || word.startsWith(`${option}=`));
  const word = words[at];
  if (word === undefined) return undefined;
  const text = word === option ? words[at + 1] : word.slice(option.length + 1);
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function surroundings(): Surroundings {
  return { totalBytes: totalmem(), limits: LIMIT_FILES.flatMap(textOf) };
}

function textOf(path: string): readonly string[] {
  try {
    return [readFileSync(path, 'utf8')];
  } catch {
    return [];
  }
}
