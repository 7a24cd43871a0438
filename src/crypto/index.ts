/** Signatures, beacons and Merkle trees: one interface, a real and a stand-in implementation. */

// For nodes: node:crypto, blst and noble.
export { type BeaconChain, createBeaconSource, QUICKNET } from './beacon.ts';
// For the core: the interface and pure functions.
export { findInvalidVotes, type SignedVote, type VoteSplit } from './bisect.ts';
export type { BeaconSource, Crypto, Signer } from './crypto.ts';
export {
  type MerkleProof,
  type MerkleTree,
  merkleProof,
  merkleRoot,
  merkleRootOfProof,
  merkleTree,
  pathOf,
  verifyMerkleProof,
} from './merkle.ts';
// For browsers: noble alone.
export { nobleCrypto } from './noble.ts';
export { createSigner, identitySeed, realCrypto } from './real.ts';
// For simulations: keyed hashes.
export { createStandInBeaconSource, createStandInSigner, standInCrypto } from './stand-in.ts';
