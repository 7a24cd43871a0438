import assert from 'node:assert/strict';
import { assertHonestUnharmed, counts, fight, moved, profit } from './arena.ts';

const CHEATER = 'behaviour: non-opener, share: 0.5, cheatShare: 0.5';
/** One leaf of four is drawn. Seats are nearly free: their cost [QUORUM-5] would deter as well. */
const set = [
  'workload.classes={ standard: 1 }',
  'workload.claimsPerRound=12',
  'parameters.rewardPerSeat=1',
  'parameters.challengeCost=1',
];

describe('non-opener', () => {
  it('[SLASH-1] costs as much as a wrong answer that is found', async () => {
    const at = await fight(CHEATER, { set });
    const { 'wrong unavailable': silent = 0, ...others } = counts(at);
    assert.ok(silent >= 3, `${silent} leaves are too few to tell`);
    assert.deepEqual(Object.keys(others).sort(), ['right undrawn', 'right valid', 'wrong undrawn']);
    assert.equal(moved(at, 'dishonest', ['slash-provider']), -150_000 * silent);
    assert.ok(profit(at, 'provider', 'non-opener') < profit(at, 'provider', 'honest'));
    assertHonestUnharmed(at);
  });

  it('keeps its stake and earns more than honesty when silence is not slashed', async () => {
    const at = await fight(CHEATER, { ablate: ['SLASH-1'], set });
    const { 'wrong unavailable': silent = 0, 'wrong invalid': found = 0 } = counts(at);
    assert.ok(silent >= 3 && found === 0, `${silent} silent, ${found} found`);
    assert.equal(moved(at, 'dishonest', ['slash-provider']), 0);
    assert.ok(profit(at, 'provider', 'non-opener') > profit(at, 'provider', 'honest'));
  });

  it('beats a cheater who answers only while silence is not slashed', async () => {
    const answers = 'behaviour: substitute-model, share: 0.5, cheatShare: 0.5';
    const at = await fight(answers, { ablate: ['SLASH-1'], set });
    assert.ok(moved(at, 'dishonest', ['slash-provider']) < 0);
    assert.ok(profit(at, 'provider', 'substitute-model') < 0);
  });
});
