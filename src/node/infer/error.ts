/** Errors of asking a provider. */
import { AssayError } from '../../base/index.ts';

/** Codes are listed in the README of this folder; a provider's own refusals keep theirs. */
export class InferError extends AssayError {
  override readonly name = 'InferError';
}
