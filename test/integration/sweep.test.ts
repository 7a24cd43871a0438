/** Sweeps by processes: the pool, what dies in it, and that all ways come out the same. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aggregate, writeTables } from '../../sim/sweep/aggregate.ts';
import { type Executor, InlineExecutor, type RunUnit } from '../../sim/sweep/executor.ts';
import { SweepFolder } from '../../sim/sweep/folder.ts';
import { manifestOf } from '../../sim/sweep/manifest.ts';
import { PoolExecutor } from '../../sim/sweep/pool.ts';
import { runSweep, unitOf } from '../../sim/sweep/run-sweep.ts';
import { readShard } from '../../sim/sweep/shard.ts';
import { filesOf } from '../support/files-of.ts';
import { tinyPlan } from '../unit/sim/sweep/tiny.ts';

const TEXT = `vary: { grid: { adversaries.0.share: [0, 0.5] } }
arms: { plain: {}, naked: { ablate: [QUORUM-2] } }
replicas: 2`;

describe('sweeps by processes', function () {
  this.timeout(60_000);
  const never = new AbortController().signal;
  let base = '';
  let pool: PoolExecutor;
  before(() => {
    base = mkdtempSync(join(tmpdir(), 'assay-pool-'));
    pool = new PoolExecutor(2);
  });
  after(async () => {
    await pool.close();
    rmSync(base, { recursive: true });
  });

  it('come out the same byte for byte: inline, in a pool, in merged shards', async () => {
    const inline = await sweep('inline', new InlineExecutor());
    const pooled = await sweep('pool', pool);
    for (const part of ['0/2', '1/2']) await sweep('parts', new InlineExecutor(), part);
    assert.deepEqual(pooled, inline);
    assert.deepEqual(filesOf(join(base, 'parts')), inline);
    assert.ok([...inline.keys()].some((name) => name.endsWith('runs.parquet')));
  });

  it('keep their processes from run to run', async () => {
    const [unit] = units();
    await pool.run(unit, never);
    const before = pool.pids;
    await pool.run(unit, never);
    assert.deepEqual(pool.pids, before);
  });

  it('run a unit once more when its process dies, then count it as failed', async () => {
    const [unit] = units();
    const wanted = await new InlineExecutor().run(unit, never);
    const once = new PoolExecutor(1);
    const first = once.run(unit, never);
    kill(once);
    assert.deepEqual(await first, wanted);
    const hopeless = new PoolExecutor(1);
    const running = hopeless.run(unit, never);
    kill(hopeless);
    const [died] = hopeless.pids;
    while (hopeless.pids.length === 0 || hopeless.pids[0] === died) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    kill(hopeless);
    const outcome = await running;
    assert.equal(outcome.status === 'failed' ? outcome.code : '', 'worker-died');
    await Promise.all([once.close(), hopeless.close()]);
  });

  it('drop what runs when they are interrupted', async () => {
    const controller = new AbortController();
    const [unit] = units();
    const running = pool.run(unit, controller.signal);
    controller.abort(new Error('stop'));
    await assert.rejects(running, /stop/);
    assert.equal((await pool.run(unit, never)).status, 'done', 'the pool goes on');
  });

  async function sweep(
    name: string,
    executor: Executor,
    part?: string,
  ): Promise<ReadonlyMap<string, string>> {
    const plan = tinyPlan(TEXT);
    const folder = SweepFolder.open(join(base, name), plan, manifestOf(plan));
    const shard = part === undefined ? undefined : readShard(part, {});
    await runSweep({ plan, folder, executor, shard, keepGoing: false, signal: never });
    writeTables(aggregate(plan, folder), { folder, basePath: null });
    return filesOf(folder.path);
  }
});

function units(): readonly [RunUnit] {
  const plan = tinyPlan(TEXT);
  const [cell] = plan.cells;
  assert.ok(cell !== undefined);
  return [unitOf(plan, { cell, replica: 0, seed: 1 })];
}

function kill(pool: PoolExecutor): void {
  for (const pid of pool.pids) process.kill(pid, 'SIGKILL');
}
