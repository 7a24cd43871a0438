import assert from 'node:assert/strict';
import { assertHonestUnharmed, counts, fight, moved, profit } from './arena.ts';

const withholder = (servedShare: number) =>
  `behaviour: withholder, share: 0.5, cheatShare: 0.5, servedShare: ${servedShare}`;
/** One leaf of four is drawn. Seats are nearly free: their cost [QUORUM-5] would deter as well. */
const set = [
  'validators.count=8',
  'parameters.levels=[4, 128]',
  'parameters.sealSeats=8',
  'workload.classes={ standard: 1 }',
  'workload.claimsPerRound=16',
  'parameters.rewardPerSeat=1',
  'parameters.challengeCost=1',
];

describe('withholder', () => {
  it('[SLASH-1] pays as much for giving an output to nobody as for a wrong one', async () => {
    const at = await fight(withholder(0), { set });
    const { 'wrong unavailable': missing = 0, 'wrong invalid': found } = counts(at);
    assert.ok(missing >= 4 && found === undefined, `${missing} leaves are too few to tell`);
    assert.equal(moved(at, 'dishonest', ['slash-provider']), -150_000 * missing);
    assert.ok(profit(at, 'provider', 'withholder') < profit(at, 'provider', 'honest'));
    assertHonestUnharmed(at);
  });

  it('[SAMPLE-2] is found wrong by all if it serves some: these serve the others', async () => {
    const at = await fight(withholder(0.5), { set });
    const { 'wrong invalid': found = 0, ...others } = counts(at);
    assert.ok(found >= 4, `${found} leaves are too few to tell`);
    assert.deepEqual(Object.keys(others).sort(), ['right undrawn', 'right valid', 'wrong undrawn']);
    assert.equal(moved(at, 'dishonest', ['slash-provider']), -150_000 * found);
    assertHonestUnharmed(at);
  });

  it('keeps its stake and earns more than honesty when silence is not slashed', async () => {
    const at = await fight(withholder(0), { ablate: ['SLASH-1'], set });
    assert.ok((counts(at)['wrong unavailable'] ?? 0) >= 4);
    assert.equal(moved(at, 'dishonest', ['slash-provider']), 0);
    assert.ok(profit(at, 'provider', 'withholder') > profit(at, 'provider', 'honest'));
  });
});
