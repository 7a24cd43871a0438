import assert from 'node:assert/strict';
import { assertHonestUnharmed, counts, fight, profit } from './arena.ts';

const CHEATER = 'behaviour: sampling-aware, share: 0.5, cheatShare: 0.6';
const set = [
  'workload.classes={ standard: 1 }',
  'workload.claimsPerRound=8',
  'durationRounds=5',
  'validators.count=8',
  'parameters.levels=[4, 128]',
  'parameters.sealSeats=8',
];
const FORESEEN = [...set, 'beacon={ kind: predictable, aheadRounds: 2 }'];

describe('sampling-aware', () => {
  it('[TIME-1] knows no draw, and so never cheats', async () => {
    const at = await fight(CHEATER, { set });
    const own = at.rows.filter(({ behaviour }) => behaviour === 'sampling-aware');
    assert.ok(own.length >= 30, `${own.length} answers are too few to tell`);
    assert.ok(own.every(({ isWrong, isSealed }) => !isWrong && isSealed));
    assertHonestUnharmed(at);
  });

  it('cheats where nobody looks, and gains, when the beacon is known ahead', async () => {
    const at = await fight(CHEATER, { set: FORESEEN });
    const { 'wrong undrawn': unseen = 0, ...others } = counts(at);
    // by chance a quarter of them would be drawn: none with probability below 0.75^20 = 0.3 %
    assert.ok(unseen >= 20, `${unseen} wrong answers are too few to tell`);
    assert.deepEqual(Object.keys(others).sort(), ['right undrawn', 'right valid']);
    assert.ok(profit(at, 'provider', 'sampling-aware') > profit(at, 'provider', 'honest'));
  });

  it('needs to know two rounds: one is too late for a batch', async () => {
    const oneAhead = [...set, 'beacon={ kind: predictable, aheadRounds: 1 }'];
    const at = await fight(CHEATER, { set: oneAhead });
    assert.ok(at.rows.every(({ isWrong }) => !isWrong));
  });

  it('computes as many answers honestly as it must, and no more', async () => {
    const always = 'behaviour: sampling-aware, share: 0.5, cheatShare: 1';
    const at = await fight(always, { set: FORESEEN });
    const own = at.rows.filter(({ behaviour }) => behaviour === 'sampling-aware');
    const right = own.filter(({ isWrong }) => !isWrong);
    assert.ok(own.every(({ isWrong, drawn }) => !isWrong || drawn === undefined));
    // of each run of four one is drawn
    assert.ok(right.length >= own.length / 4 - own.length / 8 && right.length <= own.length / 2);
  });
});
