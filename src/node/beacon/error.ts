/** What keeps a beacon server from starting. */
import { AssayError } from '../../base/index.ts';

/** Codes: `beacon-port`. */
export class BeaconError extends AssayError {
  override readonly name = 'BeaconError';
}
