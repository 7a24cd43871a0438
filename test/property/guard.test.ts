/** [GUARD-2] Laws of the sign guard, against a map that does the same in memory. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { round } from '../../src/base/index.ts';
import type { GuardRecord } from '../../src/core/index.ts';
import { createGuard, GuardError, openGuard, type SignGuard } from '../../src/store/index.ts';
import { CrashDisk } from '../unit/store/crash-disk.ts';
import {
  abstainAt,
  ackAt,
  commitAt,
  headerAt,
  IDENTITY,
  promiseAt,
  roundOf,
  voteAt,
} from '../unit/store/guard-records.ts';

const FOLDER = '/node/guard';
const ROUNDS = 12;

type Step =
  | { readonly kind: 'append'; readonly signed: readonly Signed[] }
  | { readonly kind: 'prune'; readonly below: number }
  | { readonly kind: 'restart' };
/** A record, what may be signed once (by hand, apart from the guard's own key), and its round. */
type Signed = { readonly record: GuardRecord; readonly once: string; readonly at: number };

const MAKERS = [
  { name: 'ack', make: ackAt, once: 'ack' },
  { name: 'header', make: headerAt, once: 'header' },
  { name: 'commit', make: commitAt, once: 'commit' },
  { name: 'abstain', make: (at: number) => abstainAt(at), once: 'commit' },
  { name: 'vote', make: voteAt, once: 'vote' },
  { name: 'promise', make: promiseAt, once: 'promise' },
];

const signed = fc
  .record({
    maker: fc.constantFrom(...MAKERS),
    at: fc.nat(ROUNDS),
    variant: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1),
  })
  .map(({ maker, at, variant }) => ({
    record: maker.make(at, variant),
    once: `${maker.once} ${at}`,
    at,
  }));

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.array(signed, { maxLength: 3 }).map(appendStep) },
  { weight: 1, arbitrary: fc.nat(ROUNDS).map((below) => ({ kind: 'prune' as const, below })) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
);

describe('sign guard laws', () => {
  it('[GUARD-2] takes and refuses what a map of all that was signed does', () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const disk = new CrashDisk();
        const options = { ...IDENTITY, disk, compactionBytesMin: 500 };
        const model = new Model();
        let guard = await createGuard(FOLDER, options);
        for (const each of steps) {
          const expected = model.take(each);
          equal(await codeOf(() => run(guard, each)), expected);
          if (expected === undefined && each.kind !== 'restart') continue;
          await guard.close();
          guard = await openGuard(FOLDER, options);
          deepEqual(guard.records, model.records);
          equal(guard.watermark, model.below);
        }
        await guard.close();
        deepEqual((await openGuard(FOLDER, options)).records, model.records);
        deepEqual(await disk.read(`${FOLDER}/a.log`), await disk.read(`${FOLDER}/b.log`));
      }),
      { numRuns: 200 },
    )).timeout(60_000);

  it('[GUARD-2] never two different records of one key, whatever a life was asked', () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.nat(200), async (steps, at) => {
        let disk = new CrashDisk({ at, kind: 'stop' });
        const acknowledged: Signed[] = [];
        for (let life = 0; life < 2; life++) {
          await tryAll(disk, steps.toReversed().slice(life), acknowledged);
          disk = disk.afterLoss(life === 0 ? 'torn' : 'everything-lost');
        }
        const said = new Map<string, string>();
        for (const { record, once } of acknowledged) {
          const text = JSON.stringify(record);
          equal(said.get(once) ?? text, text, `two of: ${once}`);
          said.set(once, text);
        }
      }),
      { numRuns: 200 },
    )).timeout(60_000);
});

function appendStep(records: readonly Signed[]): Step {
  return { kind: 'append', signed: records };
}

/** What the guard should do, with one map. */
class Model {
  readonly #kept = new Map<string, Signed>();
  below = 0;

  get records(): readonly GuardRecord[] {
    return [...this.#kept.values()].map(({ record }) => record);
  }

  /** Returns the code of the refusal, if there is one; then nothing changed. */
  take(step: Step): string | undefined {
    if (step.kind === 'append') return this.#append(step.signed);
    if (step.kind === 'prune') this.below = Math.max(this.below, step.below);
    for (const [once, { at }] of this.#kept) if (at < this.below) this.#kept.delete(once);
    return undefined;
  }

  #append(all: readonly Signed[]): string | undefined {
    const fresh = new Map<string, Signed>();
    for (const each of all) {
      const known = this.#kept.get(each.once) ?? fresh.get(each.once);
      if (known === undefined && each.at < this.below) return 'guard-below-watermark';
      if (known === undefined) fresh.set(each.once, each);
      else if (JSON.stringify(known.record) !== JSON.stringify(each.record)) {
        return 'guard-conflict';
      }
    }
    for (const [once, each] of fresh) this.#kept.set(once, each);
    return undefined;
  }
}

async function run(guard: SignGuard, step: Step): Promise<void> {
  if (step.kind === 'append') {
    await guard.append(
      step.signed.map(({ record }) => record),
      roundOf,
    );
  } else if (step.kind === 'prune') await guard.prune(round(step.below));
}

async function codeOf(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!(error instanceof GuardError)) throw error;
    return error.detail.code;
  }
}

/** Runs the steps on one disk, opening again after each refusal, until the disk stops. */
async function tryAll(
  disk: CrashDisk,
  steps: readonly Step[],
  acknowledged: Signed[],
): Promise<void> {
  const options = { ...IDENTITY, disk, compactionBytesMin: 500 };
  const isThere = (await disk.sizeBytes(FOLDER)) !== undefined;
  try {
    let guard = await (isThere ? openGuard : createGuard)(FOLDER, options);
    for (const each of steps) {
      const refused = await codeOf(() => run(guard, each));
      if (refused === undefined && each.kind === 'append') acknowledged.push(...each.signed);
      if (refused === undefined && each.kind !== 'restart') continue;
      if (refused === 'guard-write-failed') return;
      await guard.close();
      guard = await openGuard(FOLDER, options);
    }
  } catch (error) {
    ok(/EIO/.test(String(error)), String(error));
  }
}
