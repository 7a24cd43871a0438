import assert from 'node:assert/strict';
import { Beacon } from '../../../sim/beacon.ts';
import { round, sha256, utf8 } from '../../../src/base/index.ts';
import { createStandInBeaconSource, standInCrypto } from '../../../src/crypto/index.ts';

type Kind = ConstructorParameters<typeof Beacon>[0]['beacon'];

describe('the beacon of a run', () => {
  it('is one chain that nobody chooses or foresees, unless a scenario says so', () => {
    const { beacon } = beaconOf({ kind: 'threshold' });
    const signature = beacon.sign(1);
    assert.equal(beacon.accepting(standInCrypto), standInCrypto);
    assert.deepEqual(standInCrypto.verifyBeacon(beacon.chainKey, 1, signature), sha256(signature));
    assert.equal(beacon.foresee(round(2)), undefined);
  });

  it('is known as many rounds ahead as a scenario says, and no more', () => {
    const { beacon } = beaconOf({ kind: 'predictable', aheadRounds: 2 });
    beacon.sign(5);
    const [sixth, seventh] = [beacon.foresee(round(6)), beacon.foresee(round(7))];
    assert.equal(beacon.foresee(round(8)), undefined);
    assert.deepEqual(sixth, sha256(beacon.sign(6)));
    assert.deepEqual(seventh, sha256(beacon.sign(7)));
  });

  it('takes the value that is chosen among 2^revealers, and each of them verifies', () => {
    const { beacon, offered } = beaconOf({ kind: 'last-revealer', revealers: 2 }, 3);
    const signature = beacon.sign(9);
    assert.equal(offered[0]?.length, 4);
    assert.equal(new Set(offered[0]?.map((value) => value.join())).size, 4);
    const crypto = beacon.accepting(standInCrypto);
    const { chainKey } = beacon;
    assert.deepEqual(crypto.verifyBeacon(chainKey, 9, signature), offered[0]?.[3]);
    assert.equal(crypto.verifyBeacon(chainKey, 8, signature), undefined, 'of that round only');
    assert.equal(standInCrypto.verifyBeacon(chainKey, 9, signature), undefined);
    const good = { round: 9, signature };
    assert.deepEqual(crypto.verifyBeacons(chainKey, [good]), [offered[0]?.[3]]);
    assert.equal(crypto.verifyBeacons(chainKey, [good, { round: 8, signature }]), undefined);
    assert.equal(beacon.foresee(round(10)), undefined);
  });
});

function beaconOf(kind: Kind, chosen = 0) {
  const offered: (readonly Uint8Array[])[] = [];
  const beacon = new Beacon({
    beacon: kind,
    chain: (name) => createStandInBeaconSource(sha256(utf8(name))),
    choose: (_, randomness) => {
      offered.push(randomness);
      return chosen;
    },
  });
  return { beacon, offered };
}
