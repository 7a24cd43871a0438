/** Bad votes are found in few checks, and good ones are not lost with them. */
import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import { sha256, utf8 } from '../../../src/base/index.ts';
import type { Crypto, SignedVote, Signer } from '../../../src/crypto/index.ts';
import {
  createSigner,
  createStandInSigner,
  findInvalidVotes,
  realCrypto,
  standInCrypto,
} from '../../../src/crypto/index.ts';

const MESSAGE = utf8('vote');

describe('findInvalidVotes', () => {
  it('takes one check when all are good, none when there is nobody', () => {
    const { split, checks } = run(committee(64, []));
    deepStrictEqual(split, { valid: range(64), invalid: [] });
    equal(checks, 1);
    deepStrictEqual(run([]), { split: { valid: [], invalid: [] }, checks: 0 });
  });

  it('takes at most 1 + 2·log2 n checks for one bad vote, wherever it stands', () => {
    for (const bad of range(64)) {
      const { split, checks } = run(committee(64, [bad]));
      deepStrictEqual(split, { valid: range(64).filter((i) => i !== bad), invalid: [bad] });
      ok(checks <= 1 + 2 * 6, `vote ${bad}: ${checks} checks`);
    }
  });

  it('does not check a half whose other half alone was good', () => {
    equal(run(committee(64, [63])).checks, 1 + 6);
    equal(run(committee(64, [0])).checks, 1 + 2 * 6);
  });

  it('finds any set of bad votes', () => {
    for (const bad of [[0, 1], [0, 63], [3, 4, 5, 40], range(64), range(63), [62, 63]]) {
      const { split, checks } = run(committee(64, bad));
      deepStrictEqual(split.invalid, bad);
      deepStrictEqual(
        split.valid,
        range(64).filter((i) => !bad.includes(i)),
      );
      ok(checks <= 1 + 2 * bad.length * 6 && checks < 128, `${bad.length} bad: ${checks} checks`);
    }
  });

  it('finds bytes that are no signature at all', () => {
    const votes = committee(9, []);
    const [first] = votes;
    ok(first !== undefined);
    const garbage = { voteKey: first.voteKey, signature: new Uint8Array(3) };
    deepStrictEqual(run([...votes, garbage]).split, { valid: range(9), invalid: [9] });
  });

  it('works on real signatures, and what it calls valid sums up', () => {
    const votes = committee(7, [2, 5], createSigner);
    const split = findInvalidVotes(realCrypto, MESSAGE, votes);
    deepStrictEqual(split, { valid: [0, 1, 3, 4, 6], invalid: [2, 5] });
    const valid = votes.filter((_, i) => split.valid.includes(i));
    const aggregate = realCrypto.aggregate(valid.map((vote) => vote.signature));
    ok(aggregate !== undefined);
    const keys = valid.map((vote) => vote.voteKey);
    ok(realCrypto.verifyAggregate(keys, MESSAGE, aggregate));
  });
});

function run(votes: readonly SignedVote[]) {
  let checks = 0;
  const counting: Pick<Crypto, 'aggregate' | 'verifyAggregate'> = {
    aggregate: standInCrypto.aggregate,
    verifyAggregate: (keys, message, aggregate) => {
      checks += 1;
      return standInCrypto.verifyAggregate(keys, message, aggregate);
    },
  };
  const split = findInvalidVotes(counting, MESSAGE, votes);
  return { split, checks };
}

function committee(
  size: number,
  bad: readonly number[],
  make: (seed: Uint8Array) => Signer = createStandInSigner,
): SignedVote[] {
  return range(size).map((i) => {
    const signer = make(sha256(utf8(`seat ${i}`)));
    const message = bad.includes(i) ? utf8('something else') : MESSAGE;
    return { voteKey: signer.voteKey, signature: signer.signVote(message) };
  });
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
