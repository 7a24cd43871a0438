/** Laws of both crypto implementations: same decisions, and no input that throws. */
import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { sha256, utf8 } from '../../src/base/index.ts';
import {
  createSigner,
  createStandInSigner,
  findInvalidVotes,
  merkleTree,
  pathOf,
  realCrypto,
  standInCrypto,
  verifyMerkleProof,
} from '../../src/crypto/index.ts';

const SIZE = 6;
const seeds = Array.from({ length: SIZE }, (_, i) => sha256(utf8(`signer ${i}`)));
const real = { crypto: realCrypto, signers: seeds.map(createSigner) };
const standIn = { crypto: standInCrypto, signers: seeds.map(createStandInSigner) };

describe('crypto laws', () => {
  it('[VOTE-2] both implementations decide alike on any keys, signers and messages', () => {
    const list = fc.array(fc.nat(SIZE - 1), { maxLength: 5 });
    const message = fc.constantFrom('x', 'y');
    fc.assert(
      fc.property(list, list, message, message, (keys, signers, signed, asked) => {
        const decide = ({ crypto, signers: all }: typeof real): boolean => {
          const votes = signers.flatMap((i) => all[i]?.signVote(utf8(signed)) ?? []);
          const aggregate = crypto.aggregate(votes);
          const voteKeys = keys.flatMap((i) => all[i]?.voteKey ?? []);
          return (
            aggregate !== undefined && crypto.verifyAggregate(voteKeys, utf8(asked), aggregate)
          );
        };
        const expected =
          keys.length > 0 &&
          signed === asked &&
          keys.toSorted().join() === signers.toSorted().join();
        equal(decide(real), expected, 'real');
        equal(decide(standIn), expected, 'stand-in');
      }),
      { numRuns: 150 },
    );
  });

  it('[VOTE-2] bisection finds the same votes with both', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: SIZE }), (good) => {
        const split = ({ crypto, signers }: typeof real) =>
          findInvalidVotes(
            crypto,
            utf8('x'),
            signers.slice(0, good.length).map((signer, i) => ({
              voteKey: signer.voteKey,
              signature: signer.signVote(utf8(good[i] ? 'x' : 'y')),
            })),
          );
        deepStrictEqual(split(real), split(standIn));
        deepStrictEqual(
          split(standIn).invalid,
          good.flatMap((isGood, i) => (isGood ? [] : [i])),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('no bytes make a check throw or pass', () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    const [signer] = real.signers;
    ok(signer !== undefined);
    for (const { crypto } of [real, standIn]) {
      fc.assert(
        fc.property(bytes, bytes, fc.double(), (a, b, round) => {
          ok(!crypto.verify(signer.id, a, b));
          ok(!crypto.verifyAggregate([a], b, a));
          equal(crypto.aggregate([a, b]), undefined);
          equal(crypto.verifyBeacon(a, round, b), undefined);
          const statement = { signer: signer.id, voteKey: a, networkId: b, proof: b };
          ok(!crypto.verifyPossession(statement));
        }),
      );
    }
  });

  it('a Merkle proof holds for its leaf, place and size only', () => {
    const leaves = fc.array(fc.uint8Array({ maxLength: 4 }), { minLength: 1, maxLength: 70 });
    fc.assert(
      fc.property(leaves, fc.nat(), fc.integer({ min: -3, max: 80 }), (all, n, otherCount) => {
        const tree = merkleTree(all);
        const index = n % all.length;
        const leaf = all[index] ?? new Uint8Array(0);
        const path = pathOf(tree, index);
        const proof = { root: tree.root, leaf, index, count: all.length, path };
        ok(verifyMerkleProof(proof));
        ok(!verifyMerkleProof({ ...proof, leaf: Uint8Array.from([...leaf, 0]) }));
        ok(!verifyMerkleProof({ ...proof, path: [...path, tree.root] }));
        if (path.length > 0) ok(!verifyMerkleProof({ ...proof, path: path.slice(1) }));
        verifyMerkleProof({ ...proof, count: otherCount });
      }),
    );
  });
});
