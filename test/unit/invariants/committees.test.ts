/** [SET-1] The judge of a run draws from the set that serves the round of a batch. */
import { deepEqual, ok } from 'node:assert/strict';
import { defined, round } from '../../../src/base/index.ts';
import { Committees } from '../../../src/invariants/index.ts';
import { batchId } from '../../../src/wire/index.ts';
import { CHANGED_ROUND, changedFixtureOf } from '../receipt/fixture.ts';

const { keys, chain, receipt } = changedFixtureOf('drawn');
ok(receipt.kind === 'drawn');
const { header } = receipt.certificate;

describe('the committees of a judge', () => {
  it('[SET-1] are drawn from the set of their round', () => {
    const committees = new Committees({
      sets: () => chain,
      truth: { isHonest: () => true },
      randomnessOf: (r) => keys.crypto.verifyBeacon(keys.beacon.chainKey, r, keys.beacon.sign(r)),
    });
    const holdersAt = (r: typeof CHANGED_ROUND): readonly string[] => {
      const batch = { ...header, round: r };
      committees.note(batch);
      const committee = committees.of({ batch: batchId(batch), index: 0 }, 0);
      return defined(committee, 'its beacon is known').holders;
    };
    const leaver = defined(keys.validators[0], 'there is one').id;
    const newcomer = defined(keys.standby[0], 'one stands by').id;
    const among = (r: typeof CHANGED_ROUND) => {
      const holders = holdersAt(r);
      return [holders.includes(leaver), holders.includes(newcomer)];
    };
    deepEqual(among(round(1)), [true, false]);
    deepEqual(among(CHANGED_ROUND), [false, true]);
  });
});
