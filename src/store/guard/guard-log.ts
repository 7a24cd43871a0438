/**
 * [GUARD-1] [GUARD-2] The open guard: two files, one hash chain, and an index of what was signed.
 *
 * Whatever is refused or fails closes the guard for ever: the process starts again and reads what
 * is really on the disk. A failed flush is never tried again, because the system may have dropped
 * the bytes and report success the second time.
 *
 * @see https://wiki.postgresql.org/wiki/Fsync_Errors
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { AssertionError, assert, type Round } from '../../base/index.ts';
import type { GuardRecord } from '../../core/index.ts';
import { chunkEntries, writeCompacted } from './compaction.ts';
import type { Disk, DiskFile } from './disk.ts';
import { GuardError } from './error.ts';
import { encodeFrame, entrySizeBytes, type GuardIdentity, type LogEntry } from './log-format.ts';
import { type LoggedRecord, laterRound, type Replay } from './reconcile.ts';
import {
  encodeRecord,
  isKeptForever,
  type RoundOf,
  recordKey,
  recordRound,
} from './record-codec.ts';

/** The file that is written first. */
export const FIRST_COPY = 'a.log';
/** The file that is written when the first is durable. */
export const SECOND_COPY = 'b.log';

/** Bytes of a copy: 15 minutes of 1000 promises of 1 KiB per second, unpruned. */
export const GUARD_BYTES_MAX = 1_073_741_824;
/** Forgotten bytes below which a log is not written anew, by default. */
export const COMPACTION_BYTES_MIN = 4_194_304;

/** What is durable before a signature leaves the process. */
export interface SignGuard {
  /** What was persisted before the guard was opened, in order, without what was pruned. */
  readonly records: readonly GuardRecord[];
  /** Nothing new of a round below is ever appended. */
  readonly watermark: Round;
  /**
   * [GUARD-1] Resolves when the records are durable in both copies: one write and one flush each.
   * A record that is there already succeeds and is not written again.
   * @param roundOf the round of the header of a batch; asked for commits, abstentions and votes
   * @throws GuardError and closes for ever: `guard-conflict`, `guard-below-watermark`,
   *   `guard-full`, `guard-write-failed`; `guard-closed` from then on
   */
  append(records: readonly GuardRecord[], roundOf: RoundOf): Promise<void>;
  /** Forgets what concerns rounds below, and raises the watermark to `belowRound`. */
  prune(belowRound: Round): Promise<void>;
  /** Waits for what was asked before, then closes. */
  close(): Promise<void>;
}

/** Where the log on disk ends. */
export type LogEnd = {
  readonly generation: number;
  /** Frames in the log: the number of the next one. */
  readonly frameCount: number;
  readonly head: Uint8Array;
  readonly sizeBytes: number;
};

export type GuardLogOptions = {
  readonly directory: string;
  readonly disk: Disk;
  readonly identity: GuardIdentity;
  readonly end: LogEnd;
  readonly said: Replay;
  readonly files: Files;
  readonly compactionBytesMin: number;
};

type Files = { readonly first: DiskFile; readonly second: DiskFile };
type Indexed = {
  readonly round: Round;
  readonly digest: string;
  readonly sizeBytes: number;
  readonly isForever: boolean;
};

/** The sign guard over two files that agree. Made by `openGuard`. */
export class GuardLog implements SignGuard {
  readonly #directory: string;
  readonly #disk: Disk;
  readonly #identity: GuardIdentity;
  #end: LogEnd;
  #files: Files;
  readonly #compactionBytesMin: number;
  #loaded: readonly LoggedRecord[];
  readonly #index = new Map<string, Indexed>();
  #liveBytes = 0;
  #prunedBelow: Round;
  #watermark: Round;
  #turn: Promise<void> = Promise.resolve();
  #closed: GuardError | undefined;

  constructor(options: GuardLogOptions) {
    const { directory, disk, identity, end, said, files, compactionBytesMin } = options;
    this.#directory = directory;
    this.#disk = disk;
    this.#identity = identity;
    this.#end = end;
    this.#files = files;
    this.#compactionBytesMin = compactionBytesMin;
    this.#loaded = [...said.kept.values()];
    for (const [key, each] of said.kept) this.#remember(key, each);
    this.#prunedBelow = said.prunedBelow;
    this.#watermark = said.watermark;
  }

  get records(): readonly GuardRecord[] {
    return this.#loaded.map(({ record }) => record);
  }

  /** As `records`, with rounds and bytes. */
  get logged(): readonly LoggedRecord[] {
    return this.#loaded;
  }

  get watermark(): Round {
    return this.#watermark;
  }

