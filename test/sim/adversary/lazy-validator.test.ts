import assert from 'node:assert/strict';
import { caught } from '../../../src/theory/index.ts';
import { assertHonestUnharmed, type Fight, fight, moved, profit, purse } from './arena.ts';

const LAZY = 'behaviour: lazy-validator, share: 0.2';

describe('lazy-validator', () => {
  it('[VOTE-1] is paid nothing and fined for silence: its votes do not follow', async () => {
    const at = await fight(LAZY, { set: ['durationRounds=2'] });
    assert.equal(moved(at, 'dishonest', ['reward']), 0);
    assert.ok(moved(at, 'dishonest', ['penalty-silent']) < 0);
    assert.ok(profit(at, 'validator', 'lazy-validator') < 0);
    assert.ok(profit(at, 'validator', 'honest') > 0);
    assertHonestUnharmed(at);
  });

  it('[VOTE-1] is found out whenever it is lazy, and earns less than honesty', async () => {
    const set = ['workload.claimsPerRound=12'];
    const at = await fight(`${LAZY}, lazyShare: 0.1`, { set });
    const { found, judged } = foundOut(at);
    const expected = caught({ rate: 1, cheatShare: 0.1, catchShare: 1, claims: 1 });
    const deviation = Math.sqrt((expected * (1 - expected)) / judged);
    assert.ok(Math.abs(found / judged - expected) < 3 * deviation, `${found} of ${judged}`);
    assert.ok(profit(at, 'validator', 'lazy-validator') < profit(at, 'validator', 'honest'));
    assertHonestUnharmed(at);
  });

  it('earns more than honesty when a vote need not follow', async () => {
    const at = await fight(LAZY, { ablate: ['VOTE-1'], set: ['durationRounds=2'] });
    assert.equal(purse(at, 'validator', 'lazy-validator').executionCostStake, 0);
    assert.ok(moved(at, 'dishonest', ['reward']) > 0);
    assert.ok(profit(at, 'validator', 'lazy-validator') > profit(at, 'validator', 'honest'));
  });
});

/** Leaves that lazy validators judged, and those where no vote of theirs counted. */
function foundOut({ judged, truth }: Fight): { found: number; judged: number } {
  const places = judged.flatMap(({ levels }) =>
    levels.flatMap(({ committee, votes }) =>
      committee.holders
        .filter((id) => truth.dishonest.has(id))
        .map((id) => votes.some(({ holder }) => holder === id)),
    ),
  );
  return { found: places.filter((voted) => !voted).length, judged: places.length };
}
