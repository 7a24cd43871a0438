/** [VOTE-1] A vote is a pure function of two measurements, and can be checked by who has both. */
import { deepStrictEqual, equal } from 'node:assert/strict';
import { type Measurement, sha256, utf8, VERDICTS } from '../../../../src/base/index.ts';
import { measure } from '../../../../src/compare/index.ts';
import { doesVoteFollow, followingVote } from '../../../../src/core/verification/vote.ts';
import { type OutputName, outputOf } from '../../../support/cluster-network.ts';

const comparator = { kind: 'relative-rms', tolerance: 1e-3, rejection: 3e-3, scale: 0 } as const;
const sketchSize = 32;
const beacon = (level: number) => sha256(utf8(`level ${level}`));
const measured = (name: OutputName): Measurement =>
  measure(outputOf(name), { beacon: beacon(0), sketchSize });
const empty: Measurement = { kind: 'empty' };

const basis = (own: Measurement, provider: Measurement | undefined, isMalformed = false) => ({
  own,
  provider,
  isMalformed,
  comparator,
  sketchSize,
});

describe('[VOTE-1] the vote that follows', () => {
  it('compares the own measurement with the one of the output', () => {
    const own = measured('right');
    deepStrictEqual(
      (['right', 'drift', 'noise', 'wrong'] as const).map((name) =>
        followingVote(basis(own, measured(name))),
      ),
      ['valid', 'valid', 'inconclusive', 'invalid'],
    );
  });

  it('[VOTE-3] is invalid if malformed, unavailable if there was nothing to compare', () => {
    equal(followingVote(basis(empty, undefined, true)), 'invalid');
    equal(followingVote(basis(empty, undefined)), 'unavailable');
    equal(followingVote(basis(measured('right'), undefined)), 'unavailable');
  });

  it('[VOTE-3] is checked as far as one can know', () => {
    const follows = (own: Measurement, provider: Measurement | undefined, isOpened = true) =>
      VERDICTS.map((verdict) => doesVoteFollow(verdict, { ...basis(own, provider), isOpened }));
    const unknown = undefined;
    // in the order valid, invalid, unavailable, inconclusive
    deepStrictEqual(follows(measured('right'), measured('right')), [true, false, true, false]);
    deepStrictEqual(follows(measured('right'), measured('wrong')), [false, true, true, false]);
    deepStrictEqual(follows(measured('right'), undefined), [unknown, unknown, true, unknown]);
    deepStrictEqual(follows(empty, undefined), [false, false, true, false]);
    deepStrictEqual(follows(empty, undefined, false), [false, unknown, true, false]);
  });
});

describe('[MEASURE-1] [A11] a sketch of one level', () => {
  const large = (level: number): Measurement => {
    const data = Float32Array.from({ length: 1000 }, (_, i) => Math.fround(i % 17) - 8);
    const tensor = { name: 'y', type: 'float32', shape: [1000], data } as const;
    return measure([tensor], { beacon: beacon(level), sketchSize });
  };

  it('is worth nothing at the next one', () => {
    equal(followingVote(basis(large(1), large(1))), 'valid');
    equal(followingVote(basis(large(0), large(1))), 'invalid');
  });
});
