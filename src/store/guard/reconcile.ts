/**
 * [GUARD-2] What two copies on disk say together: the log and how to mend a copy that a crash left
 * behind, or a refusal. Only states that a crash can leave are mended; whatever is mended, nothing
 * that was ever acknowledged is lost, because an append resolves after both copies are durable.
 */
import { assert, equalBytes, type Round, round } from '../../base/index.ts';
import type { GuardRecord } from '../../core/index.ts';
import { GuardError, RECOVERY } from './error.ts';
import {
  damaged,
  type Frame,
  type GuardIdentity,
  HEADER_BYTES,
  headerHash,
  type LogHeader,
  readFrames,
  readHeader,
} from './log-format.ts';
import { decodeRecord, isKeptForever, recordKey, roundNamedBy } from './record-codec.ts';

/** One file, read and checked. */
export type Copy = {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly header: LogHeader;
  readonly frames: readonly Frame[];
  /** Hash of the last frame, or of the header. */
  readonly head: Uint8Array;
  /** End of the last whole frame: less than the file if its tail is torn. */
  readonly endOffset: number;
};

/** What is done to a copy before the guard is used. */
export type Mend =
  | { readonly kind: 'nothing' }
  /** The write of a frame to the first copy was cut short: nobody was told it is there. */
  | { readonly kind: 'cut-first' }
  /** The process ended between the two copies. */
  | { readonly kind: 'complete-second' }
  /** The process ended between the two renames of a compaction. */
  | { readonly kind: 'replace-second' };

/**
 * Reads one copy.
 * @throws GuardError if it is damaged, or of another network, key or format
 */
export function readCopy(path: string, bytes: Uint8Array, identity: GuardIdentity): Copy {
  const header = readHeader(path, bytes, identity);
  const frames = [...readFrames(path, bytes)];
  const last = frames.at(-1);
  if (frames.length < header.initialFrames) {
    throw damaged(path, bytes.length, 'frames that the log was born with are missing');
  }
  return {
    path,
    bytes,
    header,
    frames,
    head: last?.hash ?? headerHash(bytes),
    endOffset: last?.endOffset ?? HEADER_BYTES,
  };
}

/**
 * Decides how the second copy follows from the first.
 * @throws GuardError `guard-copies-disagree` if no crash can have left them so
 */
export function reconcile(first: Copy, second: Copy): Mend {
  if (first.header.generation === second.header.generation + 1)
    return reconcileCompacted(first, second);
  const ahead = first.frames.length - second.frames.length;
  if (first.header.generation !== second.header.generation) throw disagree(first, second);
  // [GUARD-2] The second copy is a prefix of the first by at most one append, byte for byte.
  if (!isPrefix(second.bytes, first.bytes)) throw disagree(first, second);
  if (ahead === 1 && !isTorn(first)) return { kind: 'complete-second' };
  if (ahead !== 0 || isTorn(second)) throw disagree(first, second);
  return { kind: isTorn(first) ? 'cut-first' : 'nothing' };
}

function reconcileCompacted(first: Copy, second: Copy): Mend {
  const isFresh = first.frames.length === first.header.initialFrames && !isTorn(first);
  const follows = equalBytes(first.header.origin, second.head) && !isTorn(second);
  if (!isFresh || !follows) throw disagree(first, second);
  return { kind: 'replace-second' };
}

function isTorn(copy: Copy): boolean {
  return copy.endOffset < copy.bytes.length;
}

function isPrefix(part: Uint8Array, whole: Uint8Array): boolean {
  return part.length <= whole.length && equalBytes(part, whole.subarray(0, part.length));
}

function disagree(first: Copy, second: Copy): GuardError {
  const length = Math.min(first.bytes.length, second.bytes.length);
  let offset = 0;
  while (offset < length && first.bytes[offset] === second.bytes[offset]) offset++;
  const sizes = `${first.frames.length} and ${second.frames.length} appends`;
  return new GuardError({
    code: 'guard-copies-disagree',
    message: `the two copies of the guard disagree (${sizes}): one was changed or rolled back`,
    where: `${first.path} and ${second.path}, offset ${offset}`,
    remedy: RECOVERY,
  });
}

/** A record with its round and its place in the log. */
export type LoggedRecord = {
  readonly record: GuardRecord;
  readonly round: Round;
  readonly bytes: Uint8Array;
};

/** What a log says. */
export type Replay = {
  /** By `recordKey`, in the order in which they were appended. */
  readonly kept: ReadonlyMap<string, LoggedRecord>;
  /** Rounds below were forgotten. */
  readonly prunedBelow: Round;
  /** Nothing new below is signed. */
  readonly watermark: Round;
};

/** Returns what the frames of `copy` say. @throws GuardError `guard-damaged` */
export function replay({ path, frames }: Copy): Replay {
  const kept = new Map<string, LoggedRecord>();
  let prunedBelow = round(0);
  let watermark = round(0);
  for (const { entries, startOffset } of frames) {
    for (const entry of entries) {
      if (entry.kind !== 'record') {
        watermark = laterRound(watermark, entry.round);
        if (entry.kind === 'pruned') prunedBelow = laterRound(prunedBelow, entry.round);
        continue;
      }
      const record = decodeRecord(entry.bytes);
      const named = record && roundNamedBy(record);
      if (record === undefined || (named !== undefined && named !== entry.round)) {
        throw damaged(path, startOffset, 'a record that is none');
      }
      const key = recordKey(record);
      if (kept.has(key)) throw damaged(path, startOffset, `two records of one key: ${key}`);
      kept.set(key, { record, round: entry.round, bytes: entry.bytes });
    }
  }
  for (const [key, { record, round: recordRound }] of kept) {
    if (recordRound < prunedBelow && !isKeptForever(record)) kept.delete(key);
  }
  assert(prunedBelow <= watermark, 'what was pruned lies below the watermark');
  return { kept, prunedBelow, watermark };
}

/** Returns the later of two rounds. */
export function laterRound(a: Round, b: Round): Round {
  return a > b ? a : b;
}
