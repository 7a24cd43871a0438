import assert from 'node:assert/strict';
import { assertHonestUnharmed, counts, fight, moved, profit, purse, SLASHES } from './arena.ts';

const set = [
  'validators.count=8',
  'parameters.levels=[4, 128]',
  'parameters.sealSeats=8',
  'durationRounds=2',
];
const at = (edge: number) => fight(`behaviour: tolerance-edge, share: 0.5, edge: ${edge}`, { set });

describe('tolerance-edge', () => {
  it('is right below the tolerance, and saves what so small an error saves', async () => {
    const below = await at(0.9);
    const { 'wrong valid': accepted = 0, ...others } = counts(below);
    assert.ok(accepted >= 10, `${accepted} answers are too few to tell`);
    assert.deepEqual(Object.keys(others), ['right valid']);
    const gain = profit(below, 'provider', 'tolerance-edge') - profit(below, 'provider', 'honest');
    const { savedStake, nodes } = purse(below, 'provider', 'tolerance-edge');
    assert.equal(savedStake, 500 * accepted);
    const honest = purse(below, 'provider', 'honest');
    const perClaim = (profit(below, 'provider', 'honest') * honest.nodes) / honest.units;
    const sameClaims = perClaim * accepted - profit(below, 'provider', 'honest');
    assert.equal(gain - sameClaims, savedStake / nodes, 'what it gains is what it saved');
    assertHonestUnharmed(below);
  });

  it('[COMPARE-1] [QUORUM-5] is inconclusive above it, and does not pay', async () => {
    for (const edge of [1.1, 2.9]) {
      const above = await at(edge);
      const { 'wrong inconclusive': refused = 0, ...others } = counts(above);
      assert.ok(refused >= 10, `${refused} answers are too few to tell`);
      assert.deepEqual(Object.keys(others), ['right valid']);
      assert.equal(moved(above, 'dishonest', SLASHES), 0);
      assert.ok(profit(above, 'provider', 'tolerance-edge') < 0);
      assertHonestUnharmed(above);
    }
  });

  it('[COMPARE-1] is slashed from the rejection on', async () => {
    const beyond = await at(3.1);
    const { 'wrong invalid': caught = 0, ...others } = counts(beyond);
    assert.ok(caught >= 10, `${caught} answers are too few to tell`);
    assert.deepEqual(Object.keys(others), ['right valid']);
    assert.equal(moved(beyond, 'dishonest', ['slash-provider']), -150_000 * caught);
    assertHonestUnharmed(beyond);
  });
});
