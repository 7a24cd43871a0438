/** [GUARD-2] Every truncation, every flipped bit and every rollback of a small guard. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { round } from '../../../src/base/index.ts';
import type { GuardRecord } from '../../../src/core/index.ts';
import { createGuard, GuardError, openGuard } from '../../../src/store/index.ts';
import { CrashDisk } from './crash-disk.ts';
import { commitAt, hasCode, IDENTITY, promiseAt, roundOf, voteAt } from './guard-records.ts';

const FOLDER = '/node/guard';
const [A, B] = [`${FOLDER}/a.log`, `${FOLDER}/b.log`];
const COPIES = [A, B];
const APPENDS: readonly (readonly GuardRecord[])[] = [
  [commitAt(5), voteAt(5)],
  [promiseAt(6)],
  [voteAt(6)],
];
/** `STAGES[n]`: the bytes of a copy after n appends. */
const STAGES: Uint8Array[] = [];

describe('sign guard: damage', () => {
  before(async () => {
    const disk = new CrashDisk();
    const guard = await createGuard(FOLDER, { ...IDENTITY, disk });
    STAGES.push(await disk.read(A));
    for (const records of APPENDS) {
      await guard.append(records, roundOf);
      STAGES.push(await disk.read(A));
    }
    await guard.close();
  });

  it('[GUARD-2] every flipped bit of either copy is refused', async () => {
    const whole = stage(3);
    for (const path of COPIES) {
      for (let bit = 0; bit < 8 * whole.length; bit++) {
        const flipped = Uint8Array.from(whole);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const found = await opened({ a: whole, b: whole, [path === A ? 'a' : 'b']: flipped });
        equal(typeof found, 'string', `bit ${bit} of ${path} went unnoticed`);
      }
    }
  }).timeout(60_000);

  it('[GUARD-2] every flipped bit of an append in the first copy alone is refused', async () => {
    for (let bit = 8 * stage(2).length; bit < 8 * stage(3).length; bit++) {
      const flipped = Uint8Array.from(stage(3));
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const found = await opened({ a: flipped, b: stage(2) });
      equal(found, 'guard-damaged', `bit ${bit} went unnoticed`);
    }
  });

  it('[GUARD-2] the first copy cut anywhere while the second is whole is refused', async () => {
    for (let size = 0; size < stage(3).length; size++) {
      const found = await opened({ a: stage(3).subarray(0, size), b: stage(3) });
      equal(typeof found, 'string', `${size} bytes of the first copy were enough`);
    }
  });

  it('[GUARD-2] a second copy cut within its last append is completed, else refused', async () => {
    for (let size = 0; size < stage(3).length; size++) {
      const found = await opened({ a: stage(3), b: stage(3).subarray(0, size) });
      if (size < stage(2).length) equal(typeof found, 'string', `${size} bytes were enough`);
      else deepEqual(found, APPENDS.flat(), `${size} bytes`);
    }
  });

  it('[GUARD-2] both cut alike look like an older guard only at the end of an append', async () => {
    for (let size = 0; size < stage(3).length; size++) {
      const cut = stage(3).subarray(0, size);
      const found = await opened({ a: cut, b: cut });
      const appends = STAGES.findIndex((bytes) => bytes.length === size);
      if (appends >= 0) deepEqual(found, APPENDS.slice(0, appends).flat(), `${size} bytes`);
      else equal(typeof found, 'string', `${size} bytes were enough`);
    }
  });

  it('[GUARD-1] an append cut short in the first copy is dropped: nobody was told', async () => {
    for (let size = stage(2).length + 1; size < stage(3).length; size++) {
      const found = await opened({ a: stage(3).subarray(0, size), b: stage(2) });
      deepEqual(found, APPENDS.slice(0, 2).flat(), `${size} bytes`);
    }
  });

  it('[GUARD-2] a copy rolled back is refused, but for the append on its way', async () => {
    for (let a = 0; a < STAGES.length; a++) {
      for (let b = 0; b < STAGES.length; b++) {
        const found = await opened({ a: stage(a), b: stage(b) });
        if (a === b || a === b + 1) deepEqual(found, APPENDS.slice(0, a).flat(), `${a}, ${b}`);
        else equal(found, 'guard-copies-disagree', `${a}, ${b}`);
      }
    }
  });

  it('[GUARD-2] copies with different ends are refused', async () => {
    const disk = new CrashDisk();
    const guard = await createGuard(FOLDER, { ...IDENTITY, disk });
    for (const records of APPENDS.slice(0, 2)) await guard.append(records, roundOf);
    await guard.append([voteAt(6, 1)], roundOf);
    const other = await disk.read(A);
    equal(await opened({ a: stage(3), b: other }), 'guard-copies-disagree');
    equal(await opened({ a: other, b: stage(3) }), 'guard-copies-disagree');
  });

  it('[GUARD-2] a missing copy is refused', async () => {
    equal(await opened({ a: stage(3) }), 'guard-missing');
    equal(await opened({ b: stage(3) }), 'guard-missing');
  });

  it('[GUARD-2] a copy from before a compaction is refused once the log went on', async () => {
    const { before } = await pruned({ compactionBytesMin: Infinity });
    const { before: fresh, after } = await pruned({ compactionBytesMin: 0 });
    ok(fresh.length < before.length, 'the log was compacted');
    equal(await opened({ a: after, b: before }), 'guard-copies-disagree');
    equal(await opened({ a: before, b: after }), 'guard-copies-disagree');
    equal(await opened({ a: before, b: fresh }), 'guard-copies-disagree');
    equal(await opened({ a: fresh, b: stage(3) }), 'guard-copies-disagree');
    deepEqual(await opened({ a: fresh, b: before }), []);
    deepEqual(await opened({ a: after, b: fresh }), [voteAt(8)]);
  });

  it('a refusal names file, offset and what to do', async () => {
    const disk = new CrashDisk();
    const flipped = Uint8Array.from(stage(3));
    const at = stage(1).length + 25;
    flipped[at] = (flipped[at] ?? 0) ^ 1;
    disk.put(A, stage(3));
    disk.put(B, flipped);
    const error = await openGuard(FOLDER, { ...IDENTITY, disk }).catch((reason) => reason);
    ok(hasCode('guard-damaged')(error));
    equal(error.detail.where, `${B}, offset ${stage(1).length}`);
    deepEqual(await disk.read(B), flipped, 'nothing was changed');
  });
});

