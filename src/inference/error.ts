/** Faults of models and inputs, told to whoever brought them. */
import { AssayError } from '../base/index.ts';

/**
 * A model or an input that cannot be used, or an environment that cannot run one. Codes:
 * `model-refused`, `model-mismatch`, `input-missing`, `input-unknown`, `input-type`, `input-shape`,
 * `input-malformed`, `engine-closed`, `limits-out-of-range`, `variant-unavailable`,
 * `execution-<reason>` (by the command line).
 */
export class InferenceError extends AssayError {
  override readonly name = 'InferenceError';
}
