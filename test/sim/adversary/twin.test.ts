import assert from 'node:assert/strict';
import { assertHonestUnharmed, counts, fight, moved, SLASHES } from './arena.ts';

const TWIN = 'behaviour: twin, share: 0.07';
/** Two classes of machines: what the copies find differs. */
const set = ['oracle.drift={ share: 0.5, factor: 0.5 }', 'durationRounds=2'];

describe('twin', () => {
  it('[COMMIT-1] [VOTE-2] is convicted by what its two machines signed', async () => {
    const at = await fight(TWIN, { set });
    assert.equal(at.nodes.filter(({ kind }) => kind === 'twin').length, 2);
    assert.deepEqual([...at.recorder.guilty].sort(), [...at.truth.dishonest].sort());
    assert.equal(moved(at, 'dishonest', ['slash-equivocation']), -150_000);
    assert.deepEqual(Object.keys(counts(at)), ['right valid']);
    assertHonestUnharmed(at);
  });

  it('[COMMIT-1] is convicted when the partition between its machines heals', async () => {
    const fault = '{ kind: partition, fromRound: 3, rounds: 5, of: all, nodeShare: 0.5 }';
    const at = await fight(TWIN, { set: [...set, `faults=[${fault}]`] });
    assert.deepEqual([...at.recorder.guilty].sort(), [...at.truth.dishonest].sort());
    assert.equal(moved(at, 'honest', SLASHES), 0);
  });

  it('[GUARD-1] says the same twice, and breaks nothing, on machines that are alike', async () => {
    const at = await fight(TWIN, { set: ['durationRounds=2'] });
    assert.equal(at.recorder.guilty.size, 0);
    assertHonestUnharmed(at);
  });

  it('[SLASH-1] keeps its stake when nobody is slashed', async () => {
    const at = await fight(TWIN, { set, ablate: ['SLASH-1'] });
    assert.ok(at.recorder.guilty.size > 0);
    assert.equal(moved(at, 'dishonest', SLASHES), 0);
  });
});
