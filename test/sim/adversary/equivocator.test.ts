import assert from 'node:assert/strict';
import { assertHonestUnharmed, counts, fight, moved, profit } from './arena.ts';

const EQUIVOCATOR = 'behaviour: equivocator, share: 0.1';

describe('equivocator', () => {
  it('[SLASH-1] is convicted by evidence, at every honest node, and nobody else is', async () => {
    const at = await fight(EQUIVOCATOR);
    assert.deepEqual([...at.recorder.guilty].sort(), [...at.truth.dishonest].sort());
    for (const { role, isHonest } of at.nodes) {
      if (role.kind !== 'validator' || !isHonest) continue;
      assert.deepEqual([...role.core.evidence.keys()].sort(), [...at.truth.dishonest].sort());
    }
    assert.equal(
      moved(at, 'dishonest', ['slash-equivocation']),
      -150_000 * at.truth.dishonest.size,
    );
    assert.ok(profit(at, 'validator', 'equivocator') < 0);
    assert.deepEqual(Object.keys(counts(at)), ['right valid'], 'its two words change nothing');
    assertHonestUnharmed(at);
  });

  it('keeps its stake when nobody is slashed', async () => {
    const at = await fight(EQUIVOCATOR, { ablate: ['SLASH-1'] });
    assert.deepEqual([...at.recorder.guilty].sort(), [...at.truth.dishonest].sort());
    assert.equal(moved(at, 'dishonest', ['slash-equivocation']), 0);
    assert.ok(profit(at, 'validator', 'equivocator') >= 0);
  });
});
