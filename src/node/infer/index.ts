/** Requests to providers, and their answers. */
export { InferError } from './error.ts';
export {
  type Inference,
  type Refusal,
  readInference,
  readRequest,
  writeInference,
  writeRefusal,
  writeRequest,
} from './protocol.ts';
export { type RequestLimits, RequestQueue } from './request-queue.ts';
export { StreamPool } from './stream-pool.ts';
