import assert from 'node:assert/strict';
import { assertHonestUnharmed, counts, fight, moved, profit, SLASHES } from './arena.ts';

const ACCEPT = 'behaviour: briber, share: 0.3, providerShare: 0.5';
const CONVICT =
  'behaviour: briber, share: 0.3, wants: convict-right, offer: 20000, budget: 1000000000';
const set = ['workload.claimsPerRound=12'];

describe('briber who wants wrong answers accepted', () => {
  it('[QUORUM-2] finds nobody to sell at a price like the reward', async () => {
    const at = await fight(`${ACCEPT}, offer: 100`, { set: ['durationRounds=1'] });
    assert.equal(at.treasury.bribes.length, 0);
    assert.equal(counts(at)['wrong valid'], undefined);
    assertHonestUnharmed(at);
  });

  it('[QUORUM-2] [SLASH-1] buys votes at any price in vain: who sold is slashed', async () => {
    const at = await fight(`${ACCEPT}, offer: 1000000, budget: 1000000000000`, {
      set: ['durationRounds=2'],
    });
    assert.ok(at.treasury.bribes.length > 0, 'nobody sold: nothing is shown');
    assert.equal(counts(at)['wrong valid'], undefined);
    assert.ok(moved(at, 'dishonest', ['slash-voter']) < 0);
    assert.ok(profit(at, 'validator', 'briber') < 0);
    assertHonestUnharmed(at);
  });

  it('has wrong answers pass, while its budget lasts, if dissent is no challenge', async () => {
    const ablated = { ablate: ['QUORUM-2'], set };
    const poor = await fight(`${ACCEPT}, offer: 20000, budget: 100000`, ablated);
    const rich = await fight(`${ACCEPT}, offer: 20000, budget: 1000000000`, ablated);
    const promised = poor.treasury.bribes.reduce((sum, { stake }) => sum + stake, 0);
    assert.ok(promised > 0 && promised <= 100_000_000, `${promised} promised`);
    assert.ok((counts(rich)['wrong valid'] ?? 0) > (counts(poor)['wrong valid'] ?? 0));
    assert.ok(profit(rich, 'validator', 'briber') > profit(rich, 'validator', 'honest'));
  });
});

describe('briber who wants right answers convicted', () => {
  it('[QUORUM-4] finds nobody to sell: the whole pool decides', async () => {
    const at = await fight(CONVICT, { set: ['durationRounds=1'] });
    assert.equal(at.treasury.bribes.length, 0);
    assertHonestUnharmed(at);
  });

  it('has honest providers slashed when small committees take money', async () => {
    const at = await fight(CONVICT, { ablate: ['QUORUM-4'], set });
    const convicted = counts(at)['right invalid'] ?? 0;
    assert.ok(convicted > 0);
    assert.ok(moved(at, 'honest', SLASHES) < 0);
  });
});
