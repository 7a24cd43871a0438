/** [SETTLE-1] Bills on disk: in the right epoch, the same after a restart, forgotten in time. */
import { deepStrictEqual, equal, notEqual } from 'node:assert/strict';
import { round, stake, toHex } from '../../../../src/base/index.ts';
import {
  billDigest,
  convictionBill,
  exitEpochs,
  settlingRound,
  subjectBill,
} from '../../../../src/core/index.ts';
import { BillBook } from '../../../../src/node/sets/bill-book.ts';
import { earningsOf } from '../../../../src/node/sets/earnings.ts';
import { createMemoryStore, type Store } from '../../../../src/store/index.ts';
import { createClusterKeys } from '../../../support/cluster-network.ts';

const keys = createClusterKeys({
  stakes: [10, 10],
  parameters: { epochRounds: 8, partitionRounds: 1, slashVoter: stake(7n) },
});
const { network } = keys;
const [validator] = keys.validators;
const id = (validator ?? keys.requester).id;
const WHOLE = { above: -1, upTo: 1_000_000 };

function bookAt(store: Store, latest: () => number): BillBook {
  return new BillBook({ store, network, latest });
}

async function epochsIn(book: BillBook): Promise<readonly number[]> {
  const epochs: number[] = [];
  for await (const { epoch } of book.bills(WHOLE)) epochs.push(epoch);
  return epochs;
}

const subject = { subject: { batch: 'b' as never, index: 0 }, provider: id, levels: [] };

describe('bill book', () => {
  it('keeps a bill in the epoch of its round, and after a restart', async () => {
    const store = createMemoryStore();
    const book = bookAt(store, () => 9);
    await book.addSubject(round(9), subject);
    deepStrictEqual(await epochsIn(book), [1]);
    const statement = await book.statement({ above: 0, upTo: 1 });
    deepStrictEqual([...statement.keys()], ['subject/b/0']);
    deepStrictEqual(await bookAt(store, () => 9).statement({ above: 0, upTo: 1 }), statement);
    equal((await book.statement({ above: 1, upTo: 2 })).size, 0);
  });

  it('what is too late for its epoch counts in the first that is not being settled', async () => {
    const latest = settlingRound(network, 1);
    const book = bookAt(createMemoryStore(), () => latest);
    await book.addSubject(round(9), subject);
    deepStrictEqual(await epochsIn(book), [2]);
    const before = bookAt(createMemoryStore(), () => latest - 1);
    await before.addSubject(round(9), subject);
    deepStrictEqual(await epochsIn(before), [1]);
  });

  it('what was settled as others saw it counts once, however late it is found', async () => {
    const latest = settlingRound(network, 1);
    const book = bookAt(createMemoryStore(), () => latest);
    const { name, bill } = subjectBill(network, subject);
    await book.adopt(1, { name, bill });
    await book.addSubject(round(9), subject);
    deepStrictEqual(await epochsIn(book), [1]);
  });

  it('[SLASH-1] a validator pays what voters pay, whatever set it is of', async () => {
    for (const isVoter of [true, false]) {
      const book = bookAt(createMemoryStore(), () => 1);
      await book.addConviction(keys.requester.id, { isVoter });
      const [earned] = await earningsOf(book.bills(WHOLE), keys.requester.id, 0);
      const { slashVoter, slashProvider } = network.parameters;
      notEqual(slashVoter, slashProvider);
      equal(earned?.amount, isVoter ? slashVoter : slashProvider);
    }
  });

  it('[SLASH-1] a conviction that a settlement left out comes with the next one', async () => {
    const book = bookAt(createMemoryStore(), () => 1);
    await book.addConviction(id, { isVoter: true });
    await book.addSubject(round(1), subject);
    const { name } = convictionBill(network, id, true);
    for (const above of [0, 3]) {
      const statement = await book.statement({ above, upTo: above + 1 });
      deepStrictEqual([...statement.keys()], [name]);
    }
    equal((await book.statement({ above: 4, upTo: 5 })).size, 0);
    equal((await book.statement({ above: -1, upTo: 5 })).size, 2);
  });

  it('a statement follows what is added', async () => {
    const book = bookAt(createMemoryStore(), () => 1);
    equal((await book.statement(WHOLE)).size, 0);
    await book.addConviction(id, { isVoter: true });
    const { name, bill } = convictionBill(network, id, true);
    deepStrictEqual([...(await book.statement(WHOLE))], [[name, toHex(billDigest(bill))]]);
  });

  it('convicts once, whenever it is told', async () => {
    const store = createMemoryStore();
    let latest = 1;
    const book = bookAt(store, () => latest);
    await book.addConviction(id, { isVoter: true });
    latest = 100;
    await bookAt(store, () => latest).addConviction(id, { isVoter: true });
    equal((await epochsIn(book)).length, 1);
  });

  it('forgets what is settled for long, or cannot be settled any more', async () => {
    const store = createMemoryStore();
    let latest = 1;
    const book = bookAt(store, () => latest);
    await book.addSubject(round(1), subject);
    await book.prune(4);
    equal((await epochsIn(book)).length, 1);
    await book.prune(5);
    equal((await epochsIn(book)).length, 0);
    await book.addSubject(round(1), subject);
    latest = 8 * (exitEpochs(network) + 4) + 8;
    await book.prune(-1);
    equal((await epochsIn(book)).length, 1);
    latest += 8;
    await book.prune(-1);
    equal((await epochsIn(book)).length, 0);
  });

  it('sums up what an account got and lost', async () => {
    const book = bookAt(createMemoryStore(), () => 1);
    await book.addConviction(id, { isVoter: true });
    const earnings = await earningsOf(book.bills(WHOLE), id, 0);
    const amount = network.parameters.slashVoter;
    deepStrictEqual(earnings, [
      { epoch: 0, reason: 'slash-equivocation', kind: 'burn', amount, count: 1, isSettled: true },
    ]);
    deepStrictEqual(await earningsOf(book.bills(WHOLE), keys.requester.id, 0), []);
  });
});
