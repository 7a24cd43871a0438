/** Errors of asking other nodes. */
import { AssayError } from '../../base/index.ts';

/** `rpc-failed`, `rpc-answer-too-large`. */
export class RpcError extends AssayError {
  override readonly name = 'RpcError';
}
