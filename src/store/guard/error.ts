/** Why the sign guard refuses: told once, with file, offset and what to do. */
import { AssayError } from '../../base/index.ts';

/**
 * The guard cannot be used, or must not sign what it was asked to. Codes: `guard-missing`,
 * `guard-exists`, `guard-damaged`, `guard-copies-disagree`, `guard-version`,
 * `guard-wrong-network`, `guard-wrong-owner`, `guard-write-failed`, `guard-closed`,
 * `guard-conflict`, `guard-below-watermark`, `guard-full`, `interchange-malformed`,
 * `interchange-wrong-network`, `interchange-wrong-owner`.
 */
export class GuardError extends AssayError {
  override readonly name = 'GuardError';
}

/** What to do about a guard that cannot be trusted any more; README.md, "Recovery". */
export const RECOVERY =
  'Nothing is signed. Keep both files as they are; never copy one over the other. ' +
  'Move the guard folder aside and make a new guard whose watermark lies above every round that ' +
  'this key may have signed, or import an export of it that is complete.';
