/**
 * The cryptography of real nodes: Ed25519, BLS12-381 and drand beacons behind the interface.
 */
import { assert, prf, utf8 } from '../base/index.ts';
import { possessionSigningBytes } from '../wire/index.ts';
import { verifyDrandBeacon, verifyDrandBeacons } from './beacon.ts';
import { aggregateBls, BlsVerifier, blsKey } from './bls.ts';
import type { Crypto, Signer } from './crypto.ts';
import { ed25519Key, isAdmissibleKey, verifyEd25519 } from './ed25519.ts';

const blsVerifier = new BlsVerifier();

/** Checks real signatures. */
export const realCrypto: Crypto = {
  verify: verifyEd25519,
  verifyAggregate: (voteKeys, message, aggregate) =>
    blsVerifier.verifyAggregate(voteKeys, message, aggregate),
  aggregate: aggregateBls,
  verifyPossession: ({ signer, voteKey, networkId, proof }) =>
    isAdmissibleKey(signer) &&
    blsVerifier.verifyAggregate(
      [voteKey],
      possessionSigningBytes(networkId, { signer, voteKey }),
      proof,
    ),
  verifyBeacon: verifyDrandBeacon,
  verifyBeacons: verifyDrandBeacons,
};

/** Returns the private seed of the Ed25519 key of `createSigner(seed)`: the libp2p identity. */
export function identitySeed(seed: Uint8Array): Uint8Array {
  return deriveFrom(seed, 'ed25519');
}

/**
 * Returns the identity of a 32-byte secret seed, the same each time. Its Ed25519 key, BLS key and
 * salts come from independent secrets derived by HMAC, so that none tells about another.
 */
export function createSigner(seed: Uint8Array): Signer {
  const identity = ed25519Key(identitySeed(seed));
  const vote = blsKey(deriveFrom(seed, 'bls12-381'));
  const saltSecret = deriveFrom(seed, 'salt');
  return {
    id: identity.id,
    voteKey: vote.voteKey,
    sign: identity.sign,
    signVote: vote.signVote,
    deriveSecret: (label) => prf(saltSecret, label),
    provePossession: (networkId) =>
      vote.signVote(
        possessionSigningBytes(networkId, { signer: identity.id, voteKey: vote.voteKey }),
      ),
  };
}

function deriveFrom(seed: Uint8Array, purpose: string): Uint8Array {
  assert(seed.length === 32, 'the seed of an identity has 32 bytes');
  return prf(seed, utf8(`assay/key/${purpose}`));
}
