/** Errors of what an operator does. */
import { AssayError } from '../../base/index.ts';

/**
 * `not-the-operator`, `step-refused`, `step-not-confirmed`, `request-malformed`,
 * `request-wrong-network`, `request-unproved`.
 */
export class OperatorError extends AssayError {
  override readonly name = 'OperatorError';
}
