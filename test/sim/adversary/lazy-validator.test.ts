import assert from 'node:assert/strict';
import { assertHonestUnharmed, fight, moved, profit, purse } from './arena.ts';

const LAZY = 'behaviour: lazy-validator, share: 0.2';

describe('lazy-validator', () => {
  it('[VOTE-1] is paid nothing and fined for silence: its votes do not follow', async () => {
    const at = await fight(LAZY);
    assert.equal(moved(at, 'dishonest', ['reward']), 0);
    assert.ok(moved(at, 'dishonest', ['penalty-silent']) < 0);
    assert.ok(profit(at, 'validator', 'lazy-validator') < 0);
    assert.ok(profit(at, 'validator', 'honest') > 0);
    assertHonestUnharmed(at);
  });

  it('earns more than honesty when a vote need not follow', async () => {
    const at = await fight(LAZY, { ablate: ['VOTE-1'] });
    assert.equal(purse(at, 'validator', 'lazy-validator').executionCostStake, 0);
    assert.ok(moved(at, 'dishonest', ['reward']) > 0);
    assert.ok(profit(at, 'validator', 'lazy-validator') > profit(at, 'validator', 'honest'));
  });
});
