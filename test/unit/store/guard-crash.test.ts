/** [GUARD-1] [GUARD-2] Power loss, failing disks and `kill -9` at every operation. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { round } from '../../../src/base/index.ts';
import type { GuardRecord } from '../../../src/core/index.ts';
import { createGuard, GuardError, openGuard } from '../../../src/store/index.ts';
import { CrashDisk, type Failure, LOSSES } from './crash-disk.ts';
import { hasCode, IDENTITY, recordsAt, roundOf, voteAt, withFolder } from './guard-records.ts';

const FOLDER = '/node/guard';
/** So small that the second prune writes the log anew. */
const COMPACTION = { compactionBytesMin: 1500 };
/** Lives of the process that is killed; more with KILLS=100. */
const KILLS = Number(process.env['KILLS'] ?? 4);

describe('sign guard: crashes', () => {
  it('[GUARD-1] power loss at any operation keeps what was acknowledged', async () => {
    const operations = await countOperations();
    ok(operations > 50, `${operations} operations`);
    for (let at = 0; at < operations; at++) {
      const disk = new CrashDisk({ at, kind: 'stop' });
      const life = await live(disk);
      for (const loss of LOSSES) {
        await checkAfter(disk.afterLoss(loss), life, `${loss} at operation ${at}`);
        await crashWhileMending(() => disk.afterLoss(loss), life, `${loss} at ${at}`);
      }
    }
  }).timeout(120_000);

  it('[GUARD-1] an operation that fails closes the guard, and a restart finds all', async () => {
    const operations = await countOperations();
    for (let at = 0; at < operations; at++) {
      const disk = new CrashDisk({ at, kind: 'error' });
      const life = await live(disk);
      await checkAfter(disk.afterLoss('everything-kept'), life, `error at operation ${at}`);
    }
  }).timeout(60_000);

  it('[GUARD-1] a failed flush is never tried again', async () => {
    const probe = new CrashDisk();
    await createGuard(FOLDER, { ...IDENTITY, disk: probe });
    for (const step of [0, 1, 2, 3]) {
      const disk = new CrashDisk({ at: probe.operations + step, kind: 'error' });
      const guard = await createGuard(FOLDER, { ...IDENTITY, disk });
      await rejects(guard.append([voteAt(5)], roundOf), hasCode('guard-write-failed'));
      const after = disk.operations;
      await rejects(guard.append([voteAt(6)], roundOf), hasCode('guard-closed'));
      await rejects(guard.prune(round(3)), hasCode('guard-closed'));
      equal(disk.operations, after, 'the disk was left alone');
    }
  });

  it('[GUARD-1] kill -9 while appending loses nothing that was acknowledged', () =>
    withFolder(async (folder) => {
      const directory = join(folder, 'guard');
      await (await createGuard(directory, IDENTITY)).close();
      let from = 0;
      for (let life = 0; life < KILLS; life++) {
        const last = await appendUntilKilled(directory, { from, killAfter: 3 + 5 * life });
        const guard = await openGuard(directory, IDENTITY);
        const rounds = guard.records.length / recordsAt(0).length;
        ok(rounds > last, `round ${last} was acknowledged, ${rounds} rounds are there`);
        deepEqual(guard.records, allRecords(rounds));
        await guard.close();
        from = rounds;
      }
    })).timeout(20_000 + 5000 * KILLS);
});

/** What a life of the guard asked for, and what it was told. */
type Life = {
  isCreated: boolean;
  /** Rounds whose records were asked to be appended, and that were acknowledged. */
  attempted: number;
  acknowledged: number;
  prunedAttempted: number;
  prunedAcknowledged: number;
};

/** Appends rounds 1 to 8 and prunes, until something fails. */
async function live(disk: CrashDisk): Promise<Life> {
  const life = {
    isCreated: false,
    attempted: 0,
    acknowledged: 0,
    prunedAttempted: 0,
    prunedAcknowledged: 0,
  };
  try {
    const guard = await createGuard(FOLDER, { ...IDENTITY, ...COMPACTION, disk });
    life.isCreated = true;
    for (let at = 1; at <= 8; at++) {
      life.attempted = at;
      await guard.append(recordsAt(at), roundOf);
      life.acknowledged = at;
      if (at % 4 !== 0) continue;
      life.prunedAttempted = at;
      await guard.prune(round(at));
      life.prunedAcknowledged = at;
    }
    await guard.close();
  } catch (error) {
    ok(error instanceof GuardError || /EIO/.test(String(error)), String(error));
  }
  return life;
}

async function countOperations(): Promise<number> {
  const disk = new CrashDisk();
  equal((await live(disk)).prunedAcknowledged, 8);
  return disk.operations;
}

/** The guard opens with all that was acknowledged and nothing that was not asked for. */
async function checkAfter(disk: CrashDisk, life: Life, message: string): Promise<void> {
  const isThere = (await disk.sizeBytes(FOLDER)) !== undefined;
  ok(isThere || !life.isCreated, message);
  if (!isThere) {
    await (await createGuard(FOLDER, { ...IDENTITY, disk })).close();
    return;
  }
  const guard = await openGuard(FOLDER, { ...IDENTITY, ...COMPACTION, disk });
  const below = guard.watermark;
  ok([life.prunedAcknowledged, life.prunedAttempted].includes(below), message);
  const possible = [life.acknowledged, life.attempted].map((last) => allFrom(below, last));
  const found = JSON.stringify(guard.records);
  ok(
    possible.some((records) => JSON.stringify(records) === found),
    `${message}: ${guard.records.length} records`,
  );
  await guard.append(recordsAt(20), roundOf);
  await guard.close();
}

/** The start after a loss may be cut short as well, at any of its operations. */
async function crashWhileMending(
  left: () => CrashDisk,
  life: Life,
  message: string,
): Promise<void> {
  if ((await left().sizeBytes(FOLDER)) === undefined) return;
  const again = (failure?: Failure) => rebuilt(left(), failure);
  const probe = again();
  await (await openGuard(FOLDER, { ...IDENTITY, disk: probe })).close();
  for (let at = 0; at < probe.operations; at++) {
    const disk = again({ at, kind: 'stop' });
    await rejects(openGuard(FOLDER, { ...IDENTITY, disk }), /EIO/);
    for (const loss of LOSSES) {
      await checkAfter(disk.afterLoss(loss), life, `${message}, mending ${loss} at ${at}`);
    }
  }
}

function rebuilt(disk: CrashDisk, failure?: Failure): CrashDisk {
  return disk.afterLoss('everything-kept', failure);
}

function allFrom(first: number, last: number): readonly GuardRecord[] {
  const rounds = Array.from({ length: last + 1 }, (_, at) => at);
  return rounds.filter((at) => at >= Math.max(first, 1)).flatMap((at) => recordsAt(at));
}

function allRecords(rounds: number): readonly GuardRecord[] {
  return Array.from({ length: rounds }, (_, at) => recordsAt(at)).flat();
}

/** Returns the last round that the child acknowledged before it was killed. */
async function appendUntilKilled(
  directory: string,
  { from, killAfter }: { readonly from: number; readonly killAfter: number },
): Promise<number> {
  const program = fileURLToPath(new URL('guard-child.ts', import.meta.url));
  const words = ['--import', 'tsx/esm', program, directory, String(from)];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  let last = -1;
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line);
    if (last >= from + killAfter) child.kill('SIGKILL');
  }
  await ended;
  equal(child.signalCode, 'SIGKILL');
  return last;
}
