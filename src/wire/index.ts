/** Messages and their canonical bytes, content ids, signing domains, bitmaps and limits. */
export * from './bitmap.ts';
export { type CanonicalValue, encodeCanonical } from './canonical.ts';
export { CHAIN_FILE_FORMAT, type ChainFile, chainDocument } from './chain-file.ts';
export { blobId, blobIdOfDigest, isBlobId, isRecordId } from './cid.ts';
export {
  asciiText,
  blobIdCodec,
  booleanCodec,
  bytesBetween,
  bytesOf,
  type Codec,
  digestCodec,
  listOf,
  nodeIdBytes,
  nodeIdCodec,
  oneOf,
  recordOf,
  roundCodec,
  uintBetween,
  unionOf,
} from './codec.ts';
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
export { type Format, formatOf, type ReadResult } from './format.ts';
export { LIMITS } from './limits.ts';
export { measurementCodec, measurementFits } from './measurement-codec.ts';
export {
  assuranceClassCodec,
  batchIdCodec,
  certificateCodec,
  claimCodec,
  claimIdCodec,
  executionClassCodec,
  headerCodec,
  leafIndexCodec,
  leafPathCodec,
  levelCodec,
  promiseBodyFields,
  requestBodyFields,
  sealCodec,
  signatureCodec,
  verdictCodec,
} from './message-codecs.ts';
export * from './messages.ts';
export * from './receipt.ts';
export {
  decodeReceipt,
  decodeReceiptJson,
  doStepsFit,
  encodeReceipt,
  encodeReceiptJson,
  type ReceiptDecodeResult,
} from './receipt-encoding.ts';
export * from './signing.ts';
export { settlementResultCodec, stakeCodec, stepBodyCodec } from './step-codecs.ts';
export * from './steps.ts';
