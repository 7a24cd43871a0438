/** Messages and their canonical bytes, content ids, signing domains, bitmaps and limits. */
export * from './bitmap.ts';
export { type CanonicalValue, encodeCanonical } from './canonical.ts';
export { blobId, blobIdOfDigest, digestOfBlob, isBlobId, isRecordId } from './cid.ts';
export { nodeIdBytes } from './codec.ts';
export {
  batchId,
  claimId,
  type DecodeResult,
  decodeEntry,
  decodeMeasurement,
  decodeMessage,
  encodeClaim,
  encodeEntry,
  encodeHeaderBody,
  encodeMeasurement,
  encodeMessage,
} from './encoding.ts';
export { LIMITS } from './limits.ts';
export { measurementFits } from './measurement-codec.ts';
export * from './messages.ts';
export * from './signing.ts';
