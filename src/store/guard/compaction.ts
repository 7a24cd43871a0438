/**
 * Writes a log anew without what was pruned, so that a crash at any point leaves a pair that
 * `reconcile` knows: both new files are durable before the first is renamed, and that name is
 * durable before the second is. Nothing is appended meanwhile.
 */
import { dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { equalBytes, type Round } from '../../base/index.ts';
import type { Disk } from './disk.ts';
import type { LogEnd } from './guard-log.ts';
import {
  damaged,
  encodeFrame,
  encodeHeader,
  entrySizeBytes,
  FRAME_PAYLOAD_BYTES_MAX,
  type GuardIdentity,
  headerHash,
  type LogEntry,
  readFrames,
} from './log-format.ts';
import { decodeRecord, isKeptForever } from './record-codec.ts';

/** Ending of the name of a file that is not complete yet. */
export const UNFINISHED = '.new';

/** Splits entries into runs that each fit into a frame. */
export function chunkEntries(entries: readonly LogEntry[]): readonly (readonly LogEntry[])[] {
  const chunks: LogEntry[][] = [];
  let room = 0;
  for (const entry of entries) {
    const size = entrySizeBytes(entry);
    if (size > room) {
      chunks.push([]);
      room = FRAME_PAYLOAD_BYTES_MAX;
    }
    chunks.at(-1)?.push(entry);
    room -= size;
  }
  return chunks;
}

export type CompactionOptions = {
  /** First and second copy. */
  readonly paths: readonly [string, string];
  readonly identity: GuardIdentity;
  readonly end: LogEnd;
  readonly prunedBelow: Round;
  readonly watermark: Round;
};

/** Replaces both copies by the next generation. @returns where the new log ends */
export async function writeCompacted(disk: Disk, options: CompactionOptions): Promise<LogEnd> {
  const { paths, identity, end } = options;
  const [first, second] = paths;
  const chunks = chunkEntries(await keptEntries(disk, options));
  const generation = end.generation + 1;
  const header = { ...identity, generation, initialFrames: chunks.length, origin: end.head };
  let written = end;
  for (const path of paths) {
    written = await writeLog(disk, `${path}${UNFINISHED}`, {
      header: encodeHeader(header),
      chunks,
    });
  }
  for (const path of [first, second]) {
    await disk.rename(`${path}${UNFINISHED}`, path);
    await disk.syncFolder(dirname(path));
  }
  return { ...written, generation };
}

function isForever(bytes: Uint8Array): boolean {
  const record = decodeRecord(bytes);
  return record !== undefined && isKeptForever(record);
}

async function keptEntries(
  disk: Disk,
  { paths: [path], end, prunedBelow, watermark }: CompactionOptions,
): Promise<readonly LogEntry[]> {
  const none = new Uint8Array(0);
  const kept: LogEntry[] = [
    { kind: 'pruned', round: prunedBelow, bytes: none },
    { kind: 'watermark', round: watermark, bytes: none },
  ];
  let head: Uint8Array = none;
  for (const { entries, hash } of readFrames(path, await disk.read(path))) {
    head = hash;
    for (const entry of entries) {
      if (entry.kind !== 'record') continue;
      if (entry.round >= prunedBelow || isForever(entry.bytes)) kept.push(entry);
    }
    await nextTurn();
  }
  if (!equalBytes(head, end.head)) throw damaged(path, end.sizeBytes, 'the log lost its end');
  return kept;
}

/** What a new file begins with. */
export type LogContent = {
  readonly header: Uint8Array;
  readonly chunks: readonly (readonly LogEntry[])[];
};

/** Writes a new log, durable when it resolves. @returns where it ends; `generation` is 0 */
export async function writeLog(
  disk: Disk,
  path: string,
  { header, chunks }: LogContent,
): Promise<LogEnd> {
  const file = await disk.create(path);
  try {
    let end: LogEnd = {
      generation: 0,
      frameCount: 0,
      head: headerHash(header),
      sizeBytes: header.length,
    };
    await file.write(header);
    for (const chunk of chunks) {
      const frame = encodeFrame(chunk, { previous: end.head, sequence: end.frameCount });
      await file.write(frame.bytes);
      const sizeBytes = end.sizeBytes + frame.bytes.length;
      end = { generation: 0, frameCount: end.frameCount + 1, head: frame.hash, sizeBytes };
    }
    await file.sync();
    return end;
  } finally {
    await file.close();
  }
}
