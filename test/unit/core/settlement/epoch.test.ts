/** [SETTLE-1] Which bills count, and what epochs come to. */
import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import { type NodeId, stake } from '../../../../src/base/index.ts';
import {
  agreedBills,
  applyStep,
  type Bill,
  billDigest,
  billFormat,
  convictionBill,
  genesisState,
  type NamedBill,
  settleEpochs,
  stateHash,
} from '../../../../src/core/index.ts';
import { createClusterKeys } from '../../../support/cluster-network.ts';

const keys = createClusterKeys({ stakes: [10, 10, 10, 10], providerStake: 100n });
const { network } = keys;
const state = genesisState(network);
const [v1, v2, v3, v4] = keys.validators.map(({ id }) => id) as [NodeId, NodeId, NodeId, NodeId];
const p1 = (keys.providers[0] ?? keys.requester).id;

const said = (validator: NodeId, bills: Readonly<Record<string, string>>) => ({
  validator,
  bills: new Map(Object.entries(bills)),
});

const reserve: NamedBill = {
  name: 'batch/a',
  bill: {
    charges: [{ kind: 'collect', account: p1, amount: 30n, reason: 'reserve' }],
    rewards: [],
  },
};
const work = (name: string, account: NodeId, amount: bigint): NamedBill => ({
  name: `subject/${name}`,
  bill: { charges: [], rewards: [{ kind: 'pay', account, amount, reason: 'reward' }] },
});

describe('settlement of epochs', () => {
  it('counts what members of more than a third of the stake vouch for', () => {
    const statements = [
      said(v1, { a: '1', b: '1', c: '1' }),
      said(v2, { a: '1', b: '2' }),
      said(v3, { a: '1', b: '2' }),
      said(v4, { a: '2' }),
    ];
    deepStrictEqual(
      [...agreedBills(network, statements)],
      [
        ['a', '1'],
        ['b', '2'],
      ],
    );
  });

  it('what a stranger vouches for does not count', () => {
    const statements = [said(v1, { a: '1' }), said(keys.requester.id, { a: '1' })];
    equal(agreedBills(network, statements).size, 0);
    equal(agreedBills(network, [...statements, said(v2, { a: '1' })]).size, 1);
  });

  it('a third of the stake is not enough: it may be dishonest as a whole', () => {
    const third = createClusterKeys({ stakes: [10, 10, 10] }).network;
    const [one, two] = third.validators.map(({ id }) => said(id, { a: '1' }));
    ok(one !== undefined && two !== undefined);
    equal(agreedBills(third, [one]).size, 0);
    equal(agreedBills(third, [one, two]).size, 1);
  });

  it('of two versions the one of more stake counts, whoever is asked first', () => {
    const statements = [said(v1, { a: '2' }), said(v2, { a: '1' }), said(v3, { a: '1' })];
    for (const order of [statements, [...statements].reverse()]) {
      deepStrictEqual([...agreedBills(network, order)], [['a', '1']]);
    }
    const tied = [...statements, said(v4, { a: '2' })];
    for (const order of [tied, [...tied].reverse()]) {
      deepStrictEqual([...agreedBills(network, order)], [['a', '1']]);
    }
  });

  it('the order in which bills come changes nothing', () => {
    const bills = [work('x', v1, 20n), work('y', v2, 20n), reserve];
    const result = settleEpochs(state, 3, bills);
    deepStrictEqual(settleEpochs(state, 3, [...bills].reverse()), result);
    const after = new Map(result.balances.map((balance) => [balance.id, balance.stake]));
    // the pool holds 30: the first in order is paid whole, the second what is left
    deepStrictEqual([after.get(v1), after.get(v2), after.get(p1)], [30n, 20n, 70n]);
    equal(result.pool, 0n);
  });

  it('slashes whom evidence convicts once, over all settlements', () => {
    const bills = [convictionBill(network, v2, true)];
    const result = settleEpochs(state, 0, bills);
    deepStrictEqual(result.convicted, [v2]);
    deepStrictEqual(result.balances, [{ id: v2, stake: 0n }]);
    equal(result.burned, 10n);
    const none = new Uint8Array(0);
    const next = applyStep(state, {
      ...{ number: 1, predecessor: stateHash(state), epoch: 1, changes: [] },
      settlement: { ...result, holders: none, signature: none },
    });
    if ('refused' in next) throw new Error(next.refused);
    deepStrictEqual(settleEpochs(next, 1, bills).convicted, []);
    equal(settleEpochs(next, 1, bills).burned, 10n);
  });

  it('a bill is read as it was written, and its digest names all of it', () => {
    const { bill } = work('x', v1, 20n);
    const read = billFormat.decode(billFormat.encode(bill));
    deepStrictEqual(read, { kind: 'ok', value: bill });
    const other: Bill = {
      ...bill,
      rewards: bill.rewards.map((each) => ({ ...each, amount: stake(21n) })),
    };
    equal(billDigest(bill).join() === billDigest(other).join(), false);
  });
});
