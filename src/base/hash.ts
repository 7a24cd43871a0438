/**
 * SHA-256 and the protocol's pseudo-random function.
 *
 * Pure JavaScript (`@noble/hashes`), because the core runs where `node:crypto` does not and needs
 * it synchronously; measured as fast as `node:crypto` for the inputs of 100 bytes found here.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';

/** Returns the 32-byte SHA-256 digest of `bytes`. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return nobleSha256(bytes);
}

/**
 * Returns HMAC-SHA-256 of `message` under `key`: 32 bytes that nobody can predict without the key.
 * @param key beacon randomness (32 bytes) for draws, or a secret of the owner for salts
 * @param message canonical dag-cbor of the domain and the arguments
 */
export function prf(key: Uint8Array, message: Uint8Array): Uint8Array {
  return hmac(nobleSha256, key, message);
}
