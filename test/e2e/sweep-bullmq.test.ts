/** Sweeps over a real Redis: workers that come and die, a Redis that goes and comes back. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { aggregate, writeTables } from '../../sim/sweep/aggregate.ts';
import { QueueExecutor } from '../../sim/sweep/bullmq/queue.ts';
import { runWorker } from '../../sim/sweep/bullmq/worker.ts';
import { SweepError } from '../../sim/sweep/error.ts';
import { type Executor, InlineExecutor } from '../../sim/sweep/executor.ts';
import { SweepFolder } from '../../sim/sweep/folder.ts';
import { manifestOf } from '../../sim/sweep/manifest.ts';
import { runSweep, type SweepEvent, unitOf } from '../../sim/sweep/run-sweep.ts';
import { readVersion } from '../../src/cli/version.ts';
import { filesOf } from '../support/files-of.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';
import { tinyPlan } from '../unit/sim/sweep/tiny.ts';

const TEXT = 'vary: { grid: { adversaries.0.share: [0, 0.5] } }\nreplicas: 3';
const LOCK_MS = 1000;
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const MAIN = pathToFileURL(resolve('src/cli/main.ts')).href;

describe('sweeps over Redis', function () {
  this.timeout(120_000);
  const never = new AbortController().signal;
  let base = '';
  let redis: RedisServer;
  beforeEach(async () => {
    base = mkdtempSync(join(tmpdir(), 'assay-redis-'));
    redis = await startRedis();
  });
  afterEach(async () => {
    await redis.kill();
    rmSync(base, { recursive: true });
  });

  it('come out as on one machine byte for byte, one worker killed half way', async () => {
    const local = await sweep('local', new InlineExecutor());
    const queue = await QueueExecutor.open({ url: redis.url, version: readVersion() });
    const first = worker(redis.url);
    let second: ChildProcess | undefined;
    const remote = await sweep('remote', queue, (event) => {
      if (event.kind !== 'finished' || second !== undefined) return;
      // it has the next run already
      first.kill('SIGKILL');
      second = worker(redis.url);
    });
    assert.deepEqual(remote, local);
    await queue.close();
    assert.ok(second !== undefined, 'a worker died');
    second.kill('SIGTERM');
    await once(second, 'exit');
  });

  it('find what was done for a sweep that died, and run nothing twice', async () => {
    const [unit, other] = units();
    const finished: string[] = [];
    const stop = new AbortController();
    const working = runWorker({
      ...{ url: redis.url, version: '1.0.0', jobs: 1, lockMs: LOCK_MS, signal: stop.signal },
      onEvent: (event) => event.kind === 'finished' && finished.push(event.key),
    });
    const queue = await QueueExecutor.open({ url: redis.url, version: '1.0.0' });
    const outcome = await queue.run(unit, never);
    await queue.close();
    const again = await QueueExecutor.open({ url: redis.url, version: '1.0.0' });
    assert.deepEqual(await again.run(unit, never), outcome);
    assert.deepEqual(finished, [unit.key]);
    assert.equal(await again.workerCount(), 1);
    const elsewhere = await QueueExecutor.open({ url: redis.url, version: '2.0.0' });
    assert.equal(await elsewhere.workerCount(), 0, 'workers of another version do not count');
    await elsewhere.close();
    // Redis comes back without its data: what was asked for is asked for again
    const { port } = redis;
    const lost = again.run(other, never);
    await redis.kill();
    redis = await startRedis(port);
    assert.equal((await lost).status, 'done');
    stop.abort();
    await working;
    await again.close();
  });

  it('end with a name when Redis is gone, and keep what was finished', async () => {
    const plan = tinyPlan(TEXT);
    const folder = SweepFolder.open(join(base, 'gone'), plan, manifestOf(plan));
    const executor = await QueueExecutor.open({ url: redis.url, version: '1.0.0', graceMs: 500 });
    const running = runSweep({ plan, folder, executor, keepGoing: false, signal: never });
    const refused = assert.rejects(running, isCode('redis-unreachable'));
    await redis.kill();
    await refused;
    await executor.close();
    const opening = QueueExecutor.open({ url: redis.url, version: '1.0.0' });
    await assert.rejects(opening, isCode('redis-unreachable'));
    const wrong = QueueExecutor.open({ url: 'localhost', version: '1.0.0' });
    await assert.rejects(wrong, isCode('redis-address'));
  });

  async function sweep(
    name: string,
    executor: Executor,
    onEvent: (event: SweepEvent) => void = () => undefined,
  ): Promise<ReadonlyMap<string, string>> {
    const plan = tinyPlan(TEXT, { version: readVersion() });
    const folder = SweepFolder.open(join(base, name), plan, manifestOf(plan));
    await runSweep({ plan, folder, executor, keepGoing: false, signal: never, onEvent });
    writeTables(aggregate(plan, folder), { folder, basePath: null });
    return filesOf(folder.path);
  }
});

function units() {
  const plan = tinyPlan(TEXT);
  const [cell] = plan.cells;
  assert.ok(cell !== undefined);
  const unit = (seed: number) => unitOf(plan, { cell, replica: 0, seed });
  return [unit(1), unit(2)] as const;
}

/** `assay sim worker` as a process. */
function worker(url: string): ChildProcess {
  const words = ['sim', 'worker', '--redis', url, '--jobs', '1', '--lock-ms', String(LOCK_MS)];
  const program = `import(${JSON.stringify(MAIN)}).then(({ main }) => main())`;
  const line = ['--import', TSX, '--eval', program, '--', 'assay', ...words];
  // the loader is named by its place: options that the tests run with need not resolve there
  const env = { ...process.env, NODE_OPTIONS: '' };
  return spawn(process.execPath, line, { env, stdio: ['ignore', 'ignore', 'ignore'] });
}

function isCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof SweepError && error.detail.code === code;
}
