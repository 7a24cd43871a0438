import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { aggregate, requireComplete, writeTables } from '../../../../sim/sweep/aggregate.ts';
import { SweepError } from '../../../../sim/sweep/error.ts';
import type { Outcome } from '../../../../sim/sweep/executor.ts';
import { SweepFolder } from '../../../../sim/sweep/folder.ts';
import { manifestOf } from '../../../../sim/sweep/manifest.ts';
import type { SweepPlan } from '../../../../sim/sweep/plan.ts';
import { runSweep, type SweepEnd } from '../../../../sim/sweep/run-sweep.ts';
import { readShard } from '../../../../sim/sweep/shard.ts';
import { summaryLines } from '../../../../sim/sweep/summary-table.ts';
import { meanRunMs, surveySweep } from '../../../../sim/sweep/survey.ts';
import { filesOf } from '../../../support/files-of.ts';
import { countedOutcome, StubExecutor, tinyPlan } from './tiny.ts';

const GRID = 'vary: { grid: { adversaries.0.share: [0, 0.5], network.jitter: [0, 0.1] } }';
const FAILED: Outcome = { status: 'failed', code: 'run-threw', message: 'boom' };

describe('sim/sweep: running a sweep', () => {
  let base = '';
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'assay-sweep-'));
  });
  afterEach(() => rmSync(base, { recursive: true }));

  it('runs each replica of each cell once, and writes one file for each', async () => {
    const executor = new StubExecutor(3);
    const { end, folder } = await run(`${GRID}\nreplicas: 5`, { executor });
    assert.deepEqual([end.made, end.failures.length, executor.units.length], [20, 0, 20]);
    const plan = tinyPlan(`${GRID}\nreplicas: 5`);
    for (const { id } of plan.cells) {
      const names = readdirSync(join(folder.path, 'runs', id));
      assert.equal(names.filter((name) => /^\d+\.json$/.test(name)).length, 5);
      assert.equal(names.length, 6, 'and config.resolved.yaml');
    }
  });

  it('goes on where it was stopped, and takes over what a larger sweep shares', async () => {
    await run(`${GRID}\nreplicas: 2`);
    const again = new StubExecutor(2);
    await run(`${GRID}\nreplicas: 2`, { executor: again });
    assert.equal(again.units.length, 0);
    const larger = new StubExecutor(2);
    await run(`${GRID.replace('[0, 0.5]', '[0, 0.25, 0.5]')}\nreplicas: 3`, { executor: larger });
    assert.equal(larger.units.length, 18 - 8);
  });

  it('keeps the same bytes whoever runs, however many at a time', async () => {
    const text = `${GRID}\nuntil: { metric: wrongAccepted, halfWidth: 0.02, maxReplicas: 60 }`;
    const one = await run(text, { out: 'one', executor: new StubExecutor(1) });
    const many = await run(text, { out: 'many', executor: new StubExecutor(7) });
    assert.deepEqual(filesOf(many.folder.path), filesOf(one.folder.path));
    assert.ok(one.end.made > 4 * 8 && one.end.made < 4 * 60, 'until was looked at');
  });

  it('divides runs among shards, and cells if they end by an interval', async () => {
    for (const rule of [
      'replicas: 5',
      'until: { metric: wrongAccepted, halfWidth: 0.05, maxReplicas: 60 }',
    ]) {
      const text = `${GRID}\n${rule}`;
      const whole = await run(text, { out: `whole ${rule[0]}` });
      let made = 0;
      for (const part of ['0/3', '1/3', '2/3']) {
        made += (await run(text, { out: `parts ${rule[0]}`, shard: part })).end.made;
      }
      assert.equal(made, whole.end.made);
      assert.deepEqual(filesOf(join(base, `parts ${rule[0]}`)), filesOf(whole.folder.path));
    }
  });

  it('stops after a failed run, with the finished ones kept; goes on with keepGoing', async () => {
    const text = `${GRID}\nreplicas: 3`;
    const failing = () =>
      new StubExecutor(1, (unit, index) => (index === 2 ? FAILED : countedOutcome(unit)));
    const stopped = await run(text, { out: 'a', executor: failing() });
    assert.deepEqual([stopped.end.made, stopped.end.isStopped], [3, true]);
    const gone = await run(text, { out: 'b', executor: failing(), keepGoing: true });
    assert.deepEqual([gone.end.made, gone.end.failures.length], [12, 1]);
    const results = aggregate(tinyPlan(text), gone.folder);
    assert.deepEqual([results.missing, results.failed], [0, 1]);
    const again = new StubExecutor(1);
    const healed = await run(text, { out: 'b', executor: again });
    assert.equal(again.units.length, 1, 'only the failed one');
    assert.equal(aggregate(tinyPlan(text), healed.folder).failed, 0);
  });

  it('keeps what was finished when the executor breaks or the user interrupts', async () => {
    const text = `${GRID}\nreplicas: 3`;
    const broken = new StubExecutor(2, (unit, index) => {
      if (index >= 4) throw new SweepError({ code: 'redis-unreachable', message: 'gone' });
      return countedOutcome(unit);
    });
    await assert.rejects(run(text, { executor: broken }), /gone/);
    const controller = new AbortController();
    const interrupted = new StubExecutor(1, (unit, index) => {
      if (index === 3) controller.abort(new Error('stop'));
      return countedOutcome(unit);
    });
    await assert.rejects(run(text, { executor: interrupted, signal: controller.signal }), /stop/);
    const rest = new StubExecutor(2);
    await run(text, { executor: rest });
    assert.equal(rest.units.length, 12 - 4 - 4);
  });

  it('never overwrites a finished run, and says when one comes out differently', async () => {
    const { folder } = await run(`${GRID}\nreplicas: 1`);
    const before = filesOf(folder.path);
    const [cell] = tinyPlan(GRID).cells;
    assert.ok(cell !== undefined);
    const name = readdirSync(join(folder.path, 'runs', cell.id)).find((each) => /^\d/.test(each));
    const seed = Number(name?.replace('.json', ''));
    const other: Outcome = { status: 'done', digest: 'other', metrics: [] };
    assert.throws(() => folder.add({ cell: cell.id, seed, outcome: other }), code('run-differs'));
    assert.deepEqual(filesOf(folder.path), before);
  });

  it('refuses a folder of another sweep or version, or of something else, unchanged', async () => {
    const { folder } = await run(`${GRID}\nreplicas: 1`);
    const before = filesOf(folder.path);
    const look = (plan: SweepPlan, path = folder.path) => SweepFolder.look(path, plan);
    assert.throws(() => look(tinyPlan(GRID, { name: 'another' })), code('other-sweep'));
    assert.throws(() => look(tinyPlan(GRID, { version: '2.0.0' })), code('other-version'));
    assert.deepEqual(filesOf(folder.path), before);
    writeFileSync(join(base, 'notes.txt'), 'mine');
    assert.throws(() => look(tinyPlan(GRID), base), code('foreign-folder'));
    assert.throws(() => look(tinyPlan(GRID), join(base, 'notes.txt')), code('foreign-folder'));
    writeFileSync(join(folder.path, 'sweep.json'), '{"kind": "else"}');
    assert.throws(() => look(tinyPlan(GRID)), code('sweep-unreadable'));
  });

  it('names a damaged run, and what to do about it', async () => {
    const { folder } = await run(`${GRID}\nreplicas: 1`);
    const [cell] = tinyPlan(GRID).cells;
    const cellFolder = join(folder.path, 'runs', cell?.id ?? '');
    const name = readdirSync(cellFolder).find((each) => /^\d/.test(each)) ?? '';
    writeFileSync(join(cellFolder, name), '{"cell": "x", "see');
    const again = SweepFolder.look(folder.path, tinyPlan(`${GRID}\nreplicas: 1`));
    const damaged = code('run-unreadable');
    assert.throws(() => aggregate(tinyPlan(`${GRID}\nreplicas: 1`), again), damaged);
  });

  it('surveys what is done, what is not, and why', async () => {
    const { folder } = await run(`${GRID}\nreplicas: 2`);
    const plan = tinyPlan(`${GRID.replace('[0, 0.1]', '[0.1, 0.2]')}\nreplicas: 3`);
    const look = SweepFolder.look(folder.path, plan);
    const survey = surveySweep(plan, {
      folder: look,
      before: { [plan.cells[1]?.label ?? '']: 'x' },
    });
    assert.deepEqual([survey.done, survey.toRun], [4, 8]);
    assert.deepEqual(
      survey.cells.map(({ why }) => why),
      [
        'some runs are there',
        'its configuration has changed',
        'some runs are there',
        'not run yet',
      ],
    );
    assert.equal(typeof meanRunMs(survey, look), 'number');
  });

  it('makes tables with a row per run and per cell and metric, the same as Parquet', async () => {
    const text = `${GRID}\nreplicas: 2\narms: { x: {}, y: { durationRounds: 3 } }`;
    const { folder } = await run(text, {
      executor: new StubExecutor(1, (unit, index) => (index === 1 ? FAILED : countedOutcome(unit))),
      keepGoing: true,
    });
    const plan = tinyPlan(text);
    const results = aggregate(plan, folder);
    const names = writeTables(results, { folder, basePath: 'base.yaml' });
    assert.deepEqual(names, ['cells.csv', 'runs.csv', 'runs.parquet', 'differences.csv']);
    const [header = '', ...rows] = readFileSync(join(folder.path, 'runs.csv'), 'utf8')
      .trim()
      .split('\n');
    assert.equal(
      header,
      'cell_id,arm,adversaries.0.share,network.jitter,replica,seed,status,digest,error,message,' +
        'replay,wrongAccepted_count,wrongAccepted_of,latencyMsP50',
    );
    assert.equal(rows.length, 16);
    const failed = rows.find((row) => row.includes(',failed,')) ?? '';
    assert.match(
      failed,
      /,failed,,run-threw,boom,npx assay sim run base\.yaml --seed \d+ --set advers/,
    );
    const bytes = readFileSync(join(folder.path, 'runs.parquet'));
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    const objects = await parquetReadObjects({ file: file as ArrayBuffer });
    assert.equal(objects.length, 16);
    assert.deepEqual(Object.keys(objects[0] ?? {}), header.split(','));
    const csvSeeds = rows.map((row) => Number(row.split(',')[5]));
    assert.deepEqual(
      objects.map(({ seed }) => seed),
      csvSeeds,
    );
    const cells = readFileSync(join(folder.path, 'cells.csv'), 'utf8').trim().split('\n');
    assert.equal(cells.length, 1 + 8 * 2);
    const lines = summaryLines(plan, results, { columns: 100 });
    assert.ok(lines.some((line) => line.startsWith('wrongAccepted (share)')));
    assert.ok(lines.every((line) => line.length <= 100));
    for (const columns of [60, 80]) {
      const narrow = summaryLines(plan, results, { columns }).slice(0, 30);
      assert.ok(
        narrow.every((line) => line.length <= 82),
        narrow.join('\n'),
      );
    }
  });

  it('says which runs are missing before it makes tables of parts', async () => {
    const text = `${GRID}\nreplicas: 2`;
    const { folder } = await run(text, { shard: '0/2' });
    const results = aggregate(tinyPlan(text), folder);
    assert.equal(results.missing, 4);
    assert.throws(() => requireComplete(results, folder.path), code('sweep-incomplete'));
  });

  async function run(
    text: string,
    options: {
      out?: string;
      executor?: StubExecutor;
      shard?: string;
      keepGoing?: boolean;
      signal?: AbortSignal;
    } = {},
  ): Promise<{ end: SweepEnd; folder: SweepFolder }> {
    const { out = 'out', executor = new StubExecutor(2), shard, keepGoing = false } = options;
    const plan = tinyPlan(text);
    const folder = SweepFolder.open(join(base, out), plan, manifestOf(plan));
    const end = await runSweep({
      plan,
      folder,
      executor,
      shard: shard === undefined ? undefined : readShard(shard, {}),
      keepGoing,
      signal: options.signal ?? new AbortController().signal,
    });
    return { end, folder };
  }
});

function code(wanted: string): (error: unknown) => boolean {
  return (error) => error instanceof SweepError && error.detail.code === wanted;
}
