/** Faults of keystores, passphrases and locks, told to the operator. */
import { AssayError } from '../../base/index.ts';

/**
 * A key cannot be used. Codes: `keystore-missing`, `keystore-exists`, `keystore-malformed`,
 * `keystore-damaged`, `keystore-permissions`, `keystore-exported`, `keystore-unwritable`,
 * `passphrase-wrong`, `passphrase-weak`, `passphrase-missing`, `passphrase-malformed`,
 * `passphrase-mismatch`, `passphrase-interrupted`, `directory-locked`.
 */
export class KeyError extends AssayError {
  override readonly name = 'KeyError';
}
