import assert from 'node:assert/strict';
import { assertHonestUnharmed, fight, moved, profit, purse } from './arena.ts';

const COPIER = 'behaviour: vote-copier, share: 0.2';

describe('vote-copier', () => {
  it('[COMMIT-2] [VOTE-4] finds nothing to copy in time, and is paid nothing', async () => {
    const at = await fight(COPIER);
    assert.equal(moved(at, 'dishonest', ['reward']), 0);
    assert.equal(profit(at, 'validator', 'vote-copier'), 0);
    assert.ok(profit(at, 'validator', 'honest') > 0);
    assertHonestUnharmed(at);
  });

  it('[COMMIT-2] finds nothing at a higher level either, where the output is public', async () => {
    const challenger = '{ behaviour: false-challenger, share: 0.1 }';
    const at = await fight(COPIER, { set: [`adversaries=[{ ${COPIER} }, ${challenger}]`] });
    const higher = at.rows.filter(({ drawn }) => drawn?.level === 1);
    assert.ok(higher.length > 0, 'no level 1: nothing is shown');
    assert.equal(moved(at, 'dishonest', ['reward']), 0);
    assertHonestUnharmed(at);
  });

  it('copies in time, and earns more than honesty, when reveals do not wait', async () => {
    const at = await fight(COPIER, { ablate: ['COMMIT-2'] });
    assert.equal(purse(at, 'validator', 'vote-copier').executionCostStake, 0);
    assert.ok(moved(at, 'dishonest', ['reward']) > 0);
    assert.ok(profit(at, 'validator', 'vote-copier') > profit(at, 'validator', 'honest'));
    assert.ok((at.checker.violations.get('blind-until-committed') ?? 0) > 0);
  });

  it('is paid for every late copy when late commits are paid', async () => {
    const at = await fight(COPIER, { ablate: ['VOTE-4'] });
    const { units, revenueStake, executionCostStake } = purse(at, 'validator', 'vote-copier');
    assert.ok(units >= 20, `${units} seats are too few to tell`);
    assert.equal(revenueStake, units * 1_100);
    assert.equal(executionCostStake, 0);
    assert.ok(profit(at, 'validator', 'vote-copier') > profit(at, 'validator', 'honest'));
  });
});
