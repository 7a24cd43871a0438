/** Carrying a guard to another machine: union of the records, watermark above all of them. */
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { join } from 'node:path';
import { nodeId, round } from '../../../src/base/index.ts';
import type { GuardRecord } from '../../../src/core/index.ts';
import {
  createGuard,
  exportGuard,
  type ImportReport,
  importGuard,
  openGuard,
} from '../../../src/store/index.ts';
import {
  commitAt,
  hasCode,
  IDENTITY,
  recordsAt,
  roundOf,
  voteAt,
  withFolder,
} from './guard-records.ts';

describe('guard interchange', () => {
  it('[GUARD-2] keeps ours, adds theirs, and signs nothing of a round that either names', () =>
    withFolder(async (folder) => {
      const text = await exported(join(folder, 'old'), [commitAt(5), voteAt(5), voteAt(6)]);
      const mine = join(folder, 'new');
      await filled(mine, [voteAt(5, 1), commitAt(5), voteAt(4)]);
      const report = await importGuard(mine, IDENTITY, text);
      equal(report.watermark, 7);
      deepEqual(resultsOf(report), ['known', 'conflict', 'added']);
      deepEqual(
        report.records.map((each) => each.round),
        [5, 5, 6],
      );
      const guard = await openGuard(mine, IDENTITY);
      deepEqual(guard.records, [voteAt(5, 1), commitAt(5), voteAt(4), voteAt(6)]);
      await guard.append([voteAt(6)], roundOf);
      await guard.append([voteAt(7)], roundOf);
      await rejects(guard.append([commitAt(6)], roundOf), hasCode('guard-below-watermark'));
    }));

  it('[GUARD-2] takes the higher watermark, and what was pruned here stays pruned', () =>
    withFolder(async (folder) => {
      const text = await exported(join(folder, 'old'), recordsAt(5), 3);
      const mine = join(folder, 'new');
      const guard = await createGuard(mine, IDENTITY);
      await guard.prune(round(20));
      await guard.close();
      const report = await importGuard(mine, IDENTITY, text);
      deepEqual(resultsOf(report), Array(5).fill('pruned'));
      equal(report.watermark, 20);
      const theirs = await exported(join(folder, 'third'), [], 90);
      equal((await importGuard(mine, IDENTITY, theirs)).watermark, 90);
    }));

  it('an export imported twice changes nothing more, and exports itself again', () =>
    withFolder(async (folder) => {
      const text = await exported(join(folder, 'old'), [...recordsAt(5), ...recordsAt(6)]);
      const mine = join(folder, 'new');
      await filled(mine, []);
      await importGuard(mine, IDENTITY, text);
      const first = await exportGuard(mine, IDENTITY);
      deepEqual(resultsOf(await importGuard(mine, IDENTITY, text)), Array(10).fill('known'));
      equal(await exportGuard(mine, IDENTITY), first);
      deepEqual(JSON.parse(first).records, JSON.parse(text).records);
    }));

  it('refuses another key, another network, and whatever is not the format', () =>
    withFolder(async (folder) => {
      const text = await exported(join(folder, 'old'), recordsAt(5));
      const mine = join(folder, 'new');
      await filled(mine, []);
      const refused = async (change: (content: Content) => void, expected: string) => {
        const content = JSON.parse(text);
        change(content);
        await rejects(importGuard(mine, IDENTITY, JSON.stringify(content)), hasCode(expected));
      };
      await refused((all) => (all['owner'] = nodeId('ac'.repeat(32))), 'interchange-wrong-owner');
      await refused((all) => (all['network'] = '00'.repeat(32)), 'interchange-wrong-network');
      for (const [field, value] of MALFORMED) {
        await refused((all) => (all[field] = value), 'interchange-malformed');
      }
      for (const [field, value] of MALFORMED_RECORD) {
        await refused((all) => {
          const [first] = all['records'] as Content[];
          if (first !== undefined) first[field] = value;
        }, 'interchange-malformed');
      }
      await refused((all) => delete all['watermark'], 'interchange-malformed');
      await rejects(importGuard(mine, IDENTITY, '{'), hasCode('interchange-malformed'));
      equal(JSON.parse(await exportGuard(mine, IDENTITY)).watermark, '0');
    }));
});

type Content = Record<string, unknown>;

const MALFORMED: readonly (readonly [string, unknown])[] = [
  ['format', 'eip-3076'],
  ['version', '2'],
  ['watermark', 7],
  ['watermark', '07'],
  ['watermark', '-1'],
  ['watermark', '9007199254740991'],
  ['records', {}],
  ['extra', 1],
];

const MALFORMED_RECORD: readonly (readonly [string, unknown])[] = [
  ['about', 'vote something'],
  ['round', '6'],
  ['round', 5],
  ['bytes', ''],
  ['bytes', 'oA=='],
  ['bytes', 7],
  ['extra', ''],
];

function resultsOf(report: ImportReport): readonly string[] {
  return report.records.map(({ result }) => result);
}

async function filled(directory: string, records: readonly GuardRecord[], watermark = 0) {
  const guard = await createGuard(directory, { ...IDENTITY, watermark: round(watermark) });
  await guard.append(records, roundOf);
  await guard.close();
}

async function exported(
  directory: string,
  records: readonly GuardRecord[],
  watermark = 0,
): Promise<string> {
  await filled(directory, records, watermark);
  return exportGuard(directory, IDENTITY);
}
