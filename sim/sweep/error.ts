/** What can go wrong around a sweep: folders, workers, Redis. Runs that fail are results, not errors. */
import { AssayError } from '../../src/base/index.ts';

/** A sweep that cannot begin or go on; `detail.code` is listed in the README of this folder. */
export class SweepError extends AssayError {
  override readonly name = 'SweepError';
}
