/**
 * The bytes of one copy of the guard: a header, then frames in a hash chain. One append is one
 * frame, so that the end of a frame is the end of an append.
 *
 * Everything but the tail of a frame that was being written is covered by SHA-256: no single bit
 * can change without being noticed. Layout in README.md.
 */
import { createHash } from 'node:crypto';
import {
  assert,
  concatBytes,
  equalBytes,
  type NodeId,
  type Round,
  round,
  toHex,
  uint64Bytes,
  utf8,
} from '../../base/index.ts';
import { nodeIdBytes } from '../../wire/index.ts';
import { GuardError, RECOVERY } from './error.ts';
import { RECORD_BYTES_MAX } from './record-codec.ts';

/** Whose guard it is, and on which network. */
export type GuardIdentity = {
  /** 32 bytes: hash of the network file. */
  readonly networkId: Uint8Array;
  readonly owner: NodeId;
};

/** What stands at the start of a copy. */
export type LogHeader = GuardIdentity & {
  /** How often the log was compacted. */
  readonly generation: number;
  /** Frames that the log was born with; the others were appended. */
  readonly initialFrames: number;
  /** Hash of the last frame of the log that this one was compacted from; zeros in the first. */
  readonly origin: Uint8Array;
};

const ENTRY_KINDS = ['record', 'pruned', 'watermark'] as const;

/**
 * `record`: canonical bytes of a `GuardRecord` of `round`. `pruned`: what concerns rounds below
 * `round` is forgotten and never signed again. `watermark`: nothing new below `round` is signed.
 */
export type LogEntry = {
  readonly kind: (typeof ENTRY_KINDS)[number];
  readonly round: Round;
  /** Empty unless `kind` is `record`. */
  readonly bytes: Uint8Array;
};

export type Frame = {
  readonly entries: readonly LogEntry[];
  /** Hash of this frame and, by the chain, of all before it. */
  readonly hash: Uint8Array;
  readonly startOffset: number;
  readonly endOffset: number;
};

const MAGIC = utf8('assay sign guard');
const FORMAT_VERSION = 1;
const HASH_BYTES = 32;
const VERSION_OFFSET = MAGIC.length;
const NETWORK_OFFSET = VERSION_OFFSET + 4;
const OWNER_OFFSET = NETWORK_OFFSET + 32;
const GENERATION_OFFSET = OWNER_OFFSET + 32;
const INITIAL_FRAMES_OFFSET = GENERATION_OFFSET + 8;
const ORIGIN_OFFSET = INITIAL_FRAMES_OFFSET + 8;
const HEADER_HASH_OFFSET = ORIGIN_OFFSET + HASH_BYTES;

/** Bytes of the header. */
export const HEADER_BYTES = HEADER_HASH_OFFSET + HASH_BYTES;

/** Bytes of the entries of one frame: a thousand promises, some milliseconds of hashing. */
export const FRAME_PAYLOAD_BYTES_MAX = 1_048_576;
const FRAME_HEAD_BYTES = 20;
const SEQUENCE_OFFSET = 4;
const CHECK_OFFSET = 12;
const CHECK_BYTES = FRAME_HEAD_BYTES - CHECK_OFFSET;
const ENTRY_HEAD_BYTES = 13;

/** Bytes that an entry takes in a frame. */
export function entrySizeBytes(entry: LogEntry): number {
  return ENTRY_HEAD_BYTES + entry.bytes.length;
}

/** Returns the bytes of a header. Their last 32 are the hash that the first frame follows. */
export function encodeHeader(header: LogHeader): Uint8Array {
  assert(header.networkId.length === 32, 'a network id has 32 bytes');
  assert(header.origin.length === HASH_BYTES, 'an origin is a hash');
  const covered = concatBytes(
    MAGIC,
    uint32Bytes(FORMAT_VERSION),
    header.networkId,
    nodeIdBytes(header.owner),
    uint64Bytes(BigInt(header.generation)),
    uint64Bytes(BigInt(header.initialFrames)),
    header.origin,
  );
  return concatBytes(covered, sha256Of(covered));
}

/** Returns the bytes of frame number `sequence` (from 0) after the frame of hash `previous`. */
export function encodeFrame(
  entries: readonly LogEntry[],
  { previous, sequence }: { readonly previous: Uint8Array; readonly sequence: number },
): { readonly bytes: Uint8Array; readonly hash: Uint8Array } {
  const payload = concatBytes(...entries.flatMap(entryParts));
  assert(payload.length > 0, 'a frame has an entry');
  assert(payload.length <= FRAME_PAYLOAD_BYTES_MAX, 'a frame keeps its size limit');
  const place = concatBytes(uint32Bytes(payload.length), uint64Bytes(BigInt(sequence)));
  const hash = sha256Of(previous, place, payload);
  return { bytes: concatBytes(place, checkOf(previous, place), payload, hash), hash };
}

function entryParts({ kind, round: entryRound, bytes }: LogEntry): readonly Uint8Array[] {
  const head = concatBytes(
    Uint8Array.of(ENTRY_KINDS.indexOf(kind)),
    uint64Bytes(BigInt(entryRound)),
    uint32Bytes(bytes.length),
  );
  return [head, bytes];
}

/**
 * Reads the header of a copy and demands that it is ours.
 * @param path of the copy, for messages
 * @throws GuardError `guard-damaged`, `guard-version`, `guard-wrong-network`, `guard-wrong-owner`
 */
