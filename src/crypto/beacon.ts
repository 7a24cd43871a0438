/**
 * Public randomness of the drand scheme `bls-unchained-g1-rfc9380`: verification, and a chain of
 * one's own for devnets.
 *
 * `@noble/curves` and not blst, whose Node binding has no signatures in G1. 19 ms per round, once
 * per beacon period of a second or more.
 *
 * @see https://drand.love/docs/specification and RFC 9380
 */
import { bls12_381 } from '@noble/curves/bls12-381.js';
import {
  assert,
  bigIntFromBytes,
  concatBytes,
  prf,
  sha256,
  toHex,
  uint64Bytes,
  utf8,
} from '../base/index.ts';
import type { BeaconSource } from './crypto.ts';

const DOMAIN = 'BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_';
const CHAIN_KEY_BYTES = 96;
/** Half again the size of the group order, so that the secret key is uniform in it. */
const KEYGEN_BYTES = 48;
const scheme = bls12_381.shortSignatures;
const KeyPoint = bls12_381.G2.Point;
type KeyPointOf = ReturnType<typeof KeyPoint.fromBytes>;

/** What a network file pins of a beacon chain. */
export type BeaconChain = {
  /** Public key in G2, 96 bytes, hexadecimal. */
  readonly publicKey: string;
  /** Time of round 1, Unix seconds. */
  readonly genesisSeconds: number;
  readonly periodSeconds: number;
  readonly scheme: 'bls-unchained-g1-rfc9380';
};

/** The League of Entropy's chain `quicknet`. */
export const QUICKNET: BeaconChain = Object.freeze({
  publicKey:
    '83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c' +
    '8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb' +
    '5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a',
  genesisSeconds: 1_692_803_367,
  periodSeconds: 3,
  scheme: 'bls-unchained-g1-rfc9380',
});

/** [TIME-1] Returns the randomness of `round`, or `undefined` unless the chain signed it. Total. */
export function verifyDrandBeacon(
  chainKey: Uint8Array,
  round: number,
  signature: Uint8Array,
): Uint8Array | undefined {
  if (chainKey.length !== CHAIN_KEY_BYTES) return undefined;
  if (!Number.isSafeInteger(round) || round < 0) return undefined;
  return isSignatureOf(chainKey, round, signature) ? sha256(signature) : undefined;
}

/** 128 bits: who tries coefficients one by one meets a good one once in 2^128. */
const COEFFICIENT_BYTES = 16;
const BATCH_DOMAIN = utf8('assay/beacon-batch');

/** A round of a beacon chain with its signature, 48 bytes. */
export type SignedRound = { readonly round: number; readonly signature: Uint8Array };

/**
 * [TIME-1] Returns the randomness of each round, or `undefined` unless the chain signed all. Total.
 *
 * One pairing check for all: e(Σ cᵢ·σᵢ, g) = e(Σ cᵢ·H(mᵢ), key). A sum without coefficients would
 * pass for signatures shifted by opposite amounts, whose hashes are other randomness; so each is
 * multiplied by 128 bits that come from a hash of key, rounds and all signatures, and are fixed
 * only when those are. All points are checked to be in the group of prime order.
 *
 * @see "Fast batch verification for modular exponentiation and digital signatures", Bellare,
 *   Garay, Rabin 1998, small exponents test
 */
export function verifyDrandBeacons(
  chainKey: Uint8Array,
  rounds: readonly SignedRound[],
): readonly Uint8Array[] | undefined {
  const [first, ...more] = rounds;
  if (first === undefined) return [];
  if (more.length === 0) {
    const randomness = verifyDrandBeacon(chainKey, first.round, first.signature);
    return randomness === undefined ? undefined : [randomness];
  }
  if (chainKey.length !== CHAIN_KEY_BYTES) return undefined;
  if (rounds.some(({ round }) => !Number.isSafeInteger(round) || round < 0)) return undefined;
  if (!areSignaturesOf(chainKey, rounds)) return undefined;
  return rounds.map(({ signature }) => sha256(signature));
}

/** Keys that decoded, by their bytes: decoding checks the group, a quarter of a verification. */
const keyPoints = new Map<string, KeyPointOf>();
const KEY_POINTS_MAX = 64;

/** @throws Error unless `chainKey` is a point of the group */
function keyPointOf(chainKey: Uint8Array): KeyPointOf {
  const name = toHex(chainKey);
  const known = keyPoints.get(name);
  if (known !== undefined) return known;
  const point = KeyPoint.fromBytes(chainKey);
  if (keyPoints.size >= KEY_POINTS_MAX) keyPoints.clear();
  keyPoints.set(name, point);
  return point;
}

function areSignaturesOf(chainKey: Uint8Array, rounds: readonly SignedRound[]): boolean {
  try {
    const key = keyPointOf(chainKey);
    const points = rounds.map(({ signature }) => scheme.Signature.fromBytes(signature));
    const coefficients = coefficientsOf(chainKey, rounds);
    const sum = sumOf(points, coefficients);
    const hashes = sumOf(
      rounds.map(({ round }) => pointOf(round)),
      coefficients,
    );
    return scheme.verify(sum, hashes, key);
  } catch {
    return false;
  }
}

type Point = ReturnType<typeof pointOf>;

function sumOf(points: readonly Point[], coefficients: readonly bigint[]): Point {
  return points.reduce(
    (sum, point, i) => sum.add(point.multiplyUnsafe(coefficients[i] ?? 0n)),
    bls12_381.G1.Point.ZERO,
  );
}

function coefficientsOf(chainKey: Uint8Array, rounds: readonly SignedRound[]): readonly bigint[] {
  const parts = rounds.flatMap(({ round, signature }) => [uint64Bytes(BigInt(round)), signature]);
  const seed = sha256(concatBytes(BATCH_DOMAIN, chainKey, ...parts));
  return rounds.map((_, i) => {
    const bytes = prf(seed, uint64Bytes(BigInt(i))).subarray(0, COEFFICIENT_BYTES);
    return bigIntFromBytes(bytes);
  });
}

/**
 * Decoding throws unless a point is on the curve, in the group, not the identity and encoded in the
 * one canonical way; the last matters because randomness is a hash of the encoding.
 */
function isSignatureOf(chainKey: Uint8Array, round: number, signature: Uint8Array): boolean {
  try {
    const key = keyPointOf(chainKey);
    const point = scheme.Signature.fromBytes(signature);
    return scheme.verify(point, pointOf(round), key);
  } catch {
    return false;
  }
}

/**
 * Returns a beacon chain that one process signs alone: whoever holds `seed` knows all rounds.
 * For devnets and tests only.
 * @param seed 32 secret bytes
 */
export function createBeaconSource(seed: Uint8Array): BeaconSource {
  assert(seed.length === 32, 'a beacon seed has 32 bytes');
  const wide = concatBytes(prf(seed, utf8('assay/beacon/0')), prf(seed, utf8('assay/beacon/1')));
  const { secretKey, publicKey } = scheme.keygen(wide.subarray(0, KEYGEN_BYTES));
  return {
    chainKey: publicKey.toBytes(),
    sign: (round) => scheme.Signature.toBytes(scheme.sign(pointOf(round), secretKey)),
  };
}

function pointOf(round: number): ReturnType<typeof scheme.sign> {
  return bls12_381.G1.hashToCurve(sha256(uint64Bytes(BigInt(round))), { DST: DOMAIN });
}
