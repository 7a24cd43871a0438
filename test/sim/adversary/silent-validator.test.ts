import assert from 'node:assert/strict';
import { assertHonestUnharmed, counts, fight, moved, profit } from './arena.ts';

const SILENT = 'behaviour: silent-validator, share: 0.2';

describe('silent-validator', () => {
  it('[SLASH-1] pays at every level that was certified without it', async () => {
    const at = await fight(SILENT);
    const missed = at.judged.flatMap(({ levels }) =>
      levels
        .filter(({ certified }) => certified.length > 0)
        .flatMap(({ committee }) => committee.holders.filter((id) => !at.truth.isHonest(id))),
    );
    assert.ok(missed.length >= 20, `${missed.length} holders are too few to tell`);
    assert.equal(moved(at, 'dishonest', ['penalty-silent']), -2_200 * missed.length);
    assert.equal(moved(at, 'dishonest', ['reward']), 0);
    assert.ok(profit(at, 'validator', 'honest') > 0);
    assert.deepEqual(Object.keys(counts(at)), ['right valid'], 'all is decided without it');
    assertHonestUnharmed(at);
  });

  it('pays nothing when silence is not penalised', async () => {
    const at = await fight(SILENT, { ablate: ['SLASH-1'] });
    assert.equal(profit(at, 'validator', 'silent-validator'), 0);
  });
});
