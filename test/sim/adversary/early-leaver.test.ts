import assert from 'node:assert/strict';
import { summarise } from '../../../sim/report/result.ts';
import { assertHonestUnharmed, fight, profit, purse } from './arena.ts';

const LEAVER = 'behaviour: early-leaver, share: 0.5, cheatRounds: 3';
const set = ['validators.count=8', 'parameters.levels=[4, 128]', 'parameters.sealSeats=8'];

describe('early-leaver', () => {
  it('[SET-1] finds its stake bound until all that it sealed is closed', async () => {
    const at = await fight(LEAVER, { set });
    const { slashCollected } = summarise(at, at.rows).wrong;
    assert.ok(slashCollected.of >= 10, `${slashCollected.of} slashes are too few to tell`);
    assert.equal(slashCollected.count, slashCollected.of);
    assert.equal(slashCollected.expected.value, 1);
    const { slashedStake, escapedSlashStake } = purse(at, 'provider', 'early-leaver');
    assert.deepEqual([slashedStake, escapedSlashStake], [150_000n * BigInt(slashCollected.of), 0n]);
    assert.ok(profit(at, 'provider', 'early-leaver') < 0);
    const late = at.rows.filter(({ round, behaviour }) => behaviour !== 'honest' && round > 4);
    assert.ok(late.length > 0 && late.every(({ isWrong }) => !isWrong), 'it cheats no longer');
    assertHonestUnharmed(at);
  });

  it('is gone before anybody is convicted when stake leaves at once', async () => {
    // seats are free, so that what convicts it costs it nothing either
    const free = ['parameters.rewardPerSeat=0', 'parameters.challengeCost=0'];
    const at = await fight(LEAVER, { set: [...set, ...free, 'economics.unbondingRounds=0'] });
    const { slashCollected } = summarise(at, at.rows).wrong;
    assert.ok(slashCollected.of >= 10, `${slashCollected.of} slashes are too few to tell`);
    assert.equal(slashCollected.count, 0);
    assert.equal(slashCollected.expected.value, null);
    const { slashedStake, escapedSlashStake } = purse(at, 'provider', 'early-leaver');
    assert.deepEqual([slashedStake, escapedSlashStake], [0n, 150_000n * BigInt(slashCollected.of)]);
  });

  it('loses part of its slashes when unbonding is shorter than judging', async () => {
    const at = await fight(LEAVER, { set: [...set, 'economics.unbondingRounds=8'] });
    const { count, of } = summarise(at, at.rows).wrong.slashCollected;
    assert.ok(count > 0 && count < of, `${count} of ${of} collected`);
  });
});
