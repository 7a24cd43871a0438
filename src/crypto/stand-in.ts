/**
 * Stand-in cryptography for simulations: keyed hashes with the sizes and the decisions of the real
 * one, some hundred times faster.
 *
 * A signature is SHA-256 of public key and message: anybody could compute it. It stands for one
 * that cannot be forged only where the adversaries of a simulation do not try; nothing that leaves
 * the process may ever be signed or checked with it.
 *
 * Aggregates are sums of eight 32-bit words, each modulo 2^32. Not exclusive-or: there a signature
 * taken twice would vanish, while in the real group it counts twice.
 */
import type { NodeId } from '../base/index.ts';
import {
  assert,
  concatBytes,
  equalBytes,
  nodeId,
  prf,
  sha256,
  toHex,
  uint64Bytes,
  utf8,
} from '../base/index.ts';
import { nodeIdBytes, possessionSigningBytes } from '../wire/index.ts';
import type { BeaconSource, Crypto, Signer } from './crypto.ts';

const HASH_BYTES = 32;
const SIGNATURE_BYTES = 64;
const VOTE_KEY_BYTES = 48;
const VOTE_SIGNATURE_BYTES = 96;
const CHAIN_KEY_BYTES = 96;
const BEACON_BYTES = 48;
/** Fills what a hash leaves free; not 0, so that neither zeros nor a real identity point fit. */
const PADDING = 0x5a;
const SIGN_PREFIX = utf8('assay/stand-in/sign');
const VOTE_PREFIX = utf8('assay/stand-in/vote');
const BEACON_PREFIX = utf8('assay/stand-in/beacon');

/** Checks stand-in signatures. */
export const standInCrypto: Crypto = {
  verify: (signer, message, signature) => equalBytes(signatureOf(signer, message), signature),
  verifyAggregate,
  aggregate: sumOf,
  verifyPossession: ({ signer, voteKey, networkId, proof }) =>
    verifyAggregate([voteKey], possessionSigningBytes(networkId, { signer, voteKey }), proof),
  verifyBeacon: (chainKey, round, signature) => {
    if (!isElement(chainKey, CHAIN_KEY_BYTES)) return undefined;
    if (!Number.isSafeInteger(round) || round < 0) return undefined;
    return equalBytes(beaconOf(chainKey, round), signature) ? sha256(signature) : undefined;
  },
};

/** Returns the stand-in identity of a 32-byte seed, the same each time. */
export function createStandInSigner(seed: Uint8Array): Signer {
  assert(seed.length === HASH_BYTES, 'the seed of an identity has 32 bytes');
  const id = nodeId(toHex(prf(seed, utf8('id'))));
  const voteKey = padded(prf(seed, utf8('vote')), VOTE_KEY_BYTES);
  const saltSecret = prf(seed, utf8('salt'));
  return {
    id,
    voteKey,
    sign: (message) => signatureOf(id, message),
    signVote: (message) => voteSignatureOf(voteKey, message),
    deriveSecret: (label) => prf(saltSecret, label),
    provePossession: (networkId) =>
      voteSignatureOf(voteKey, possessionSigningBytes(networkId, { signer: id, voteKey })),
  };
}

/** Returns the stand-in beacon chain of a 32-byte seed. */
export function createStandInBeaconSource(seed: Uint8Array): BeaconSource {
  assert(seed.length === HASH_BYTES, 'a beacon seed has 32 bytes');
  const chainKey = padded(prf(seed, utf8('chain')), CHAIN_KEY_BYTES);
  return { chainKey, sign: (round) => beaconOf(chainKey, round) };
}

function verifyAggregate(
  voteKeys: readonly Uint8Array[],
  message: Uint8Array,
  aggregate: Uint8Array,
): boolean {
  const expected = sumOf(voteKeys.map((voteKey) => voteSignatureOf(voteKey, message)));
  return expected !== undefined && equalBytes(expected, aggregate);
}

function sumOf(signatures: readonly Uint8Array[]): Uint8Array | undefined {
  if (signatures.length === 0) return undefined;
  const words = new Uint32Array(HASH_BYTES / 4);
  for (const signature of signatures) {
    if (!isElement(signature, VOTE_SIGNATURE_BYTES)) return undefined;
    const view = new DataView(signature.buffer, signature.byteOffset, HASH_BYTES);
    for (let i = 0; i < words.length; i++) {
      words[i] = (words[i] as number) + view.getUint32(4 * i);
    }
  }
  const sum = new Uint8Array(VOTE_SIGNATURE_BYTES).fill(PADDING);
  const view = new DataView(sum.buffer);
  for (let i = 0; i < words.length; i++) view.setUint32(4 * i, words[i] as number);
  return sum;
}

/** The stand-in for "a point of the group, not the identity": the right length and padding. */
function isElement(bytes: Uint8Array, length: number): boolean {
  if (bytes.length !== length) return false;
  for (let i = HASH_BYTES; i < length; i++) if (bytes[i] !== PADDING) return false;
  return true;
}

function signatureOf(signer: NodeId, message: Uint8Array): Uint8Array {
  const hash = sha256(concatBytes(SIGN_PREFIX, nodeIdBytes(signer), message));
  return padded(hash, SIGNATURE_BYTES);
}

function voteSignatureOf(voteKey: Uint8Array, message: Uint8Array): Uint8Array {
  return padded(sha256(concatBytes(VOTE_PREFIX, voteKey, message)), VOTE_SIGNATURE_BYTES);
}

function beaconOf(chainKey: Uint8Array, round: number): Uint8Array {
  const message = concatBytes(BEACON_PREFIX, chainKey, uint64Bytes(BigInt(round)));
  return padded(sha256(message), BEACON_BYTES);
}

function padded(hash: Uint8Array, length: number): Uint8Array {
  const bytes = new Uint8Array(length).fill(PADDING);
  bytes.set(hash);
  return bytes;
}
