import assert from 'node:assert/strict';
import { assertHonestUnharmed, counts, fight, profit, purse } from './arena.ts';

const CHEATER = 'behaviour: selective-cheat, share: 0.5, classes: [spot]';
/** One leaf of eight of class spot is drawn; half of the claims are of class full. */
const set = [
  'workload.classes={ spot: 0.5, full: 0.5 }',
  'parameters.classes={ spot: 8, full: 1 }',
  'workload.claimsPerRound=16',
  'durationRounds=8',
];

describe('selective-cheat', () => {
  it('[SAMPLE-1] loses more by the few that are drawn than it saves by the others', async () => {
    const at = await fight(CHEATER, { set });
    const wrong = at.rows.filter(({ isWrong }) => isWrong);
    assert.ok(wrong.every(({ assuranceClass }) => assuranceClass === 'spot'));
    const drawn = wrong.filter((row) => row.drawn !== undefined);
    assert.ok(drawn.every((row) => row.drawn?.outcome === 'invalid'));
    // an eighth, within four deviations of independent draws
    const expected = wrong.length / 8;
    const tolerance = 4 * Math.sqrt(expected * (7 / 8));
    assert.ok(Math.abs(drawn.length - expected) < tolerance, `${drawn.length} of ${wrong.length}`);
    assert.ok(drawn.length > 0);
    assert.ok(profit(at, 'provider', 'selective-cheat') < profit(at, 'provider', 'honest'));
    assertHonestUnharmed(at);
  });

  it('is never caught and earns more when nothing is drawn', async () => {
    const at = await fight(CHEATER, { ablate: ['SAMPLE-1'], set });
    assert.equal(counts(at)['wrong invalid'], undefined);
    assert.ok((counts(at)['wrong undrawn'] ?? 0) > 20);
    assert.equal(purse(at, 'provider', 'selective-cheat').slashedStake, 0n);
    assert.ok(profit(at, 'provider', 'selective-cheat') > profit(at, 'provider', 'honest'));
  });
});
