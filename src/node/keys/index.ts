/** Keys of a node: keystores, passphrases, secrets that do not show, one process per folder. */
export { type DirectoryLock, lockDirectory } from './directory-lock.ts';
export { KeyError } from './error.ts';
export {
  createKeystore,
  exportKeystore,
  importKeystore,
  inspectKeystore,
  type Keystore,
  type KeystoreInfo,
  type KeystoreMove,
  type KeystoreOptions,
  openKeystore,
} from './keystore.ts';
export { type PassphraseSource, readPassphrase } from './passphrase.ts';
export type { Terminal } from './prompt.ts';
export { Secret } from './secret.ts';
