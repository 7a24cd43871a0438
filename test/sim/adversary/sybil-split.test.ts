import assert from 'node:assert/strict';
import { wilsonInterval } from '../../../src/theory/index.ts';
import { assertHonestUnharmed, type Fight, fight, purse } from './arena.ts';

/** A quarter of the stake, of four validators, whole or in eight parts each. */
const WHOLE = 'behaviour: sybil-split, share: 0.25, identities: 1';
const SPLIT = 'behaviour: sybil-split, share: 0.25, identities: 8';
const set = ['workload.claimsPerRound=12', 'durationRounds=8'];

describe('sybil-split', () => {
  it('[SEAT-1] wins no seat by being many', async () => {
    const whole = await fight(WHOLE, { set });
    const split = await fight(SPLIT, { set });
    assert.equal(split.network.totalStake, whole.network.totalStake);
    assert.equal(purse(whole, 'validator', 'sybil-split').nodes, 4);
    assert.equal(purse(split, 'validator', 'sybil-split').nodes, 32);
    for (const at of [whole, split]) {
      const { won, all } = seatsOf(at);
      assert.ok(all >= 1_000, `${all} seats are too few to tell`);
      const { low, high } = wilsonInterval({ events: won, trials: all, confidence: 0.999 });
      assert.ok(low <= 0.25 && 0.25 <= high, `${won} of ${all} seats`);
      assertHonestUnharmed(at);
    }
  });

  it('wins seats in proportion to identities, if these are what is drawn', async () => {
    const at = await fight(SPLIT, { ablate: ['SEAT-1'], set });
    const { won, all } = seatsOf(at);
    const { low, high } = wilsonInterval({ events: won, trials: all, confidence: 0.999 });
    const byIdentity = 32 / 44;
    assert.ok(low <= byIdentity && byIdentity <= high, `${won} of ${all} seats`);
  });
});

/** Seats that the sybils held, of all. */
function seatsOf(at: Fight): { readonly won: number; readonly all: number } {
  const won = purse(at, 'validator', 'sybil-split').units;
  return { won, all: won + purse(at, 'validator', 'honest').units };
}
