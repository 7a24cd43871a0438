/** [CERT-2] One order of decision for all nodes. */
import { deepStrictEqual, equal } from 'node:assert/strict';
import type { Verdict } from '../../../../src/base/index.ts';
import { finalVerdict, type LevelFindings } from '../../../../src/core/tally/decision.ts';

/** A level of ten seats. */
function level(
  index: number,
  certified: readonly (readonly [Verdict, number])[],
  rest: Partial<LevelFindings> = {},
): LevelFindings {
  return {
    level: index,
    certified: certified.map(([verdict, weight]) => ({ verdict, weight: BigInt(weight) })),
    weight: 10n,
    isHeavy: index > 0,
    isLast: false,
    isOver: true,
    isChallenged: false,
    ...rest,
  };
}

const said = (levels: readonly LevelFindings[]) => {
  const decision = finalVerdict(levels);
  return decision === undefined ? 'nothing' : `${decision.verdict} at ${decision.level}`;
};

describe('[CERT-2] what is final', () => {
  it('is nothing without a certificate', () =>
    equal(said([level(0, []), level(1, [])]), 'nothing'));

  it('is a verdict with all weight, at once, whatever comes after', () => {
    const open = { isOver: false, isChallenged: true };
    equal(said([level(0, [['valid', 10]], open)]), 'valid at 0');
    equal(said([level(0, [['valid', 10]], open), level(1, [['invalid', 7]])]), 'valid at 0');
  });

  it('is a verdict with a quorum when the window closed without a challenge', () => {
    equal(said([level(0, [['valid', 7]], { isOver: false })]), 'nothing');
    equal(said([level(0, [['valid', 7]])]), 'valid at 0');
    equal(said([level(0, [['valid', 7]], { isChallenged: true })]), 'nothing');
  });

  it('is decided at the last level at once', () => {
    const last = { isLast: true, isOver: false, isChallenged: true };
    equal(said([level(1, [['valid', 7]], last)]), 'valid at 1');
    equal(said([level(1, [['invalid', 7]], last)]), 'invalid at 1');
  });

  it('[QUORUM-4] takes no money at a light level', () => {
    for (const verdict of ['invalid', 'unavailable', 'inconclusive'] as const) {
      equal(said([level(0, [[verdict, 10]])]), 'nothing');
      equal(said([level(1, [[verdict, 7]])]), `${verdict} at 1`);
      equal(said([level(1, [[verdict, 7]], { isHeavy: false, isLast: true })]), 'nothing');
    }
  });

  it('is what the higher level says, unless all weight had signed', () => {
    const levels = [level(0, [['valid', 7]]), level(1, [['invalid', 7]])];
    equal(said(levels), 'invalid at 1');
    equal(said([level(0, [['valid', 7]]), level(1, [['valid', 7]])]), 'valid at 1');
    equal(
      said([level(0, [['valid', 7]]), level(1, [['invalid', 7]], { isOver: false })]),
      'valid at 0',
    );
  });

  it('[QUORUM-5] is invalid where unavailable stands beside it, in either order', () => {
    const both = [
      ['unavailable', 8],
      ['invalid', 7],
    ] as const;
    equal(said([level(1, both)]), 'invalid at 1');
    deepStrictEqual(said([level(1, [...both].reverse())]), 'invalid at 1');
  });
});
