import assert from 'node:assert/strict';
import { notExpected, rateOf } from '../../../sim/metrics/rate.ts';
import { assertHonestUnharmed, type Fight, fight, profit } from './arena.ts';

const CLEAN_ROUNDS = 5;
const SLEEPER = `behaviour: sleeper, share: 1, cleanRounds: ${CLEAN_ROUNDS}`;
const CHEATER = 'behaviour: substitute-model, share: 1';
const set = [
  'workload.classes={ standard: 1 }',
  'workload.claimsPerRound=12',
  'validators.count=8',
  'parameters.levels=[4, 128]',
  'parameters.sealSeats=8',
];

describe('sleeper', () => {
  it('[SAMPLE-1] is caught as often for each wrong answer as who never was honest', async () => {
    const sleeper = await fight(SLEEPER, { set: [...set, 'durationRounds=7'] });
    const cheater = await fight(CHEATER, { set: [...set, 'durationRounds=3'] });
    const early = sleeper.rows.filter(({ round }) => round <= CLEAN_ROUNDS);
    assert.ok(early.length > 0 && early.every(({ isWrong }) => !isWrong));
    for (const at of [sleeper, cheater]) {
      const { count, of, low, high } = caughtOf(at);
      assert.ok(of >= 40, `${of} wrong answers are too few to tell`);
      assert.ok(low <= 0.25 && 0.25 <= high, `${count} of ${of} caught`);
    }
    assert.ok(profit(sleeper, 'provider', 'sleeper') < 0);
    assertHonestUnharmed(sleeper);
  });

  it('is never caught when nothing is drawn', async () => {
    const ablate = ['SAMPLE-1'];
    const at = await fight(SLEEPER, { ablate, set: [...set, 'durationRounds=7'] });
    const { count, of } = caughtOf(at);
    assert.ok(of >= 40 && count === 0, `${count} of ${of} caught`);
    assert.ok(profit(at, 'provider', 'sleeper') > 0);
  });
});

/** Convictions among wrong answers that were sealed. */
function caughtOf({ rows }: Fight) {
  const wrong = rows.filter(({ isWrong, isSealed }) => isWrong && isSealed);
  const caught = wrong.filter(({ drawn }) => drawn?.outcome === 'invalid');
  return rateOf(caught.length, wrong.length, notExpected(''));
}
