/** Why a command could not speak with the node that runs with a folder. */
import { AssayError } from '../../base/index.ts';

/** `node-not-running`, `node-silent`, `node-of-other-release`, `control-refused`. */
export class ControlError extends AssayError {
  override readonly name = 'ControlError';
}
