/** [SET-1] [SET-2] The chain in a node: what it tells, asks for, and keeps on disk. */
import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import { stake } from '../../../../src/base/index.ts';
import { proposeStep, SetChain } from '../../../../src/core/index.ts';
import { SetService, type SetServiceOptions } from '../../../../src/node/sets/set-service.ts';
import { createMemoryStore } from '../../../../src/store/index.ts';
import { decodeMessage, encodeMessage, type StepMessage } from '../../../../src/wire/index.ts';
import { Cluster } from '../../../support/cluster.ts';

const EPOCH_ROUNDS = 8;

/** Steps 1 (for an epoch), 2, … of a network, each taking one unit off a member. */
function stepsOf(untilMs: number, count: number): { cluster: Cluster; steps: StepMessage[] } {
  const cluster = new Cluster({
    stakes: [10, 10, 10, 10],
    hasOperator: true,
    parameters: { epochRounds: EPOCH_ROUNDS, partitionRounds: 1 },
  });
  const { chain } = cluster.node('v1').validator;
  const { id } = cluster.node('v4').signer;
  cluster.runUntil(1500);
  for (let number = 1; number <= count; number++) {
    const changes = [{ kind: 'stake', id, stake: stake(BigInt(10 - number)) }] as const;
    const epoch = number === 1 ? 1 : chain.head.epoch + 1;
    const made = proposeStep(chain.head, { epoch, changes }, cluster.keys.operator);
    ok('type' in made);
    if (number === 1) cluster.runUntil(untilMs);
    cluster.inject(made);
    cluster.runRounds(1);
  }
  return { cluster, steps: [...chain.steps] };
}

type Stubs = Partial<Record<keyof SetServiceOptions, unknown>>;

function serviceOn(cluster: Cluster, chain: SetChain, stubs: Stubs = {}) {
  const work: Promise<unknown>[] = [];
  const store = createMemoryStore();
  const { assembly } = cluster.node('v1').validator;
  const options = {
    ...{ network: cluster.network, store, latest: () => 1, found: () => undefined },
    host: { id: cluster.node('v1').signer.id, peers: () => [] },
    view: { membership: { chain, assembly } },
    feed: { take: async () => true },
    durable: async () => undefined,
    track: (promise: Promise<unknown>) => work.push(promise),
    signal: new AbortController().signal,
    ...stubs,
  } as Stubs as SetServiceOptions;
  const service = new SetService(options);
  return { service, store, done: () => Promise.all(work) };
}

function appendTo(chain: SetChain, cluster: Cluster, step: StepMessage): void {
  const checked = chain.check(cluster.keys.crypto, step);
  ok(checked.kind === 'valid');
  chain.append({ ...checked.link, step });
}

describe('set service', () => {
  it('[GUARD-1] tells of its own confirmations when they are durable, not before', async () => {
    const { cluster, steps } = stepsOf(1500, 1);
    const durable = Promise.withResolvers<void>();
    const { chain } = cluster.node('v1').validator;
    const { service } = serviceOn(cluster, chain, { durable: () => durable.promise });
    let isAnswered = false;
    const answer = service.answer({ method: 'chain', from: 1 }).then((frames) => {
      isAnswered = true;
      return frames;
    });
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    equal(isAnswered, false);
    durable.resolve();
    deepStrictEqual(await answer, steps.map(encodeMessage));
  });

  it('[WIRE-3] asks once in a round, whoever says that there are later sets', async () => {
    const { cluster } = stepsOf(1500, 1);
    const { chain } = cluster.node('v1').validator;
    let [latest, asked] = [5, 0];
    const host = {
      id: cluster.node('v1').signer.id,
      peers: () => {
        asked += 1;
        return [];
      },
    };
    const { service, done } = serviceOn(cluster, chain, { host, latest: () => latest });
    for (let i = 0; i < 6; i++) {
      if (i === 3) latest += 1;
      service.take({ kind: 'set-behind', number: 9 }, () => undefined);
      await done();
    }
    equal(asked, 2);
  });

  it('[SET-1] keeps on disk that a set comes earlier, also under the next one', async () => {
    const early = stepsOf(1500, 2);
    const late = stepsOf((EPOCH_ROUNDS + EPOCH_ROUNDS / 2) * 1000 + 1500, 1);
    const { cluster } = early;
    const [first, second] = early.steps;
    const [slow] = late.steps;
    ok(first !== undefined && second !== undefined && slow !== undefined);
    deepStrictEqual([first.epoch, slow.epoch], [1, 2]);
    const chain = new SetChain(cluster.draws);
    const { service, store, done } = serviceOn(cluster, chain);
    const changed = () => {
      const { number, epoch } = chain.head;
      service.take({ kind: 'set-changed', number, epoch }, () => undefined);
      return done();
    };
    appendTo(chain, cluster, slow);
    await changed();
    const checked = new SetChain(cluster.draws).check(cluster.keys.crypto, first);
    ok(checked.kind === 'valid');
    chain.replaceHead({ ...checked.link, step: first });
    appendTo(chain, cluster, second);
    await changed();
    const kept = [];
    for (const key of await store.keys('step')) {
      const read = decodeMessage((await store.get('step', key)) ?? new Uint8Array(0));
      kept.push(read.kind === 'ok' && read.decoded.message.type === 'step' && read.decoded.message);
    }
    deepStrictEqual(kept, [first, second]);
  });
});
