/**
 * Assay as a library: `import { Requester } from 'assay'`. Asks for inferences, follows claims,
 * reads network files, and checks receipts; what the command line does, for programs.
 *
 * Everything here is meant to stay: what is not exported may change without notice. Its errors are
 * `AssayError`s with stable codes. See "As a library" in the README of `src/node`.
 */
import './polyfill.ts';

export {
  AssayError,
  type BatchId,
  type BlobId,
  type ClaimId,
  type Digest,
  type ErrorDetail,
  type ModelManifest,
  type NodeId,
  type Round,
  type Subject,
  type TensorType,
  type Verdict,
} from './base/index.ts';
export {
  decodeTensors,
  encodeTensors,
  numbersOf,
  type OutputTensor,
  outputDigest,
  type Tensor,
  tensorsOfBlock,
} from './compare/index.ts';
export type { Network, SetChain } from './core/index.ts';
export { type Crypto, realCrypto } from './crypto/index.ts';
export {
  loadNetworkFile,
  type NetworkFile,
  NetworkFileError,
  networkOf,
  readNetworkFile,
  verifyNetworkFile,
} from './network-file/index.ts';
export {
  type Answered,
  type ClaimOutcome,
  HostError,
  InferError,
  type Inference,
  type InferOptions,
  LightClient,
  type LightClientOptions,
  NodeError,
  type NodeStatus,
  Requester,
  RpcError,
} from './node/index.ts';
export {
  buildReceipt,
  decodeReceipt,
  decodeReceiptJson,
  type Explanation,
  encodeReceipt,
  encodeReceiptJson,
  explain,
  RECEIPT_CHECKS,
  type Receipt,
  type ReceiptCheck,
  type ReceiptSummary,
  type ReceiptVerification,
  readChain,
  verifyReceipt,
} from './receipt/index.ts';
export { blobId, type HeaderMessage, type Message, type PromiseMessage } from './wire/index.ts';
