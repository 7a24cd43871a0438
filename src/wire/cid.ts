/**
 * Content ids as text and as bytes: CIDv1, SHA-256, codec dag-cbor (batches, claims) or raw
 * (blobs), base32 lower case without padding.
 *
 * Converts directly between the 36 bytes and the 59 characters, because the general parser and
 * printer of `multiformats` cost four times the decoding of the whole message around them; a test
 * holds both to the same results.
 *
 * @see https://github.com/multiformats/cid and RFC 4648, section 6
 */
import { CID } from 'multiformats/cid';
import type { BatchId, BlobId, ClaimId, Digest } from '../base/index.ts';
import { assert, sha256 } from '../base/index.ts';

/** Multicodec number of canonical dag-cbor. */
export const DAG_CBOR = 0x71;
/** Multicodec number of plain bytes. */
export const RAW = 0x55;
export type ContentCodec = typeof DAG_CBOR | typeof RAW;

/** CIDv1, codec, SHA-256, 32 bytes: four bytes before the digest. */
export const CID_BYTES = 36;
const PREFIX_BYTES = 4;
const VERSION = 1;
const SHA_256 = 0x12;
const DIGEST_BYTES = 32;
/** Multibase prefix of base32. */
const BASE32 = 'b';
const TEXT_CHARS = 59;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const VALUE_OF_CODE = new Int8Array(128).fill(-1);
for (let i = 0; i < ALPHABET.length; i++) VALUE_OF_CODE[ALPHABET.charCodeAt(i)] = i;

/** Returns the 36 bytes of the content id of `content` under `codec`. */
export function cidBytesOf(codec: ContentCodec, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(CID_BYTES);
  bytes.set([VERSION, codec, SHA_256, DIGEST_BYTES]);
  bytes.set(sha256(content), PREFIX_BYTES);
  return bytes;
}

/** Tells whether `bytes` is a CIDv1 of `codec` with a SHA-256 digest. */
export function isCidBytes(codec: ContentCodec, bytes: Uint8Array): boolean {
  return (
    bytes.length === CID_BYTES &&
    bytes[0] === VERSION &&
    bytes[1] === codec &&
    bytes[2] === SHA_256 &&
    bytes[3] === DIGEST_BYTES
  );
}

/** Returns the base32 text of 36 bytes: `b` and 58 characters, the last with two zero bits. */
export function cidText(bytes: Uint8Array): string {
  assert(bytes.length === CID_BYTES, 'a content id has 36 bytes');
  let text = BASE32;
  let bits = 0;
  let pending = 0;
  for (let i = 0; i < CID_BYTES; i++) {
    pending = (pending << 8) | (bytes[i] as number);
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(pending >> bits) & 31];
    }
    pending &= (1 << bits) - 1;
  }
  return text + ALPHABET[(pending << (5 - bits)) & 31];
}

/**
 * Returns the 36 bytes of a content id of `codec`, or `undefined` if `text` is none (other length,
 * alphabet, codec or hash, or bits left over).
 */
export function cidBytes(codec: ContentCodec, text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length !== TEXT_CHARS || text[0] !== BASE32) return undefined;
  const bytes = new Uint8Array(CID_BYTES);
  let bits = 0;
  let pending = 0;
  let at = 0;
  for (let i = 1; i < TEXT_CHARS; i++) {
    const code = text.charCodeAt(i);
    const value = code < 128 ? (VALUE_OF_CODE[code] as number) : -1;
    if (value < 0) return undefined;
    pending = (pending << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = pending >> bits;
      pending &= (1 << bits) - 1;
    }
  }
  return pending === 0 && isCidBytes(codec, bytes) ? bytes : undefined;
}

/** Returns the link object that dag-cbor writes under tag 42. */
export function linkOf(codec: ContentCodec, bytes: Uint8Array<ArrayBuffer>): CID {
  const multihash = {
    code: SHA_256,
    size: DIGEST_BYTES,
    digest: bytes.subarray(PREFIX_BYTES),
    bytes: bytes.subarray(2),
  };
  return new CID(VERSION, codec, multihash, bytes);
}

/** Returns the 36 bytes of a link that dag-cbor read, or `undefined` if `value` is no link. */
export function linkBytes(value: unknown): Uint8Array | undefined {
  return value instanceof CID ? value.bytes : undefined;
}

/** Tells whether `text` is the content id of a blob: raw, SHA-256, base32. */
export function isBlobId(text: string): text is BlobId {
  return cidBytes(RAW, text) !== undefined;
}

/** Tells whether `text` is the content id of a batch or a claim: dag-cbor, SHA-256, base32. */
export function isRecordId(text: string): text is BatchId & ClaimId {
  return cidBytes(DAG_CBOR, text) !== undefined;
}

/** Returns the content id of a model, an input or an output: CIDv1, raw, SHA-256. */
export function blobId(bytes: Uint8Array): BlobId {
  return cidText(cidBytesOf(RAW, bytes)) as BlobId;
}

/** Returns the content id of the blob with this SHA-256: an output is served by its digest. */
export function blobIdOfDigest(hash: Digest): BlobId {
  const bytes = new Uint8Array(CID_BYTES);
  bytes.set([VERSION, RAW, SHA_256, DIGEST_BYTES]);
  bytes.set(hash, PREFIX_BYTES);
  return cidText(bytes) as BlobId;
}

/** Returns the 36 bytes of a batch or claim id. */
export function recordIdBytes(id: BatchId | ClaimId): Uint8Array {
  const bytes = cidBytes(DAG_CBOR, id);
  assert(bytes !== undefined, 'a batch or claim id is a dag-cbor content id');
  return bytes;
}