  append(records: readonly GuardRecord[], roundOf: RoundOf): Promise<void> {
    return this.#exclusively(async () => {
      const entries = records.flatMap((record) => {
        const entry = this.#admit(record, recordRound(record, roundOf));
        return entry === undefined ? [] : [entry];
      });
      await this.#write(entries);
    });
  }

  prune(belowRound: Round): Promise<void> {
    return this.#exclusively(async () => {
      if (belowRound <= this.#prunedBelow) return;
      await this.#write([{ kind: 'pruned', round: belowRound, bytes: NO_BYTES }]);
      this.#prunedBelow = belowRound;
      this.#watermark = laterRound(this.#watermark, belowRound);
      this.#loaded = this.#loaded.filter(({ record, round }) => {
        return round >= belowRound || isKeptForever(record);
      });
      for (const [key, { round, sizeBytes, isForever }] of this.#index) {
        if (round >= belowRound || isForever) continue;
        this.#index.delete(key);
        this.#liveBytes -= sizeBytes;
      }
      const deadBytes = this.#end.sizeBytes - this.#liveBytes;
      const isWorthIt = deadBytes > Math.max(this.#compactionBytesMin, this.#liveBytes);
      if (isWorthIt) await this.#compact();
    });
  }

  /**
   * Takes records of an export, below the watermark too, and raises the watermark first: a crash
   * in between leaves a guard that signs less, never more.
   * @returns for each record whether it is new, known, pruned here, or in conflict with ours
   */
  adopt(
    records: readonly LoggedRecord[],
    watermark: Round,
  ): Promise<readonly ('added' | 'known' | 'pruned' | 'conflict')[]> {
    return this.#exclusively(async () => {
      await this.#write([{ kind: 'watermark', round: watermark, bytes: NO_BYTES }]);
      this.#watermark = laterRound(this.#watermark, watermark);
      const entries: LogEntry[] = [];
      const results = records.map(({ record, round, bytes }) => {
        const key = recordKey(record);
        const known = this.#index.get(key);
        if (known !== undefined) return known.digest === digestOf(bytes) ? 'known' : 'conflict';
        if (round < this.#prunedBelow && !isKeptForever(record)) return 'pruned';
        this.#remember(key, { record, round, bytes });
        entries.push({ kind: 'record', round, bytes });
        return 'added';
      });
      await this.#write(entries);
      return results;
    });
  }

  async close(): Promise<void> {
    await this.#turn;
    if (this.#closed !== undefined) return;
    this.#closed = closedError();
    await Promise.all([this.#files.first.close(), this.#files.second.close()]);
  }

  /** One after the other; the first that fails is the last. */
  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(async () => {
      if (this.#closed !== undefined) throw this.#closed;
      try {
        return await work();
      } catch (error) {
        this.#closed = closedError(error);
        await Promise.allSettled([this.#files.first.close(), this.#files.second.close()]);
        const isOurs = error instanceof GuardError || error instanceof AssertionError;
        throw isOurs ? error : this.#failed(error);
      }
    });
    this.#turn = result.then(ignore, ignore);
    return result;
  }

  #failed(cause: unknown): GuardError {
    const isFull = cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC';
    const detail = {
      code: 'guard-write-failed',
      message: `the guard could not be written: ${String(cause)}`,
      where: this.#directory,
      remedy: `${isFull ? 'Free space on the disk' : 'Check the disk'}, then start again.`,
    };
    return new GuardError(detail, { cause });
  }

  /** [GUARD-2] Returns what has to be written for `record`: nothing if it is there already. */
  #admit(record: GuardRecord, round: Round): LogEntry | undefined {
    const bytes = encodeRecord(record);
    const key = recordKey(record);
    const known = this.#index.get(key);
    if (known?.digest === digestOf(bytes)) {
      assert(known.round === round, 'the round of a batch never changes');
      return undefined;
    }
    // [GUARD-2] another one under the same key was signed, or may have been
    if (known !== undefined) throw this.#refusal('guard-conflict', `a different one: ${key}`);
    // [GUARD-2] what was signed below the watermark is not known any more
    if (round < this.#watermark) {
      const reason = `round ${round} is below the watermark ${this.#watermark}: ${key}`;
      throw this.#refusal('guard-below-watermark', reason);
    }
    this.#remember(key, { record, round, bytes });
    return { kind: 'record', round, bytes };
  }

  #refusal(code: string, reason: string): GuardError {
    return new GuardError({
      code,
      message: `the sign guard refuses to sign ${reason}`,
      where: this.#directory,
      remedy: 'Make sure that this key runs on one machine only, then start again.',
    });
  }

  #remember(key: string, { record, round, bytes }: LoggedRecord): void {
    const sizeBytes = entrySizeBytes({ kind: 'record', round, bytes });
    const isForever = isKeptForever(record);
    this.#index.set(key, { round, digest: digestOf(bytes), sizeBytes, isForever });
    this.#liveBytes += sizeBytes;
  }

  /** [GUARD-1] First copy, flush, second copy, flush. */
  async #write(entries: readonly LogEntry[]): Promise<void> {
    const { first, second } = this.#files;
    for (const chunk of chunkEntries(entries)) {
      const { generation, head, frameCount, sizeBytes } = this.#end;
      const { bytes, hash } = encodeFrame(chunk, { previous: head, sequence: frameCount });
      const size = sizeBytes + bytes.length;
      if (size > GUARD_BYTES_MAX) {
        throw this.#refusal('guard-full', `more: it would be larger than ${GUARD_BYTES_MAX} bytes`);
      }
      await first.write(bytes);
      await first.sync();
      await second.write(bytes);
      await second.sync();
      this.#end = { generation, head: hash, frameCount: frameCount + 1, sizeBytes: size };
    }
  }

  async #compact(): Promise<void> {
    const [disk, end] = [this.#disk, this.#end];
    this.#end = await writeCompacted(disk, {
      paths: [join(this.#directory, FIRST_COPY), join(this.#directory, SECOND_COPY)],
      identity: this.#identity,
      end,
      prunedBelow: this.#prunedBelow,
      watermark: this.#watermark,
    });
    const old = this.#files;
    this.#files = await openCopies(disk, this.#directory);
    await Promise.all([old.first.close(), old.second.close()]);
  }
}

const NO_BYTES = new Uint8Array(0);

/** Opens both copies for writing at their ends. */
export async function openCopies(disk: Disk, directory: string): Promise<Files> {
  const first = await disk.append(join(directory, FIRST_COPY));
  return { first, second: await disk.append(join(directory, SECOND_COPY)) };
}

function closedError(cause?: unknown): GuardError {
  const detail = {
    code: 'guard-closed',
    message: 'the sign guard is closed: nothing is signed any more',
    remedy: 'Start again.',
  };
  return new GuardError(detail, { cause });
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64');
}

function ignore(): void {}
