import assert from 'node:assert/strict';
import { assertHonestUnharmed, counts, fight, moved, profit, purse } from './arena.ts';

const CHEATER = 'behaviour: substitute-model, share: 0.5, cheatShare: 0.5, variant: int8';

describe('substitute-model', () => {
  it('[SAMPLE-1] is caught on every drawn leaf, and pays more than it ever saved', async () => {
    const at = await fight(CHEATER);
    const { 'wrong invalid': caught = 0, ...others } = counts(at);
    assert.ok(caught >= 5, `${caught} wrong answers are too few to tell`);
    assert.deepEqual(Object.keys(others), ['right valid']);
    assert.equal(moved(at, 'dishonest', ['slash-provider']), -150_000 * caught);
    assert.ok(profit(at, 'provider', 'substitute-model') < profit(at, 'provider', 'honest'));
    assertHonestUnharmed(at);
  });

  it('[SAMPLE-1] is not worth it either where one leaf of four is drawn', async () => {
    const at = await fight(CHEATER, { set: ['workload.classes={ standard: 1 }'] });
    const { 'wrong invalid': caught = 0, 'wrong undrawn': unseen = 0 } = counts(at);
    assert.ok(caught >= 1 && unseen >= 1, `${caught} caught, ${unseen} unseen`);
    assert.ok(profit(at, 'provider', 'substitute-model') < 0);
    assertHonestUnharmed(at);
  });

  it('earns more than honesty when nothing is drawn', async () => {
    const at = await fight(CHEATER, { ablate: ['SAMPLE-1'] });
    const { 'wrong undrawn': unseen = 0, ...others } = counts(at);
    assert.ok(unseen >= 5, `${unseen} wrong answers are too few to tell`);
    assert.deepEqual(Object.keys(others), ['right undrawn']);
    assert.equal(purse(at, 'provider', 'substitute-model').slashedStake, 0n);
    assert.ok(profit(at, 'provider', 'substitute-model') > profit(at, 'provider', 'honest'));
  });
});