export function readHeader(path: string, bytes: Uint8Array, identity: GuardIdentity): LogHeader {
  const isWhole =
    bytes.length >= HEADER_BYTES &&
    equalBytes(bytes.subarray(0, MAGIC.length), MAGIC) &&
    equalBytes(
      sha256Of(bytes.subarray(0, HEADER_HASH_OFFSET)),
      bytes.subarray(HEADER_HASH_OFFSET, HEADER_BYTES),
    );
  if (!isWhole) throw damaged(path, 0, 'the header is not what was written');
  const view = viewOf(bytes);
  const version = view.getUint32(VERSION_OFFSET);
  if (version !== FORMAT_VERSION) {
    throw new GuardError({
      code: 'guard-version',
      message: `the guard has format ${version}, this program reads ${FORMAT_VERSION}`,
      where: path,
      remedy: 'Use the release of assay that wrote it.',
    });
  }
  assertIdentity(path, bytes, identity);
  return {
    ...identity,
    generation: Number(view.getBigUint64(GENERATION_OFFSET)),
    initialFrames: Number(view.getBigUint64(INITIAL_FRAMES_OFFSET)),
    origin: bytes.slice(ORIGIN_OFFSET, HEADER_HASH_OFFSET),
  };
}

function assertIdentity(path: string, bytes: Uint8Array, identity: GuardIdentity): void {
  const network = bytes.subarray(NETWORK_OFFSET, OWNER_OFFSET);
  if (!equalBytes(network, identity.networkId)) {
    throw new GuardError({
      code: 'guard-wrong-network',
      message: `the guard is of network ${toHex(network)}, not of ${toHex(identity.networkId)}`,
      where: path,
      remedy: 'Give the network file that this folder was made for, or use another folder.',
    });
  }
  const owner = toHex(bytes.subarray(OWNER_OFFSET, GENERATION_OFFSET));
  if (owner !== identity.owner) {
    throw new GuardError({
      code: 'guard-wrong-owner',
      message: `the guard belongs to key ${owner}, not to ${identity.owner}`,
      where: path,
      remedy: 'Each key has a guard of its own: use the folder that belongs to this keystore.',
    });
  }
}

/** Returns the hash that the first frame of a log follows. */
export function headerHash(bytes: Uint8Array): Uint8Array {
  return bytes.slice(HEADER_HASH_OFFSET, HEADER_BYTES);
}

/**
 * Reads the frames of a copy, one at a time. What is left after the last whole one is shorter than
 * a frame: it was being written when the process ended.
 * @param bytes the whole copy; entries are views of it
 * @throws GuardError `guard-damaged`, with the offset, if a byte is not what was written
 */
export function* readFrames(path: string, bytes: Uint8Array): Generator<Frame, void> {
  const view = viewOf(bytes);
  let previous = headerHash(bytes);
  let at = HEADER_BYTES;
  for (let sequence = 0; bytes.length - at >= FRAME_HEAD_BYTES; sequence++) {
    const place = bytes.subarray(at, at + CHECK_OFFSET);
    const check = bytes.subarray(at + CHECK_OFFSET, at + FRAME_HEAD_BYTES);
    const isNext = view.getBigUint64(at + SEQUENCE_OFFSET) === BigInt(sequence);
    if (!isNext || !equalBytes(check, checkOf(previous, place))) {
      throw damaged(path, at, `frame ${sequence} does not follow the one before it`);
    }
    const payloadOffset = at + FRAME_HEAD_BYTES;
    const hashOffset = payloadOffset + view.getUint32(at);
    const endOffset = hashOffset + HASH_BYTES;
    if (endOffset > bytes.length) return;
    const payload = bytes.subarray(payloadOffset, hashOffset);
    const hash = sha256Of(previous, place, payload);
    if (!equalBytes(hash, bytes.subarray(hashOffset, endOffset))) {
      throw damaged(path, at, `frame ${sequence} is not what was written`);
    }
    yield { entries: readEntries(path, payload, at), hash, startOffset: at, endOffset };
    previous = hash;
    at = endOffset;
  }
}

function readEntries(path: string, payload: Uint8Array, frameOffset: number): readonly LogEntry[] {
  const view = viewOf(payload);
  const entries: LogEntry[] = [];
  let at = 0;
  while (at < payload.length) {
    if (payload.length - at < ENTRY_HEAD_BYTES) throw damaged(path, frameOffset, 'a cut entry');
    const kind = ENTRY_KINDS[view.getUint8(at)];
    const entryRound = Number(view.getBigUint64(at + 1));
    const start = at + ENTRY_HEAD_BYTES;
    const end = start + view.getUint32(at + 9);
    const isEntry = kind !== undefined && Number.isSafeInteger(entryRound);
    if (!isEntry || end > payload.length || end - start > RECORD_BYTES_MAX) {
      throw damaged(path, frameOffset, 'an entry of no known kind or size');
    }
    entries.push({ kind, round: round(entryRound), bytes: payload.subarray(start, end) });
    at = end;
  }
  return entries;
}

/** The error for bytes of a copy that are not what was written. */
export function damaged(path: string, offset: number, message: string): GuardError {
  return new GuardError({
    code: 'guard-damaged',
    message,
    where: `${path}, offset ${offset}`,
    remedy: RECOVERY,
  });
}

function checkOf(previous: Uint8Array, place: Uint8Array): Uint8Array {
  return sha256Of(previous, place).subarray(0, CHECK_BYTES);
}

function sha256Of(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

function uint32Bytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
