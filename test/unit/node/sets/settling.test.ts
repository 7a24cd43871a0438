/**
 * [SETTLE-1] A node settles what is over: with the bills that members vouch for, whoever lies about
 * them or was away.
 */
import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { NodeId } from '../../../../src/base/index.ts';
import {
  billFormat,
  convictionBill,
  Draws,
  type NamedBill,
  SetChain,
  settleEpochs,
  settlingRound,
} from '../../../../src/core/index.ts';
import type { RpcRequest } from '../../../../src/node/rpc/index.ts';
import { BillBook } from '../../../../src/node/sets/bill-book.ts';
import { namedBillFormat, statementFormat } from '../../../../src/node/sets/formats.ts';
import { Settling } from '../../../../src/node/sets/settling.ts';
import { createMemoryStore } from '../../../../src/store/index.ts';
import type { SettlementResult } from '../../../../src/wire/index.ts';
import { createClusterKeys } from '../../../support/cluster-network.ts';

const keys = createClusterKeys({
  stakes: [10, 10, 10, 10],
  parameters: { epochRounds: 8, partitionRounds: 1 },
});
const { network } = keys;
const ids = keys.validators.map(({ id }) => id);
const [self = keys.requester.id, ...others] = ids;
const chain = new SetChain(new Draws(network));
const due = settlingRound(network, 0);

/** Answers as a member with these bills does. */
type Member = (request: RpcRequest) => Promise<readonly Uint8Array[]>;

async function bookOf(bills: readonly NamedBill[]): Promise<BillBook> {
  const book = new BillBook({ store: createMemoryStore(), network, latest: () => due });
  for (const bill of bills) await book.adopt(0, bill);
  return book;
}

function member(book: BillBook, bytesOf = billFormat.encode): Member {
  return async (request) => {
    if (request.method === 'statement') {
      const bills = [...(await book.statement(request))].map(([name, digest]) => ({
        name,
        digest,
      }));
      return [statementFormat.encode({ bills })];
    }
    const frames: Uint8Array[] = [];
    for await (const { name, bill } of book.bills({ above: -1, upTo: 0 })) {
      frames.push(namedBillFormat.encode({ name, bytes: bytesOf(bill) }));
    }
    return frames;
  };
}

const away: Member = async () => [];

async function settle(
  own: readonly NamedBill[],
  members: readonly Member[],
  latest: number = due,
): Promise<{ results: readonly SettlementResult[]; book: BillBook; asked: readonly NodeId[] }> {
  const results: SettlementResult[] = [];
  const asked: NodeId[] = [];
  const book = await bookOf(own);
  const settling = new Settling({
    ...{ self, chain, book, isAgreed: () => false },
    peers: () => [...others, keys.requester.id],
    ask: (peer, request) => {
      if (request.method === 'bills') asked.push(peer);
      return (members[others.indexOf(peer)] ?? away)(request);
    },
    found: (result) => results.push(result),
  });
  await settling.tick(latest);
  return { results, book, asked };
}

const [first, second] = others.map((id) => convictionBill(network, id, true));
ok(first !== undefined && second !== undefined);
const both = [first, second];
const expected = (bills: readonly NamedBill[]) => settleEpochs(chain.head.state, 0, bills);

describe('settling', () => {
  it('waits until the epoch and its window are over', async () => {
    const honest = member(await bookOf(both));
    deepStrictEqual((await settle(both, [honest, honest, honest], due - 1)).results, []);
    equal((await settle(both, [honest, honest, honest])).results.length, 1);
  });

  it('comes to the same as the others, and asks for no bill that it has', async () => {
    const honest = member(await bookOf(both));
    const { results, asked } = await settle(both, [honest, honest, honest]);
    deepStrictEqual(results, [expected(both)]);
    deepStrictEqual(asked, []);
  });

  it('takes from others what it missed, and vouches for it from then on', async () => {
    const honest = member(await bookOf(both));
    const { results, book } = await settle([first], [honest, honest, honest]);
    deepStrictEqual(results, [expected(both)]);
    equal((await book.statement({ above: -1, upTo: 0 })).size, 2);
  });

  it('what it alone saw does not count', async () => {
    const honest = member(await bookOf([first]));
    const { results } = await settle(both, [honest, honest, honest]);
    deepStrictEqual(results, [expected([first])]);
  });

  it('says nothing while members of a third of the stake do not answer', async () => {
    const honest = member(await bookOf(both));
    deepStrictEqual((await settle(both, [honest, away, away])).results, []);
    equal((await settle(both, [honest, honest, away])).results.length, 1);
  });

  it('a member that sends another bill than it vouches for is asked in vain', async () => {
    const book = await bookOf(both);
    const forged = { charges: [], rewards: [] };
    const liar = member(book, () => billFormat.encode(forged));
    const honest = member(book);
    const { results, asked } = await settle([], [liar, honest, honest]);
    deepStrictEqual(results, [expected(both)]);
    ok(asked.length > 1, 'somebody else was asked');
    deepStrictEqual((await settle([], [liar, liar, liar])).results, []);
  });

  it('a member that sends one right bill smuggles in no other with it', async () => {
    const book = await bookOf(both);
    const firstName = [...(await book.statement({ above: -1, upTo: 0 })).keys()][0];
    const forged = { charges: [], rewards: [] };
    const right = both.find(({ name }) => name === firstName)?.bill;
    const liar = member(book, (bill) =>
      billFormat.encode(right !== undefined && isDeepStrictEqual(bill, right) ? bill : forged),
    );
    const { results } = await settle([], [liar, member(book), member(book)]);
    deepStrictEqual(results, [expected(both)]);
  });

  it('what does not decode is no statement', async () => {
    const garbage: Member = async () => [Uint8Array.of(1, 2, 3)];
    const honest = member(await bookOf(both));
    deepStrictEqual((await settle(both, [honest, garbage, garbage])).results, []);
  });
});