function stage(appends: number): Uint8Array {
  const bytes = STAGES[appends];
  if (bytes === undefined) throw new Error(`there is no stage ${appends}`);
  return bytes;
}

/** The bytes of a copy after all appends and a prune, and after one append more. */
async function pruned(options: { readonly compactionBytesMin: number }) {
  const disk = new CrashDisk();
  const guard = await createGuard(FOLDER, { ...IDENTITY, ...options, disk });
  for (const records of APPENDS) await guard.append(records, roundOf);
  await guard.prune(round(7));
  const before = await disk.read(A);
  await guard.append([voteAt(8)], roundOf);
  return { before, after: await disk.read(A) };
}

/**
 * Returns the records of a guard with these copies, or the code of its refusal. What was mended
 * opens again, with the same records and both copies alike.
 */
async function opened(copies: {
  readonly a?: Uint8Array;
  readonly b?: Uint8Array;
}): Promise<readonly GuardRecord[] | string> {
  const disk = new CrashDisk();
  if (copies.a !== undefined) disk.put(A, copies.a);
  if (copies.b !== undefined) disk.put(B, copies.b);
  try {
    const guard = await openGuard(FOLDER, { ...IDENTITY, disk });
    await guard.close();
    deepEqual(await disk.read(A), await disk.read(B));
    const again = await openGuard(FOLDER, { ...IDENTITY, disk });
    await again.close();
    deepEqual(again.records, guard.records);
    return guard.records;
  } catch (error) {
    if (!(error instanceof GuardError)) throw error;
    return error.detail.code;
  }
}
