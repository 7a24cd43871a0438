/**
 * What a node runs out of: room on the disk, and heap. The disk is looked at once a minute, the
 * heap when somebody asks.
 *
 * A guard that cannot write halts the node for good, in the middle of a vote. So the node takes up
 * nothing new while there is still room to finish what it has begun: a few records of less than
 * 300 bytes each, and what the database makes of them.
 */
import { statfs } from 'node:fs/promises';
import { getHeapStatistics } from 'node:v8';

const MEBIBYTE = 1024 ** 2;
/** Below this somebody should make room. */
export const DISK_LOW_BYTES = 1024 * MEBIBYTE;
/** Below this nothing new is voted on. */
export const DISK_CRITICAL_BYTES = 256 * MEBIBYTE;
/** Voting goes on from here: not in and out at every deleted file. */
export const DISK_ENOUGH_BYTES = 320 * MEBIBYTE;
/** Share of its limit at which the heap is told of. */
export const HEAP_SHARE_MAX = 0.85;
const PERIOD_MS = 60_000;

export type DiskEvent = { readonly change: 'full' | 'roomy'; readonly freeBytes: number };

export type VitalsOptions = {
  /** Free bytes of the disk under the node's folder. */
  readonly freeBytes: () => Promise<number>;
  /** Called when voting stops for want of room, and when it goes on. */
  readonly onDisk: (event: DiskEvent) => void;
};

/** Free bytes of the disk on which a folder lies, for an ordinary user. */
export async function freeBytesOf(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

/** Share of the limit that the heap of this process takes, 0..1. */
export function heapShare(): number {
  return process.memoryUsage().heapUsed / getHeapStatistics().heap_size_limit;
}

export class Vitals {
  readonly #options: VitalsOptions;
  #freeBytes: number | undefined;
  #isFull = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: VitalsOptions) {
    this.#options = options;
  }

  /** Free bytes when they were last counted; absent if they cannot be. */
  get diskFreeBytes(): number | undefined {
    return this.#freeBytes;
  }

  /** Whether there is too little room to begin anything. */
  get isDiskFull(): boolean {
    return this.#isFull;
  }

  /** Looks now, and again every minute. */
  async start(): Promise<void> {
    this.#timer = setInterval(() => void this.look(), PERIOD_MS).unref();
    await this.look();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Looks at the disk. */
  async look(): Promise<void> {
    // where it cannot be asked, the guard still refuses what it cannot write
    this.#freeBytes = await this.#options.freeBytes().catch(() => undefined);
    const freeBytes = this.#freeBytes;
    if (freeBytes === undefined) return;
    const isFull = freeBytes < (this.#isFull ? DISK_ENOUGH_BYTES : DISK_CRITICAL_BYTES);
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    this.#options.onDisk({ change: isFull ? 'full' : 'roomy', freeBytes });
  }
}
