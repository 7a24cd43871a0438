/**
 * What the protocol needs of cryptography, with two implementations: `real` (Ed25519, BLS12-381)
 * and `stand-in` (keyed hashes of the same sizes, for simulations whose adversaries do not forge).
 * Both give the same decisions; a test holds them to it.
 */
import type { NodeId } from '../base/index.ts';

/** Checks what others signed. Synchronous and total: malformed keys and signatures are `false`. */
export interface Crypto {
  /** Tells whether `signature` (64 bytes) is that of `signer` over `message`. */
  verify(signer: NodeId, message: Uint8Array, signature: Uint8Array): boolean;
  /**
   * Tells whether `aggregate` (96 bytes) is the sum of the signatures of all `voteKeys` over one
   * `message`. No keys: `false`. The keys had their possession proved when they entered the set.
   */
  verifyAggregate(
    voteKeys: readonly Uint8Array[],
    message: Uint8Array,
    aggregate: Uint8Array,
  ): boolean;
  /** Returns the sum of signatures, or `undefined` if there are none or one is not in the group. */
  aggregate(signatures: readonly Uint8Array[]): Uint8Array | undefined;
  /** [KEY-1] Tells whether `proof` shows that `signer` holds the secret of `voteKey`. */
  verifyPossession(possession: {
    readonly signer: NodeId;
    readonly voteKey: Uint8Array;
    readonly networkId: Uint8Array;
    readonly proof: Uint8Array;
  }): boolean;
  /**
   * [TIME-1] Returns the 32 bytes of randomness of a beacon round if its signature (48 bytes) is
   * that of the chain; otherwise `undefined`.
   * @param chainKey public key of the beacon chain, 96 bytes
   */
  verifyBeacon(chainKey: Uint8Array, round: number, signature: Uint8Array): Uint8Array | undefined;
  /**
   * [TIME-1] Returns the randomness of several rounds of one chain, or `undefined` unless it signed
   * all of them. For those who have many at once: less than half the work of one by one.
   */
  verifyBeacons(
    chainKey: Uint8Array,
    rounds: readonly { readonly round: number; readonly signature: Uint8Array }[],
  ): readonly Uint8Array[] | undefined;
}

/** The secrets of one identity. */
export interface Signer {
  readonly id: NodeId;
  /** BLS12-381 public key in G1, 48 bytes. */
  readonly voteKey: Uint8Array;
  /** Returns the Ed25519 signature, 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
  /** Returns the BLS signature in G2, 96 bytes. */
  signVote(message: Uint8Array): Uint8Array;
  /** Returns 32 bytes that only the owner can compute, the same each time: salts. [COMMIT-1] */
  deriveSecret(label: Uint8Array): Uint8Array;
  /** [KEY-1] Returns the proof of possession of `voteKey` for one network, 96 bytes. */
  provePossession(networkId: Uint8Array): Uint8Array;
}

/** A beacon chain of one's own: devnets and simulations. */
export interface BeaconSource {
  /** Public key of the chain, 96 bytes. */
  readonly chainKey: Uint8Array;
  /** Returns the signature of `round`, 48 bytes, the same each time. */
  sign(round: number): Uint8Array;
}
