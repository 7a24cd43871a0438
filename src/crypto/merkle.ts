/**
 * Merkle trees over byte strings, in the shape of RFC 6962: batches over claims, bundles over
 * entries. Frozen by golden vectors.
 *
 * Leaves and inner nodes are hashed under different prefixes, so that no inner node passes for a
 * leaf; with the number of leaves known the length of a path is known too, and only that length is
 * taken. A last node without a sibling moves up unhashed, which is the tree of the RFC.
 *
 * @see RFC 6962, section 2.1; RFC 9162, section 2.1.3.2 (verification)
 */
import type { Digest } from '../base/index.ts';
import { assert, concatBytes, defined, digest, equalBytes, sha256 } from '../base/index.ts';

const LEAF_PREFIX = Uint8Array.of(0);
const NODE_PREFIX = Uint8Array.of(1);

/** A tree with all its nodes: one hash per leaf to build, no hash per proof. */
export type MerkleTree = {
  readonly root: Digest;
  /** Number of leaves. */
  readonly count: number;
  /** Level 0 holds the leaf hashes, the last one the root. */
  readonly levels: readonly (readonly Digest[])[];
};

/** What a proof shows: `leaf` is number `index` of the `count` leaves under `root`. */
export type MerkleProof = {
  readonly root: Digest;
  readonly leaf: Uint8Array;
  readonly index: number;
  readonly count: number;
  /** Siblings from the leaf upwards. */
  readonly path: readonly Digest[];
};

/** Returns the tree over `leaves`. @throws AssertionError when there are none */
export function merkleTree(leaves: readonly Uint8Array[]): MerkleTree {
  assert(leaves.length > 0, 'a tree has a leaf');
  let level: readonly Digest[] = leaves.map(leafHash);
  const levels = [level];
  while (level.length > 1) {
    level = parentsOf(level);
    levels.push(level);
  }
  return { root: defined(level[0], 'the last level is the root'), count: leaves.length, levels };
}

/** Returns the proof for leaf `index`. @throws AssertionError when there is no such leaf */
export function pathOf(tree: MerkleTree, index: number): Digest[] {
  assert(Number.isInteger(index) && index >= 0 && index < tree.count, 'the leaf is in the tree');
  const path: Digest[] = [];
  let at = index;
  for (const level of tree.levels) {
    const sibling = level[at ^ 1];
    if (sibling !== undefined) path.push(sibling);
    at >>= 1;
  }
  return path;
}

/** Returns the root over `leaves`. @throws AssertionError when there are none */
export function merkleRoot(leaves: readonly Uint8Array[]): Digest {
  return merkleTree(leaves).root;
}

/**
 * Returns the proof for one leaf; for several of one tree, use `merkleTree` and `pathOf`.
 * @throws AssertionError when there is no such leaf
 */
export function merkleProof(leaves: readonly Uint8Array[], index: number): Digest[] {
  return pathOf(merkleTree(leaves), index);
}

/** Tells whether `proof` holds, with exactly as many siblings as its place needs. Total. */
export function verifyMerkleProof(proof: MerkleProof): boolean {
  const root = merkleRootOfProof(proof);
  return root !== undefined && equalBytes(root, proof.root);
}

/**
 * Returns the root that a leaf and its path lead to, for those who know only a signature over it;
 * `undefined` if the path does not have exactly as many siblings as its place needs. Total.
 */
export function merkleRootOfProof(proof: Omit<MerkleProof, 'root'>): Digest | undefined {
  const { index, count } = proof;
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(count)) return undefined;
  if (index < 0 || index >= count) return undefined;
  let hash = leafHash(proof.leaf);
  let at = index;
  let width = count;
  let used = 0;
  while (width > 1) {
    const isAlone = at === width - 1 && at % 2 === 0;
    if (!isAlone) {
      const sibling = proof.path[used];
      if (sibling === undefined) return undefined;
      used += 1;
      hash = at % 2 === 0 ? nodeHash(hash, sibling) : nodeHash(sibling, hash);
    }
    at = Math.floor(at / 2);
    width = Math.ceil(width / 2);
  }
  return used === proof.path.length ? hash : undefined;
}

function parentsOf(level: readonly Digest[]): Digest[] {
  const parents: Digest[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const left = defined(level[i], 'the index is within the level');
    const right = level[i + 1];
    parents.push(right === undefined ? left : nodeHash(left, right));
  }
  return parents;
}

function leafHash(leaf: Uint8Array): Digest {
  return digest(sha256(concatBytes(LEAF_PREFIX, leaf)));
}

function nodeHash(left: Digest, right: Digest): Digest {
  return digest(sha256(concatBytes(NODE_PREFIX, left, right)));
}
