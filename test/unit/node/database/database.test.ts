/** The database of a node: what its check finds, what is forgotten and what never, migration. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { defined, round, utf8 } from '../../../../src/base/index.ts';
import { firstRound, windowRounds } from '../../../../src/core/index.ts';
import { Archive } from '../../../../src/node/archive.ts';
import {
  checkStore,
  firstKept,
  keepEpochsMin,
  MIGRATIONS,
  mendStore,
  pruneStore,
} from '../../../../src/node/database/index.ts';
import { createMemoryStore, type Space, type Store } from '../../../../src/store/index.ts';
import { claimId } from '../../../../src/wire/index.ts';
import { createClusterKeys } from '../../../support/cluster-network.ts';
import {
  batchOf,
  beaconAt,
  certificateAbout,
  claimNamed,
  headerAt,
  nodeOf,
  openingOf,
  received,
} from '../protocol-messages.ts';

const { network } = createClusterKeys({ stakes: [1, 1, 1, 1] });
const ALL = { limit: Number.POSITIVE_INFINITY };
const KEPT_FOREVER: readonly (readonly [Space, string])[] = [
  ['step', '0000000000000001'],
  ['bill', '0000000000000000/x'],
  ['meta', 'conviction'],
];

describe('check of a database', () => {
  it('finds nothing wrong with what a node writes', async () => {
    const store = await storeWith([7, 8]);
    const report = await checkStore(store, {});
    deepEqual(report.problems, []);
    equal(report.problemCount, 0);
    deepEqual(report.entries, {
      ...{ beacon: 2, batch: 2, subject: 2, claim: 2, certificate: 2, age: 6, peer: 1 },
    });
  });

  it('tells of each kind of fault, and mends all but what it does not know', async () => {
    const faults: readonly (readonly [Space, string, string])[] = [
      ['beacon', '12', 'key-malformed'],
      ['beacon', '0000000000000099', 'mismatch'],
      ['batch', batchOf(headerAt(50)), 'mismatch'],
      ['certificate', `0000000000000001/${batchOf(headerAt(1))}/0/0/valid`, 'mismatch'],
      ['claim', claimId(claimNamed('lost')), 'dangling'],
      ['age', `0000000000000009/batch/${batchOf(headerAt(9))}`, 'dangling'],
      ['evidence', 'somebody', 'key-malformed'],
      ['step', '0000000000000004', 'mismatch'],
      ['bill', 'x', 'key-malformed'],
    ];
    for (const [space, key, code] of faults) {
      const store = await storeWith([7]);
      const value = space === 'claim' ? utf8(`${batchOf(headerAt(1))}/0`) : utf8('nonsense');
      await store.put([{ space, key, value }]);
      const { problems } = await checkStore(store, {});
      deepEqual(
        problems.map((problem) => [problem.space, problem.key, problem.code]),
        [[space, key, code]],
      );
      equal(await mendStore(store, problems), 1);
      equal((await checkStore(store, {})).problemCount, 0, `${space} ${code}`);
    }
  });

  it('tells of what is not listed by round, for it would never be forgotten', async () => {
    const store = await storeWith([7]);
    const [age] = await store.keys('age');
    await store.put([{ space: 'age', key: defined(age, 'there is one'), value: undefined }]);
    const { problems } = await checkStore(store, {});
    deepEqual(
      problems.map(({ space, code }) => [space, code]),
      [['batch', 'ageless']],
    );
  });

  it('stops when it is told to', async () => {
    const store = await storeWith([7]);
    const error = await checkStore(store, { signal: AbortSignal.abort() }).catch((e) => e);
    equal(error.name, 'AbortError');
  });
});

describe('pruning', () => {
  it('forgets what is of earlier rounds, with its claims, and nothing else', async () => {
    const store = await storeWith([7, 8, 9]);
    await store.put(KEPT_FOREVER.map(([space, key]) => ({ space, key, value: utf8('kept') })));
    const pruned = await pruneStore(store, { below: round(9), ...ALL });
    deepEqual(pruned, { entries: 6, certificates: 2, beacons: 2 });
    const archive = new Archive(store);
    for (const r of [7, 8]) {
      deepEqual(await archive.lookup(batchOf(headerAt(r)), 0), [], `round ${r}`);
      equal(await archive.find(claimId(claimNamed(`${r}`))), undefined);
    }
    equal((await archive.lookup(batchOf(headerAt(9)), 0)).length, 3);
    ok((await archive.find(claimId(claimNamed('9')))) !== undefined);
    equal((await archive.beacons(round(9), 5)).length, 1);
    for (const [space, key] of KEPT_FOREVER) ok((await store.get(space, key)) !== undefined, space);
    equal((await store.keys('peer')).length, 1);
  });

  it('does no more at a time than it may, and in the end everything', async () => {
    const store = await storeWith([1, 2, 3, 4, 5]);
    const before = await countOf(store);
    let runs = 0;
    for (let keys = -1; keys !== 0; runs += 1) {
      const { entries, certificates, beacons } = await pruneStore(store, {
        below: round(100),
        limit: 4,
      });
      keys = entries + certificates + beacons;
      ok(keys <= 4);
    }
    equal(runs, Math.ceil(((3 + 1 + 1) * 5) / 4) + 1);
    equal(await countOf(store), 1, `of ${before} entries the peer stays`);
  });

  it('only counts in a dry run', async () => {
    const store = await storeWith([1, 2]);
    const before = await countOf(store);
    const dry = await pruneStore(store, { below: round(2), ...ALL, isDryRun: true });
    equal(await countOf(store), before);
    deepEqual(await pruneStore(store, { below: round(2), ...ALL }), dry);
  });

  it('[SET-4] never touches what is open or slashable, however little shall be kept', () => {
    const { epochRounds, partitionRounds } = network.parameters;
    const latest = round(100 * epochRounds + 1);
    const kept = firstKept(network, latest, 0);
    ok(latest - kept >= windowRounds(network) + partitionRounds + 2 * epochRounds);
    equal(kept, firstRound(network, 100 - keepEpochsMin(network)));
    equal(firstKept(network, latest, 60), firstRound(network, 40));
    equal(firstKept(network, 5, 60), 1);
  });
});

describe('migration of a database', () => {
  it('1 → 2 lists by round what a node of schema 1 kept, as this one writes it', async () => {
    const store = await storeWith([7, 8]);
    const now = await store.keys('age');
    await store.put(now.map((key) => ({ space: 'age', key, value: undefined })));
    const [step] = MIGRATIONS;
    for await (const entries of defined(step, 'there is one').changes(store)) {
      await store.put(entries);
    }
    deepEqual(await store.keys('age'), now);
    equal((await checkStore(store, {})).problemCount, 0);
  });
});

/** A store with one batch, one leaf of it, its certificate and its beacon for each round. */
async function storeWith(rounds: readonly number[]): Promise<Store> {
  const store = createMemoryStore();
  const archive = new Archive(store);
  for (const r of rounds) {
    const header = headerAt(r);
    const said = [header, openingOf(header, 0, `${r}`), certificateAbout(header, 0)];
    await archive.addBeacon(round(r), beaconAt(r).signature);
    await archive.addBatch(batchOf(header), [received(header)]);
    await archive.addSubject({ batch: batchOf(header), index: 0 }, said.map(received));
  }
  await archive.addPeer(nodeOf('a'), ['/ip4/127.0.0.1/tcp/1']);
  return store;
}

async function countOf(store: Store): Promise<number> {
  let count = 0;
  for await (const _ of store.scan()) count += 1;
  return count;
}
