/** Receipts: built from verified messages, verified offline, explained in plain words. */
export {
  decodeReceipt,
  decodeReceiptJson,
  encodeReceipt,
  encodeReceiptJson,
  type Receipt,
} from '../wire/index.ts';
export { type BuildResult, buildReceipt, type MissingPart } from './building.ts';
export { type ChainReading, encodeChain, encodeChainJson, readChain } from './chain-file.ts';
export {
  type Explanation,
  explain,
  type HolderExplanation,
  type LevelExplanation,
} from './explanation.ts';
export { type Gathered, gather, type SubjectMessages } from './gathering.ts';
export { type KnownChain, stepFaultWords, stepsFor } from './sets.ts';
export type { JudgementSummary, Quorum, ReceiptSummary } from './summary.ts';
export {
  type CheckOutcome,
  RECEIPT_CHECKS,
  type ReceiptCheck,
  type ReceiptVerification,
  verifyReceipt,
} from './verification.ts';
