/** How a run ends that broke a promise of the protocol. */
import { AssayError } from '../../../base/index.ts';

/** A promise of the protocol broke in a simulation: the result of interest, not bad input. */
export const EXIT_VIOLATION = 3;

/** An invariant that did not hold, told with the line to replay it. */
export class BrokenPromise extends AssayError {
  override readonly name = 'BrokenPromise';
}
