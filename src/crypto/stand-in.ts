/**
 * Stand-in cryptography for simulations: keyed hashes with the sizes and the decisions of the real
 * one, some hundred times faster.
 *
 * A signature is a hash of public key and message, which anybody could compute: SHA-256 for
 * identities; for votes one SHA-256 of the message, mixed with each key, because committees are
 * checked most often. It stands for one that cannot be forged only where the adversaries of a
 * simulation do not try; nothing that leaves the process may ever be signed or checked with it.
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
/** 32-bit words of a hash. */
const WORDS = HASH_BYTES / 4;
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
  verifyBeacon,
  verifyBeacons: (chainKey, rounds) => {
    const all = rounds.map(({ round, signature }) => verifyBeacon(chainKey, round, signature));
    const good = all.filter((each) => each !== undefined);
    return good.length === all.length ? good : undefined;
  },
};

function verifyBeacon(
  chainKey: Uint8Array,
  round: number,
  signature: Uint8Array,
): Uint8Array | undefined {
  if (!isElement(chainKey, CHAIN_KEY_BYTES)) return undefined;
  if (!Number.isSafeInteger(round) || round < 0) return undefined;
  return equalBytes(beaconOf(chainKey, round), signature) ? sha256(signature) : undefined;
}

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
  if (voteKeys.length === 0 || !isElement(aggregate, VOTE_SIGNATURE_BYTES)) return false;
  const words = messageWords(message);
  const sum = new Uint32Array(WORDS);
  for (const voteKey of voteKeys) {
    if (!isElement(voteKey, VOTE_KEY_BYTES)) return false;
    addVote(sum, voteKey, words);
  }
  return equalBytes(elementOf(sum), aggregate);
}

function sumOf(signatures: readonly Uint8Array[]): Uint8Array | undefined {
  if (signatures.length === 0) return undefined;
  const sum = new Uint32Array(WORDS);
  for (const signature of signatures) {
    if (!isElement(signature, VOTE_SIGNATURE_BYTES)) return undefined;
    const view = new DataView(signature.buffer, signature.byteOffset, HASH_BYTES);
    for (let i = 0; i < WORDS; i++) sum[i] = (sum[i] as number) + view.getUint32(4 * i);
  }
  return elementOf(sum);
}

function voteSignatureOf(voteKey: Uint8Array, message: Uint8Array): Uint8Array {
  const words = new Uint32Array(WORDS);
  addVote(words, voteKey, messageWords(message));
  return elementOf(words);
}

/** The message is hashed once for a whole committee; each key costs arithmetic only. */
function messageWords(message: Uint8Array): Uint32Array {
  const view = new DataView(sha256(concatBytes(VOTE_PREFIX, message)).buffer);
  return Uint32Array.from({ length: WORDS }, (_, i) => view.getUint32(4 * i));
}

/** Adds the vote of one key: its hash mixed with that of the message, word by word. */
function addVote(sum: Uint32Array, voteKey: Uint8Array, message: Uint32Array): void {
  const key = new DataView(voteKey.buffer, voteKey.byteOffset, HASH_BYTES);
  for (let i = 0; i < WORDS; i++) {
    let h = Math.imul(key.getUint32(4 * i) ^ (message[i] as number), 0x9e3779b1);
    h = Math.imul(h ^ (h >>> 15) ^ key.getUint32((4 * i + 4) % HASH_BYTES), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13) ^ (message[(i + 3) % WORDS] as number), 0xc2b2ae35);
    sum[i] = (sum[i] as number) + (h ^ (h >>> 16));
  }
}

function elementOf(words: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(VOTE_SIGNATURE_BYTES).fill(PADDING);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < WORDS; i++) view.setUint32(4 * i, words[i] as number);
  return bytes;
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

function beaconOf(chainKey: Uint8Array, round: number): Uint8Array {
  const message = concatBytes(BEACON_PREFIX, chainKey, uint64Bytes(BigInt(round)));
  return padded(sha256(message), BEACON_BYTES);
}

function padded(hash: Uint8Array, length: number): Uint8Array {
  const bytes = new Uint8Array(length).fill(PADDING);
  bytes.set(hash);
  return bytes;
}
