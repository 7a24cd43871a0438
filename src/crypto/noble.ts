/**
 * The checks of `realCrypto` a second time, by other code: `@noble/curves` in place of OpenSSL and
 * blst. For those who check a receipt in a browser, and do not want to trust the libraries that the
 * nodes trust. The same decisions on every input; a property test holds the two to it.
 *
 * Ed25519 is the rule of `ed25519.ts` built from points, because the library's own `verify` takes
 * the equation times the cofactor: it accepts signatures that OpenSSL refuses.
 *
 * Limit: beacons are checked by `beacon.ts`, as in nodes, where they are checked by this library
 * already. Slower: 16 votes in one aggregate take 63 ms (blst: 1), a proof of possession 33 ms.
 */
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, equalBytes, fromHex, type NodeId } from '../base/index.ts';
import { possessionSigningBytes } from '../wire/index.ts';
import { verifyDrandBeacon, verifyDrandBeacons } from './beacon.ts';
import type { Crypto } from './crypto.ts';

/** Checks real signatures without OpenSSL and blst: runs in a browser. */
export const nobleCrypto: Crypto = {
  verify: (signer, message, signature) =>
    totally(() => isEd25519SignatureOf(signer, { message, signature })) ?? false,
  verifyAggregate: (voteKeys, message, aggregate) =>
    totally(() => isAggregateOf(voteKeys, { message, aggregate })) ?? false,
  aggregate: (signatures) =>
    signatures.length === 0 ? undefined : totally(() => sumOf(signatures)),
  verifyPossession: ({ signer, voteKey, networkId, proof }) =>
    totally(() => {
      const message = possessionSigningBytes(networkId, { signer, voteKey });
      return (
        keyPointOf(signer) !== undefined && isAggregateOf([voteKey], { message, aggregate: proof })
      );
    }) ?? false,
  verifyBeacon: verifyDrandBeacon,
  verifyBeacons: verifyDrandBeacons,
};

const VOTE_DOMAIN = 'BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_';
const VOTE_KEY_BYTES = 48;
const VOTE_SIGNATURE_BYTES = 96;
const VOTE_IDENTITY = Uint8Array.from([0xc0, ...new Uint8Array(VOTE_SIGNATURE_BYTES - 1)]);
const ED25519_SIGNATURE_BYTES = 64;
const HALF_BYTES = 32;
const votes = bls12_381.longSignatures;
const { Point } = ed25519;

/** Malformed bytes make the library throw: they are no signatures. */
function totally<T>(check: () => T): T | undefined {
  try {
    return check();
  } catch {
    return undefined;
  }
}

/** The point of a key that is canonical and not of small order. @throws Error if it is no point */
function keyPointOf(signer: NodeId): InstanceType<typeof Point> | undefined {
  const bytes = fromHex(signer);
  if (bytes === undefined) return undefined;
  const point = Point.fromBytes(bytes, false);
  return point.isSmallOrder() ? undefined : point;
}

type Signed = { readonly message: Uint8Array; readonly signature: Uint8Array };

/**
 * S·B − h·A encodes to R, without the cofactor.
 * @throws RangeError when S is not below the order of the group
 */
function isEd25519SignatureOf(signer: NodeId, { message, signature }: Signed): boolean {
  const keyBytes = fromHex(signer);
  const key = keyPointOf(signer);
  if (keyBytes === undefined || key === undefined) return false;
  if (signature.length !== ED25519_SIGNATURE_BYTES) return false;
  const r = signature.subarray(0, HALF_BYTES);
  const s = littleEndian(signature.subarray(HALF_BYTES));
  const h = littleEndian(sha512(concatBytes(r, keyBytes, message))) % Point.Fn.ORDER;
  const right = Point.BASE.multiplyUnsafe(s).subtract(key.multiplyUnsafe(h));
  return equalBytes(right.toBytes(), r);
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

/** @throws Error without keys, or when a key, their sum or the aggregate is no proper point */
function isAggregateOf(
  voteKeys: readonly Uint8Array[],
  { message, aggregate }: { readonly message: Uint8Array; readonly aggregate: Uint8Array },
): boolean {
  const keys = voteKeys.map((bytes) => {
    if (bytes.length !== VOTE_KEY_BYTES) throw new RangeError('a vote key has 48 bytes');
    return bls12_381.G1.Point.fromBytes(bytes);
  });
  // [KEY-1] in the group, not the identity
  for (const key of keys) {
    if (key.is0()) throw new RangeError('a vote key is not the identity');
  }
  const sum = votes.aggregatePublicKeys(keys);
  const hash = votes.hash(message, VOTE_DOMAIN);
  return votes.verify(votePointOf(aggregate), hash, sum);
}

/** @throws Error when the bytes are no point of the group, or the identity */
function votePointOf(bytes: Uint8Array): ReturnType<typeof votes.aggregateSignatures> {
  const point = votes.Signature.fromBytes(bytes);
  if (point.is0()) throw new RangeError('a vote is not the identity');
  return point;
}

/** Opposite signatures add up to the identity, as with blst; it verifies under no key. */
function sumOf(signatures: readonly Uint8Array[]): Uint8Array {
  const { ZERO } = bls12_381.G2.Point;
  const sum = signatures.map(votePointOf).reduce((all, point) => all.add(point), ZERO);
  return sum.is0() ? VOTE_IDENTITY.slice() : votes.Signature.toBytes(sum);
}
