/** [WIRE-1] Messages, entries and measurements as canonical dag-cbor, and strictly back. */
import type { BatchId, ClaimId, Measurement } from '../base/index.ts';
import { assert } from '../base/index.ts';
import { cidBytesOf, cidText, DAG_CBOR } from './cid.ts';
import type { Codec } from './codec.ts';
import { Malformed } from './codec.ts';
import { encodeData } from './data.ts';
import { readStrictly, readTotally } from './format.ts';
import { LIMITS } from './limits.ts';
import { measurementCodec, measurementFits } from './measurement-codec.ts';
import { claimCodec, entryCodec, headerBodyCodec, messageCodecOf } from './message-codecs.ts';
import type { BundleEntry, Claim, Decoded, EncodedEntry, HeaderBody, Message } from './messages.ts';

const encodedEntryCodec: Codec<EncodedEntry> = {
  write: (value) => {
    assert(value.bytes.length <= LIMITS.entryBytes, 'an entry keeps its size limit');
    return value.bytes;
  },
  read: (data) => {
    if (!(data instanceof Uint8Array)) throw new Malformed('expected the bytes of an entry');
    return { entry: readStrictly(entryCodec, data, LIMITS.entryBytes), bytes: data };
  },
};

const messageCodec = messageCodecOf(encodedEntryCodec);

/** What a reader makes of bytes: the value, or why it is none. */
export type DecodeResult =
  | { readonly kind: 'ok'; readonly decoded: Decoded }
  | { readonly kind: 'malformed'; readonly reason: string };

/**
 * Returns the bytes of `message`, at most `LIMITS.messageBytes`.
 * @throws AssertionError when a field exceeds its limit: our own message must be acceptable
 */
export function encodeMessage(message: Message): Uint8Array {
  const bytes = encodeData(messageCodec.write(message));
  assert(bytes.length <= LIMITS.messageBytes, 'a message keeps the size limit');
  return bytes;
}

/**
 * Reads a message. Total: does not throw, whatever the bytes are.
 * @param bytes kept in the result, not copied: the caller does not change them afterwards
 */
export function decodeMessage(bytes: Uint8Array): DecodeResult {
  const result = readTotally(messageCodec, bytes, LIMITS.messageBytes);
  if (result.kind === 'malformed') return result;
  return { kind: 'ok', decoded: { bytes, message: result.value } };
}

/**
 * Returns an entry with its bytes, ready for a bundle.
 * @throws AssertionError when a field or the whole exceeds its limit
 */
export function encodeEntry(entry: BundleEntry): EncodedEntry {
  const bytes = encodeData(entryCodec.write(entry));
  assert(bytes.length <= LIMITS.entryBytes, 'an entry keeps its size limit');
  return { entry, bytes };
}

/** Reads an entry that was kept apart from its bundle. Total: does not throw. */
export function decodeEntry(bytes: Uint8Array): EncodedEntry | undefined {
  const result = readTotally(entryCodec, bytes, LIMITS.entryBytes);
  return result.kind === 'ok' ? { entry: result.value, bytes } : undefined;
}

/**
 * Returns the bytes of a measurement, as commitments and the sign guard hold them.
 * @throws AssertionError unless `measurementFits`
 */
export function encodeMeasurement(measurement: Measurement): Uint8Array {
  assert(measurementFits(measurement), 'a measurement keeps its limits');
  return encodeData(measurementCodec.write(measurement));
}

/** Returns the measurement of `bytes`, or `undefined` if they are none. Does not throw. */
export function decodeMeasurement(bytes: Uint8Array): Measurement | undefined {
  const result = readTotally(measurementCodec, bytes, LIMITS.measurementBytes);
  return result.kind === 'ok' ? result.value : undefined;
}

/** Returns the bytes of a claim: the leaf of its batch. */
export function encodeClaim(claim: Claim): Uint8Array {
  return encodeData(claimCodec.write(claim));
}

/** [CLAIM-1] Returns the content id of a claim. */
export function claimId(claim: Claim): ClaimId {
  return cidText(cidBytesOf(DAG_CBOR, encodeClaim(claim))) as ClaimId;
}

/** Returns the bytes of what a provider signs; other fields of a header message are left out. */
export function encodeHeaderBody(header: HeaderBody): Uint8Array {
  return encodeData(headerBodyCodec.write(header));
}

/** Ids of headers by the record itself: records are never changed, and asked for often. */
const batchIds = new WeakMap<HeaderBody, BatchId>();

/** [CLAIM-1] Returns the content id of a batch: of its header without type and signature. */
export function batchId(header: HeaderBody): BatchId {
  const known = batchIds.get(header);
  if (known !== undefined) return known;
  const id = cidText(cidBytesOf(DAG_CBOR, encodeHeaderBody(header))) as BatchId;
  batchIds.set(header, id);
  return id;
}
