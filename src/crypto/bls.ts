/**
 * BLS12-381 signatures of votes by `@chainsafe/blst`: keys in G1 (48 bytes), signatures in G2
 * (96 bytes), ciphersuite `BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_`.
 *
 * All points are checked to be canonical, in the group and not the identity. Keys are checked once
 * and then kept, because a committee's keys come again with each of its messages: 64 of them cost
 * 3.4 ms to parse and check, the aggregate verification itself 0.7 ms.
 *
 * The library fixes the domain separation tag, so a proof of possession is told from a vote by its
 * message (`SIGNING_DOMAINS`), not by its tag; the sets of messages are disjoint either way.
 *
 * @see draft-irtf-cfrg-bls-signature-05, sections 2 and 3.3
 */
import blst from '@chainsafe/blst';
import { toHex } from '../base/index.ts';

const KEY_BYTES = 48;
const SIGNATURE_BYTES = 96;
/** Four times the largest default level; a key takes about 0.3 KiB. */
const KEPT_KEYS_MAX = 4096;

/** Verifies votes, remembering the keys that passed their checks. */
export class BlsVerifier {
  readonly #keys = new Map<string, blst.PublicKey>();

  /** Tells whether `aggregate` is the sum of the signatures of all keys over `message`. Total. */
  verifyAggregate(
    voteKeys: readonly Uint8Array[],
    message: Uint8Array,
    aggregate: Uint8Array,
  ): boolean {
    if (aggregate.length !== SIGNATURE_BYTES) return false;
    try {
      const keys = voteKeys.map((voteKey) => this.#keyOf(voteKey));
      const signature = blst.Signature.fromBytes(aggregate, true, true);
      return blst.fastAggregateVerify(message, keys, signature);
    } catch {
      return false;
    }
  }

  /** @throws Error when the bytes are no point of the group, or the identity */
  #keyOf(voteKey: Uint8Array): blst.PublicKey {
    const name = toHex(voteKey);
    const kept = this.#keys.get(name);
    if (kept !== undefined) return kept;
    // [KEY-1] compressed, in the group, not the identity
    if (voteKey.length !== KEY_BYTES) throw new RangeError('a vote key has 48 bytes');
    const key = blst.PublicKey.fromBytes(voteKey, true);
    if (this.#keys.size >= KEPT_KEYS_MAX) this.#keys.clear();
    this.#keys.set(name, key);
    return key;
  }
}

/** Returns the sum of signatures; `undefined` if there are none or one is not in the group. */
export function aggregateBls(signatures: readonly Uint8Array[]): Uint8Array | undefined {
  if (signatures.some((signature) => signature.length !== SIGNATURE_BYTES)) return undefined;
  try {
    return new Uint8Array(blst.aggregateSignatures(signatures.map(pointOf)).toBytes());
  } catch {
    return undefined;
  }
}

/**
 * Points by the byte string that they were read from: votes are aggregated when they are checked
 * and again into a certificate, and reading one costs a fifth of a whole check. Byte strings of
 * messages are never changed.
 */
const points = new WeakMap<Uint8Array, blst.Signature>();

/** @throws Error when the bytes are no point of the group, or the identity */
function pointOf(signature: Uint8Array): blst.Signature {
  const known = points.get(signature);
  if (known !== undefined) return known;
  const point = blst.Signature.fromBytes(signature, true, true);
  points.set(signature, point);
  return point;
}

/** A BLS key pair. */
export type BlsKey = {
  readonly voteKey: Uint8Array;
  signVote(message: Uint8Array): Uint8Array;
};

/** Returns the key pair derived from 32 secret bytes (KeyGen of the draft, section 2.3). */
export function blsKey(secret: Uint8Array): BlsKey {
  const key = blst.SecretKey.fromKeygen(secret);
  return {
    voteKey: new Uint8Array(key.toPublicKey().toBytes()),
    signVote: (message) => new Uint8Array(key.sign(message).toBytes()),
  };
}
