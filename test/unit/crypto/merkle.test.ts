/** Merkle trees in the shape of RFC 6962, with the vectors of Certificate Transparency. */
import { deepStrictEqual, equal, ok, throws } from 'node:assert/strict';
import { AssertionError, digest, fromHex, sha256, toHex } from '../../../src/base/index.ts';
import {
  merkleProof,
  merkleRoot,
  merkleTree,
  pathOf,
  verifyMerkleProof,
} from '../../../src/crypto/index.ts';

/** From google/certificate-transparency, merkletree tests. */
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => fromHex(hex) ?? new Uint8Array(0));
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

describe('Merkle trees', () => {
  it('have the roots of RFC 6962', () => {
    for (const [index, root] of ROOTS.entries()) {
      equal(toHex(merkleRoot(LEAVES.slice(0, index + 1))), root, `${index + 1} leaves`);
    }
  });

  it('prove every leaf of every size, and no other leaf or place', () => {
    for (let count = 1; count <= LEAVES.length; count++) {
      const leaves = LEAVES.slice(0, count);
      const root = merkleRoot(leaves);
      for (const [index, leaf] of leaves.entries()) {
        const path = merkleProof(leaves, index);
        const proof = { root, leaf, index, count, path };
        ok(verifyMerkleProof(proof), `${index} of ${count}`);
        for (const [other, wrong] of LEAVES.entries()) {
          if (other !== index) {
            ok(!verifyMerkleProof({ ...proof, leaf: wrong }), `leaf ${other} at ${index}`);
            ok(!verifyMerkleProof({ ...proof, index: other }), `${index} as ${other} of ${count}`);
          }
        }
      }
    }
  });

  it('take a path of exactly the right length', () => {
    const root = merkleRoot(LEAVES);
    const path = merkleProof(LEAVES, 2);
    const leaf = LEAVES[2] ?? new Uint8Array(0);
    const proof = { root, leaf, index: 2, count: 8, path };
    ok(verifyMerkleProof(proof));
    ok(!verifyMerkleProof({ ...proof, path: path.slice(0, -1) }));
    ok(!verifyMerkleProof({ ...proof, path: [...path, root] }));
    ok(!verifyMerkleProof({ ...proof, path: [] }));
    ok(!verifyMerkleProof({ ...proof, count: 2, index: 0 }));
    ok(!verifyMerkleProof({ ...proof, path: path.toReversed() }));
  });

  it('do not take an inner node for a leaf', () => {
    const [a, b] = merkleTree(LEAVES).levels[1] ?? [];
    ok(a !== undefined && b !== undefined);
    const inner = Uint8Array.from([...a, ...b]);
    const root = merkleRoot(LEAVES.slice(0, 4));
    ok(!verifyMerkleProof({ root, leaf: inner, index: 0, count: 1, path: [] }));
  });

  it('are total for places that are none', () => {
    const [leaf] = LEAVES;
    ok(leaf !== undefined);
    const proof = { root: merkleRoot([leaf]), leaf, index: 0, count: 1, path: [] };
    ok(verifyMerkleProof(proof));
    for (const index of [-1, 1, 0.5, Number.NaN]) ok(!verifyMerkleProof({ ...proof, index }));
    for (const count of [0, -1, 1.5, Number.POSITIVE_INFINITY]) {
      ok(!verifyMerkleProof({ ...proof, count }));
    }
    throws(() => merkleRoot([]), AssertionError);
    throws(() => merkleProof([leaf], 1), AssertionError);
  });

  it('give all proofs of a large batch from one building', () => {
    const leaves = Array.from({ length: 3001 }, (_, i) => sha256(Uint8Array.of(i >> 8, i & 255)));
    const tree = merkleTree(leaves);
    deepStrictEqual(tree.root, merkleRoot(leaves));
    const nodes = tree.levels.reduce((sum, level) => sum + level.length, 0);
    ok(nodes < 2 * leaves.length + 16, `${nodes} nodes`);
    for (const [index, leaf] of leaves.entries()) {
      const proof = { root: tree.root, leaf, index, count: tree.count, path: pathOf(tree, index) };
      ok(verifyMerkleProof(proof), `leaf ${index}`);
    }
    const root = digest(sha256(tree.root));
    const path = pathOf(tree, 0);
    const leaf = leaves[0] ?? new Uint8Array(0);
    ok(!verifyMerkleProof({ root, leaf, index: 0, count: tree.count, path }));
  });
});
