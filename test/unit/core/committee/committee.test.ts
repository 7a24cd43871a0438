/** Committees: linear in stake, without the provider, with quorums of more than two thirds. */
import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import { type NodeId, round, sha256, utf8 } from '../../../../src/base/index.ts';
import {
  type Committee,
  drawCommittee,
  isHeavyLevel,
  lastLevel,
  type Network,
  poolOf,
  quorumOf,
  wholeSet,
} from '../../../../src/core/index.ts';
import { chiSquare } from '../../../support/chi-square.ts';
import { createClusterKeys, MODEL, OTHER_MODEL } from '../../../support/cluster-network.ts';

const networkOf = (stakes: readonly number[]): Network => createClusterKeys({ stakes }).network;

function draw(network: Network, seats: number, i = 0): Committee {
  return drawCommittee(network, {
    kind: 'seal',
    pool: wholeSet(network),
    seats,
    randomness: sha256(utf8(`beacon ${i}`)),
    provider: createClusterKeys({ stakes: [1] }).network.providers[0]?.id as never,
    round: round(1),
  });
}

/** Seats of each validator, in set order, over many draws. */
function seatCounts(network: Network, seats: number, draws: number): readonly number[] {
  const counts = network.validators.map(() => 0);
  for (let i = 0; i < draws; i++) {
    const committee = draw(network, seats, i);
    for (const [at, id] of committee.holders.entries()) {
      const index = network.validatorIndex.get(id) ?? -1;
      counts[index] = (counts[index] ?? 0) + Number(committee.weights[at]);
    }
  }
  return counts;
}

describe('committees', () => {
  it('[SEAT-1] are linear in stake', () => {
    const stakes = [1, 2, 3, 4, 10, 20];
    const counts = seatCounts(networkOf(stakes), 5, 2000);
    const expected = stakes.map((stake) => (10_000 * stake) / 40);
    // 99.9 % of samples stay below 20.5 with 5 degrees of freedom
    ok(chiSquare(counts, expected) < 20.5, counts.join(' '));
  });

  it('[SEAT-1] give split stake nothing', () => {
    const whole = seatCounts(networkOf([30, 10, 10, 10, 10]), 4, 2500);
    const split = seatCounts(networkOf([10, 10, 10, 10, 10, 10, 10]), 4, 2500);
    const [one = 0] = whole;
    const three = split.slice(0, 3).reduce((sum, count) => sum + count, 0);
    // 3/7 of 10,000 seats each; the standard deviation is 50
    for (const count of [one, three]) ok(Math.abs(count - 30_000 / 7) < 165, `${count}`);
  });

  it('[SEAT-1] leave the provider and validators without the model out', () => {
    const { network, validators } = createClusterKeys({
      stakes: [5, 5, 5, 5, 5],
      nicheCount: 3,
      isProviderValidator: true,
    });
    const provider = validators[0]?.id as never;
    deepStrictEqual(poolOf(network, MODEL, provider).members, [1, 2, 3, 4]);
    deepStrictEqual(poolOf(network, OTHER_MODEL, provider).members, [1, 2]);
    equal(poolOf(network, OTHER_MODEL, provider).stake, 10n);
  });

  it('[SEAT-1] never draw a validator without stake', () => {
    const network = networkOf([0, 5, 0, 5]);
    deepStrictEqual(wholeSet(network).members, [1, 3]);
    equal(seatCounts(network, 1, 200)[0], 0);
  });

  it('[SEAT-3] list each holder once, in order of first seat, with its seats as weight', () => {
    const network = networkOf(new Array(12).fill(1));
    const committee = draw(network, 8, 3);
    equal(new Set(committee.holders).size, committee.holders.length);
    equal(
      committee.weights.reduce((sum, weight) => sum + weight, 0n),
      8n,
    );
    equal(committee.unit, 'seats');
    ok(committee.holders.length < 8, 'somebody has two seats');
    const inSetOrder = committee.holders.map((id) => network.validatorIndex.get(id));
    ok(inSetOrder.some((index, i) => i > 0 && (index ?? 0) < (inSetOrder[i - 1] ?? 0)));
    for (const [index, id] of committee.holders.entries()) {
      equal(committee.indexOf.get(id), index);
      const validator = network.validators[network.validatorIndex.get(id) ?? -1];
      equal(committee.voteKeys[index], validator?.voteKey);
    }
  });

  it('[QUORUM-1] are the whole pool by stake, in set order, if seats are no fewer', () => {
    const network = networkOf([7, 2, 4]);
    for (const seats of [3, 4, 1024]) {
      const committee = draw(network, seats);
      equal(committee.unit, 'stake');
      deepStrictEqual(committee.weights, [7n, 2n, 4n]);
      deepStrictEqual(
        committee.holders,
        network.validators.map(({ id }) => id),
      );
      equal(committee.quorum, 9n);
    }
    equal(draw(network, 2).unit, 'seats');
  });

  it('[QUORUM-1] have quorums of more than two thirds', () => {
    const table = [3, 4, 16, 64, 128, 256, 1024].map((k) => {
      const q = quorumOf(BigInt(k));
      return [k, Number(q), k - Number(q) + 1, 2 * Number(q) - k];
    });
    deepStrictEqual(table, [
      [3, 3, 1, 3],
      [4, 3, 2, 2],
      [16, 11, 6, 6],
      [64, 43, 22, 22],
      [128, 86, 43, 44],
      [256, 171, 86, 86],
      [1024, 683, 342, 342],
    ]);
    for (let k = 1n; k < 200n; k++) {
      const q = quorumOf(k);
      ok(3n * q > 2n * k && 3n * (q - 1n) <= 2n * k, `${k}`);
    }
  });

  it('[QUORUM-1] end with the whole pool, or the largest listed level', () => {
    const levels = [4, 8, 16];
    const at = (count: number) => lastLevel(levels, wholeSet(networkOf(new Array(count).fill(1))));
    deepStrictEqual([1, 4, 5, 8, 9, 16, 17, 40].map(at), [0, 0, 1, 1, 2, 2, 2, 2]);
  });
});

describe('[QUORUM-4] heavy levels', () => {
  const { network } = createClusterKeys({
    stakes: new Array(12).fill(1),
    nicheCount: 8,
    parameters: { slashSeats: 8, levels: [4, 8, 16] },
  });
  const provider = network.providers[0]?.id as NodeId;
  const heavy = (seats: number, pool = wholeSet(network)) =>
    isHeavyLevel(network, { pool, seats, provider });

  it('have slashSeats seats or the whole pool', () => {
    deepStrictEqual(
      [4, 7, 8, 16].map((seats) => heavy(seats)),
      [false, false, true, true],
    );
    equal(heavy(4, poolOf(networkOf([1, 1, 1]), MODEL, provider as never)), false);
  });

  it('[MODEL-1] have a pool of at least minPoolStake', () => {
    equal(heavy(8, poolOf(network, OTHER_MODEL, provider as never)), true);
    const niche = createClusterKeys({ stakes: new Array(12).fill(1), nicheCount: 7 }).network;
    const pool = poolOf(niche, OTHER_MODEL, provider as never);
    equal(isHeavyLevel(niche, { pool, seats: 1024, provider }), false);
  });
});
