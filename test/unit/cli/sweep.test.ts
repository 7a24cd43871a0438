import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TINY_BASE, tinyText } from '../sim/sweep/tiny.ts';
import { assay, type Ran } from './run-assay.ts';

const GRID = 'vary: { grid: { adversaries.0.share: [0, 0.5] } }\nreplicas: 2';

describe('assay sim sweep', () => {
  let base = '';
  let file = '';
  let out = '';
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'assay-sweep-'));
    file = join(base, 'sweep.yaml');
    out = join(base, 'out');
    writeFileSync(file, tinyText(GRID));
  });
  afterEach(() => rmSync(base, { recursive: true }));

  it('explains itself and its relatives within 80 columns', async () => {
    for (const command of ['sweep', 'merge', 'worker', 'theory', 'list']) {
      const { code, out: help } = await assay(['sim', command, '--help']);
      assert.equal(code, 0);
      const long = help.split('\n').filter((line) => line.length > 80);
      assert.deepEqual(long, []);
    }
  });

  it('says before what would run, why, and how long; and writes nothing', async () => {
    const dry = await sweep('--dry-run');
    assert.equal(dry.code, 0, dry.err);
    assert.match(dry.out, /2 cells, into .*\n {2}0 done, 4 to run\n {2}about .*a trial run took/);
    assert.match(dry.out, /2 to run: not run yet; adversaries\.0\.share=0\.5/);
    assert.ok(!existsSync(out));
    await sweep();
    const done = JSON.parse((await sweep('--dry-run', '--json')).out);
    assert.deepEqual([done.done, done.toRun, done.totalMs], [4, 0, null]);
    const more = JSON.parse((await sweep('--dry-run', '--json', '--set', 'replicas=3')).out);
    assert.deepEqual([more.done, more.toRun], [4, 2]);
    assert.equal(more.why[0].why, 'some runs are there');
  });

  it('prints tables, writes them, and on a second call runs nothing', async () => {
    const first = await sweep();
    assert.equal(first.code, 0, first.err);
    assert.match(first.out, /^tiny-sweep: 2 cells, 4 runs\n/);
    assert.match(first.out, /wrongAccepted \(share\): wrong drawn claims that ended valid\n/);
    const progress = first.err
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(progress.at(-1), { event: 'progress', done: 4, of: 4, failed: 0, leftMs: 0 });
    const files = ['cells.csv', 'log', 'runs', 'runs.csv', 'runs.parquet', 'sweep.json'];
    assert.deepEqual(readdirSync(out).sort(), files);
    const second = await sweep();
    assert.equal(second.out, first.out);
    assert.match(second.err, /"done":0,"of":0/);
    const json = JSON.parse((await sweep('--json', '--quiet')).out);
    assert.equal(json.cells.length, 2);
    assert.equal(json.cells[0].metrics[0].name, 'wrongAccepted');
  });

  it('runs in parts that merge makes one of', async () => {
    const part = await sweep('--shard', '0/2');
    assert.match(part.out, /2 runs made\. When all parts are: assay sim merge /);
    const early = await assay(['sim', 'merge', out]);
    assert.equal(early.code, 2);
    assert.match(early.err, /2 runs of 2 cells are not there/);
    assert.equal((await assay(['sim', 'merge', out, '--partial', '--quiet'])).code, 0);
    await sweep('--shard', '1/2');
    const merged = await assay(['sim', 'merge', out]);
    assert.equal(merged.code, 0, merged.err);
    const whole = join(base, 'whole');
    await assay(['sim', 'sweep', file, '--out', whole, '--engine', 'inline', '--quiet']);
    const text = (folder: string) => readFileSync(join(folder, 'runs.csv'), 'utf8');
    assert.equal(text(out), text(whole));
  });

  it('keeps what succeeded when runs fail, and says how to replay one', async () => {
    writeFileSync(
      file,
      `name: failing
base: tiny.yaml
replicas: 1
vary:
  list:
    - { durationRounds: 1 }
    - { workload.models: [{ model: file, path: none.onnx }], oracle: { kind: measured } }
`,
    );
    writeFileSync(join(base, 'tiny.yaml'), TINY_BASE.replaceAll('\n  ', '\n'));
    const ran = await sweep('--keep-going');
    assert.equal(ran.code, 2);
    assert.match(ran.err, /"event":"failed"/);
    const told = ran.err.replaceAll(/\s+/g, ' ');
    assert.match(told, /1 run failed; the others are kept/);
    assert.match(told, /npx assay sim run .*tiny\.yaml --seed \d+ --set/);
    const rows = readFileSync(join(out, 'runs.csv'), 'utf8').trim().split('\n');
    assert.equal(rows.filter((row) => row.includes(',done,')).length, 1);
    assert.equal(rows.filter((row) => row.includes(',failed,')).length, 1);
  });

  it('says what to do with a scenario, which is one run', async () => {
    const path = 'configs/scenarios/small-committee.yaml';
    const { code, err } = await assay(['sim', 'sweep', path]);
    assert.equal(code, 2);
    assert.match(err, /is a scenario: one run\s+Use: assay sim run configs/);
  });

  it('refuses bad input with place and remedy, and changes nothing', async () => {
    const cases: readonly (readonly [words: readonly string[], wanted: RegExp])[] = [
      [['--set', 'vary.grid={a: []}'], /--set vary\.grid=/],
      [['--set', 'replicas=0'], /replicas must be a whole number from 1/],
      [['--out', ''], /--out: names no folder/],
      [['--jobs', '0'], /--jobs 0: is no number of processes/],
      [['--shard', '2/2'], /counted from 0/],
      [['--engine', 'bullmq'], /needs the address of Redis/],
      [['--engine', 'bullmq', '--redis', 'x'], /is no address of Redis/],
      [['--set', 'vary.grid={validators.cuont: [1]}'], /there is no key cuont/],
    ];
    for (const [words, wanted] of cases) {
      const folder = words.includes('--out') ? [] : ['--out', out];
      const { code, err } = await assay(['sim', 'sweep', file, ...folder, ...words]);
      assert.equal(code, 2, words.join(' '));
      assert.match(err.replaceAll(/\s+/g, ' '), wanted);
      assert.ok(!existsSync(out));
    }
    writeFileSync(join(base, 'mine.txt'), 'mine');
    const foreign = await assay(['sim', 'sweep', file, '--out', base, '--engine', 'inline']);
    assert.equal(foreign.code, 2);
    assert.match(foreign.err, /holds no results of a sweep/);
    assert.deepEqual(readdirSync(base).sort(), ['mine.txt', 'sweep.yaml']);
  });

  it('has the closed forms of every cell without a simulation', async () => {
    const { code, out: text, err } = await assay(['sim', 'theory', file, '--json']);
    assert.equal(code, 0, err);
    const { cells } = JSON.parse(text);
    assert.equal(cells.length, 2);
    assert.equal(cells[1].forms.drawn.value, 1, 'one in one is drawn');
    const scenario = 'configs/scenarios/small-committee.yaml';
    const single = JSON.parse((await assay(['sim', 'theory', scenario, '--json'])).out);
    // the forms of `assay theory committee --seats 7 --adversary 0.2 --silent 0.125`
    const { wrongCertified, wrongAccepted } = single.cells[0].forms;
    assert.equal(wrongCertified.value.toPrecision(4), '0.004672');
    assert.ok(wrongAccepted.value < wrongCertified.value);
    const lines = (await assay(['sim', 'theory', scenario])).out.split('\n');
    assert.ok(lines.every((line) => line.length <= 80));
  });

  it('lists what there is, one page for each name', async () => {
    for (const what of ['adversaries', 'faults', 'networks', 'attacks', 'metrics']) {
      const { code, out: text, err } = await assay(['sim', 'list', what, '--json']);
      assert.equal(code, 0, err);
      const listed = JSON.parse(text)[what];
      assert.ok(listed.length >= 3, what);
      const name = listed[0].name ?? listed[0].behaviour;
      const page = await assay(['sim', 'list', what, name]);
      assert.match(page.out, new RegExp(`^${name}\n`));
      assert.ok(
        page.out.split('\n').every((line) => line.length <= 80),
        page.out,
      );
    }
    const unknown = await assay(['sim', 'list', 'faults', 'chrash']);
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /there is no chrash\n\s+Did you mean crash\?/);
  });

  it('is checked and described like a scenario', async () => {
    const checked = await assay(['config', 'check', file, 'configs/sweeps/capture.yaml']);
    assert.equal(checked.code, 0, checked.err);
    assert.match(checked.out, /sweep\.yaml: ok, config hash [0-9a-f]{16}\n/);
    const { out: schema } = await assay(['config', 'schema', 'sweep']);
    assert.equal(schema, readFileSync('configs/schema/sweep.schema.json', 'utf8'));
    const explained = await assay(['config', 'explain', 'network.mesh.degree']);
    assert.equal(explained.code, 0, explained.err);
  });

  function sweep(...words: readonly string[]): Promise<Ran> {
    return assay(['sim', 'sweep', file, '--out', out, '--engine', 'inline', ...words]);
  }
});
