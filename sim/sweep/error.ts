/** What goes wrong around a sweep: folders, workers, Redis. A run that fails is a result. */
import { AssayError } from '../../src/base/index.ts';

/** A sweep that cannot begin or go on; `detail.code` is listed in the README of this folder. */
export class SweepError extends AssayError {
  override readonly name = 'SweepError';
}
