import assert from 'node:assert/strict';
import { assertHonestUnharmed, counts, fight, moved, profit, purse } from './arena.ts';

const COPIER = 'behaviour: commit-copier, share: 0.2';
const set = ['durationRounds=2'];

describe('commit-copier', () => {
  it('[COMMIT-1] convicts itself by the reveal that it repeats', async () => {
    const at = await fight(COPIER, { set });
    assert.deepEqual([...at.recorder.guilty].sort(), [...at.truth.dishonest].sort());
    assert.equal(moved(at, 'dishonest', ['reward']), 0);
    assert.ok(moved(at, 'dishonest', ['slash-equivocation']) < 0);
    assert.ok(profit(at, 'validator', 'honest') > 0);
    assert.deepEqual(Object.keys(counts(at)), ['right valid']);
    assertHonestUnharmed(at);
  });

  it('[SLASH-1] is fined for silence if it reveals nothing', async () => {
    const at = await fight(`${COPIER}, reveals: false`, { set });
    assert.equal(at.recorder.guilty.size, 0);
    assert.equal(moved(at, 'dishonest', ['reward']), 0);
    assert.ok(moved(at, 'dishonest', ['penalty-silent']) < 0);
    assertHonestUnharmed(at);
  });

  it('is paid for the work of others when a commit binds nobody', async () => {
    const at = await fight(COPIER, { ablate: ['COMMIT-1'], set });
    assert.equal(at.recorder.guilty.size, 0);
    assert.equal(purse(at, 'validator', 'commit-copier').executionCostStake, 0);
    assert.ok(moved(at, 'dishonest', ['reward']) > 0);
    assert.ok(profit(at, 'validator', 'commit-copier') > profit(at, 'validator', 'honest'));
  });
});
