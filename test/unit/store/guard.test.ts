/** The sign guard on a real disk: what it keeps, what it refuses, what it forgets. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeId, round } from '../../../src/base/index.ts';
import type { GuardRecord } from '../../../src/core/index.ts';
import { createGuard, openGuard, type SignGuard } from '../../../src/store/index.ts';
import {
  abstainAt,
  ackAt,
  commitAt,
  hasCode,
  headerAt,
  IDENTITY,
  promiseAt,
  recordsAt,
  roundOf,
  voteAt,
  withFolder,
} from './guard-records.ts';

describe('sign guard', () => {
  it('[GUARD-1] gives back each kind of record in order, from both copies alike', () =>
    withGuard(async (guard, directory) => {
      await guard.append(recordsAt(5), roundOf);
      await guard.append(recordsAt(6, 1), roundOf);
      await guard.close();
      const again = await openGuard(directory, IDENTITY);
      deepEqual(again.records, [...recordsAt(5), ...recordsAt(6, 1)]);
      await again.close();
      const [a, b] = await readCopies(directory);
      deepEqual(a, b);
    }));

  it('[GUARD-1] keeps files and folder from everybody else', () =>
    withGuard(async (_guard, directory) => {
      equal((await stat(directory)).mode & 0o777, 0o700);
      for (const name of ['a.log', 'b.log']) {
        equal((await stat(join(directory, name))).mode & 0o777, 0o600, name);
      }
    }));

  const conflicts: readonly (readonly [string, GuardRecord, GuardRecord])[] = [
    ['another batch acknowledged for a slot', ackAt(5), ackAt(5, 1)],
    ['another header for a slot', headerAt(5), headerAt(5, 1)],
    ['another measurement committed', commitAt(5), commitAt(5, 1)],
    ['an abstention after a commit', commitAt(5), abstainAt(5)],
    ['a commit after an abstention', abstainAt(5), commitAt(5)],
    ['another vote', voteAt(5), voteAt(5, 1)],
    ['another leaf promised for an index', promiseAt(5), promiseAt(5, 1)],
  ];
  for (const [name, first, second] of conflicts) {
    it(`[GUARD-2] refuses ${name}, now and after a restart, and closes`, () =>
      withGuard(async (guard, directory) => {
        await guard.append([first], roundOf);
        await rejects(guard.append([second], roundOf), hasCode('guard-conflict'));
        await rejects(guard.append([first], roundOf), hasCode('guard-closed'));
        const again = await openGuard(directory, IDENTITY);
        await rejects(again.append([second], roundOf), hasCode('guard-conflict'));
        const last = await openGuard(directory, IDENTITY);
        deepEqual(last.records, [first]);
        await last.close();
      }));

    it(`[GUARD-2] refuses ${name} within one append, before anything is written`, () =>
      withGuard(async (guard, directory) => {
        const before = await readCopies(directory);
        await rejects(guard.append([first, second], roundOf), hasCode('guard-conflict'));
        deepEqual(await readCopies(directory), before);
      }));
  }

  it('[GUARD-2] takes what differs in slot, subject, level, kind or index', () =>
    withGuard(async (guard) => {
      const fine = [commitAt(5), commitAt(5, 1, 1), voteAt(5), promiseAt(5), promiseAt(5, 1, 3)];
      await guard.append([...fine, ackAt(5), headerAt(5), ackAt(6, 1)], roundOf);
      await guard.close();
    }));

  it('[GUARD-2] takes the same record again without writing it', () =>
    withGuard(async (guard, directory) => {
      await guard.append([voteAt(5), voteAt(5)], roundOf);
      const before = await readCopies(directory);
      await guard.append([voteAt(5)], roundOf);
      deepEqual(await readCopies(directory), before);
      await guard.close();
    }));

  it('[GUARD-2] appends that overlap are checked one after the other', () =>
    withGuard(async (guard) => {
      const first = guard.append([voteAt(5)], roundOf);
      const second = guard.append([voteAt(5, 1)], roundOf);
      await first;
      await rejects(second, hasCode('guard-conflict'));
    }));

  it('splits what does not fit into a frame', () =>
    withGuard(async (guard, directory) => {
      const many = Array.from({ length: 3000 }, (_, index) => promiseAt(5, 0, index));
      await guard.append(many, roundOf);
      await guard.close();
      const again = await openGuard(directory, IDENTITY);
      deepEqual(again.records, many);
      await again.close();
    }));
});

describe('sign guard: what it forgets', () => {
  it('[GUARD-2] signs nothing below the watermark, whether it knew it or not', () =>
    withGuard(async (guard, directory) => {
      await guard.append([...recordsAt(5), ...recordsAt(6), ...recordsAt(7)], roundOf);
      await guard.prune(round(7));
      deepEqual(guard.watermark, 7);
      deepEqual(guard.records, []);
      for (const record of [...recordsAt(5), ...recordsAt(6, 1), abstainAt(4)]) {
        const again = await openGuard(directory, IDENTITY);
        equal(again.watermark, 7);
        deepEqual(again.records, recordsAt(7));
        await rejects(again.append([record], roundOf), hasCode('guard-below-watermark'));
      }
      const last = await openGuard(directory, IDENTITY);
      await last.append([...recordsAt(7), ...recordsAt(8)], roundOf);
      await last.prune(round(3));
      equal(last.watermark, 7);
      await last.close();
    }));

  it('writes the log anew when most of it is forgotten', () =>
    withGuard(async (guard, directory) => {
      await guard.close();
      const options = { ...IDENTITY, compactionBytesMin: 1000 };
      const small = await openGuard(directory, options);
      for (let at = 1; at <= 50; at++) await small.append(recordsAt(at), roundOf);
      const [before] = await readCopies(directory);
      await small.prune(round(49));
      const [a, b] = await readCopies(directory);
      ok((a?.length ?? 0) < (before?.length ?? 0) / 5, `${a?.length} of ${before?.length} bytes`);
      deepEqual(a, b);
      await small.append(recordsAt(51), roundOf);
      await small.close();
      const again = await openGuard(directory, options);
      deepEqual(
        again.records,
        [49, 50, 51].flatMap((at) => recordsAt(at)),
      );
      await rejects(again.append([voteAt(48)], roundOf), hasCode('guard-below-watermark'));
    }));

  it('[GUARD-2] a guard made anew for an old key signs from its watermark on', () =>
    withFolder(async (folder) => {
      const directory = join(folder, 'guard');
      const guard = await createGuard(directory, { ...IDENTITY, watermark: round(9) });
      await guard.append([voteAt(9)], roundOf);
      await rejects(guard.append([voteAt(8)], roundOf), hasCode('guard-below-watermark'));
    }));
});

describe('sign guard: whose it is', () => {
  it('[GUARD-2] is made only when asked for, and never over another', () =>
    withFolder(async (folder) => {
      const directory = join(folder, 'guard');
      await rejects(openGuard(directory, IDENTITY), hasCode('guard-missing'));
      await (await createGuard(directory, IDENTITY)).close();
      await rejects(createGuard(directory, IDENTITY), hasCode('guard-exists'));
    }));

  it('[GUARD-2] serves one key on one network', () =>
    withGuard(async (guard, directory) => {
      await guard.close();
      const owner = nodeId('ac'.repeat(32));
      const networkId = new Uint8Array(32).fill(8);
      const open = (identity: Partial<typeof IDENTITY>) =>
        openGuard(directory, { ...IDENTITY, ...identity });
      await rejects(open({ owner }), hasCode('guard-wrong-owner'));
      await rejects(open({ networkId }), hasCode('guard-wrong-network'));
    }));
});

async function withGuard(use: (guard: SignGuard, directory: string) => Promise<void>) {
  await withFolder(async (folder) => {
    const directory = join(folder, 'guard');
    const guard = await createGuard(directory, IDENTITY);
    await use(guard, directory);
    await guard.close();
  });
}

async function readCopies(directory: string): Promise<readonly Uint8Array[]> {
  return Promise.all(['a.log', 'b.log'].map((name) => readFile(join(directory, name))));
}
