import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assay } from './run-assay.ts';

const SCENARIO = `
name: tiny
durationRounds: 2
crypto: stand-in
network: { latency: { kind: constant, delayMs: 20 }, jitter: 0 }
validators: { count: 10 }
providers: { count: 2, stake: 1000000000 }
workload: { claimsPerRound: 2, classes: { full: 1 } }
oracle: { kind: modelled }
adversaries:
  - { behaviour: substitute-model, share: 0.5 }
parameters: { roundMs: 1000, levels: [7, 128] }
`;
const SWEEP = `
name: swept
seed: 3
base: tiny.yaml
vary: { grid: { network.jitter: [0, 0.1] } }
replicas: 2
`;

describe('assay sim replay, view, and run --trace', () => {
  let base = '';
  const at = (name: string) => join(base, name);
  const replay = (folder: string, ...words: string[]) =>
    assay(['sim', 'replay', at(folder), ...words]);

  before(async () => {
    base = mkdtempSync(join(tmpdir(), 'assay-replay-'));
    writeFileSync(at('tiny.yaml'), SCENARIO);
    writeFileSync(at('sweep.yaml'), SWEEP);
    const sweep = ['sim', 'sweep', at('sweep.yaml'), '--out', at('swept'), '--quiet'];
    assert.equal((await assay([...sweep, '--jobs', '1'])).code, 0);
    const run = await assay(['sim', 'run', at('tiny.yaml'), '--out', at('one'), '--quiet']);
    assert.equal(run.code, 0, run.err);
  });
  after(() => rmSync(base, { recursive: true }));

  it('explain themselves within 80 columns', async () => {
    for (const command of ['replay', 'view', 'run']) {
      const { code, out } = await assay(['sim', command, '--help']);
      assert.equal(code, 0);
      assert.ok(
        out.split('\n').every((line) => line.length <= 80),
        out,
      );
    }
  });

  it('runs any run of a sweep again, by place or id, with its trace', async () => {
    const [, second] = rowsOf(at('swept'));
    assert.ok(second !== undefined);
    for (const cell of ['2', second.id.slice(0, 9)]) {
      const trace = at(`t-${cell}.jsonl`);
      const { code, out, err } = await replay(
        'swept',
        '--cell',
        cell,
        '--replica',
        '1',
        '--trace',
        trace,
      );
      assert.equal(code, 0, err);
      assert.match(out, /^The same as before: [0-9a-f]{16}… \(network.jitter=0.1, replica 1, /m);
      assert.match(err, /^trace: [\d,]+ records\n {2}look at it: npx assay sim view /);
      const lines = readFileSync(trace, 'utf8').trim().split('\n');
      const end = JSON.parse(lines.at(-1) ?? '');
      assert.equal(end.digest, second.digestOf(1));
      assert.equal(end.records, lines.length - 1);
      assert.deepEqual(JSON.parse(lines[0] ?? '').run.seed, second.seeds[1]);
    }
  });

  it('runs a single run again', async () => {
    const { code, out, err } = await replay('one', '--json');
    assert.equal(code, 0, err);
    const { traceDigest } = JSON.parse(out);
    assert.equal(traceDigest, JSON.parse(readFileSync(at('one/result.json'), 'utf8')).traceDigest);
  });

  it('fails with 1 if it comes out differently', async () => {
    const manifest = readFileSync(at('one/manifest.json'), 'utf8');
    const digest: string = JSON.parse(manifest).traceDigest;
    const other = digest.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
    writeFileSync(at('one/manifest.json'), manifest.replace(digest, other));
    const { code, err } = await replay('one', '--quiet');
    writeFileSync(at('one/manifest.json'), manifest);
    assert.equal(code, 1);
    assert.match(err.replace(/\s+/g, ' '), /came out differently: its digest was .*another commit/);
  });

  it('says what is wrong with a folder, a cell, a replica, a version', async () => {
    const manifest = readFileSync(at('one/manifest.json'), 'utf8');
    const { assay: version } = JSON.parse(manifest);
    const refused = async (pattern: RegExp, folder: string, ...words: string[]) => {
      const { code, err } = await replay(folder, ...words, '--quiet');
      assert.equal(code, 2, err);
      assert.match(err.replace(/\s+/g, ' '), pattern);
    };
    await refused(/nowhere: holds no results of a run or a sweep/, 'nowhere');
    await refused(/has 2 cells, and none was named.*--cell 1 to 2/, 'swept');
    await refused(/has no cell "3"/, 'swept', '--cell', '3');
    await refused(/has no cell "0"/, 'swept', '--cell', '0');
    await refused(/has no cell "zz"/, 'swept', '--cell', 'zz');
    await refused(/replica 7: was not run/, 'swept', '--cell', '1', '--replica', '7');
    await refused(/--replica -1: is no replica/, 'swept', '--cell', '1', '--replica=-1');
    await refused(/single run, which has no cells/, 'one', '--cell', '1');
    writeFileSync(at('one/manifest.json'), manifest.replace(`"${version}"`, '"0.0.1"'));
    await refused(/was written by Assay 0.0.1, this is/, 'one');
    writeFileSync(at('one/manifest.json'), manifest);
    const [first] = rowsOf(at('swept'));
    const run = at(`swept/runs/${first?.id}/${first?.seeds[0]}`);
    const done = readFileSync(`${run}.json`, 'utf8');
    const failed = { cell: first?.id, seed: first?.seeds[0], status: 'failed' };
    rmSync(`${run}.json`);
    writeFileSync(`${run}.failed.json`, JSON.stringify({ ...failed, code: 'x', message: 'boom' }));
    await refused(
      /failed, so that it has no digest: boom See it fail: npx assay sim run/,
      'swept',
      '--cell',
      '1',
    );
    rmSync(`${run}.failed.json`);
    writeFileSync(`${run}.json`, done);
  });

  it('says what is wrong with the options of a trace, before it runs', async () => {
    const bad: readonly (readonly [RegExp, readonly string[]])[] = [
      [/does not tell the form/, ['--trace', at('t.txt')]],
      [/no trace is written/, ['--node', '1']],
      [/--claim x: is no batch/, ['--trace', at('t.json'), '--claim', 'x']],
      [/--from soon: is no time/, ['--trace', at('t.json'), '--from', 'soon']],
      [/--without votes: is no kind.*delivery/, ['--trace', at('t.json'), '--without', 'votes']],
      [/--limit 0: is no number/, ['--trace', at('t.json'), '--limit', '0']],
      [/cannot be written \(ENOENT\)/, ['--trace', at('no/where/t.json')]],
    ];
    for (const [pattern, words] of bad) {
      const { code, err } = await replay('one', ...words, '--quiet');
      assert.equal(code, 2, words.join(' '));
      assert.match(err.replace(/\s+/g, ' '), pattern);
    }
    assert.deepEqual(
      readdirSync(base).filter((name) => /^t\.json/.test(name)),
      [],
    );
  });

  it('filters a trace, and says what was left out', async () => {
    const trace = at('some.jsonl');
    const words = ['--trace', trace, '--without', 'delivery,link', '--node', '1', '--node', '2'];
    const { code, err } = await replay('one', ...words, '--from', '1000', '--to', '3000');
    assert.equal(code, 0, err);
    assert.match(err, /^trace: [\d,]+ records, [\d,]+ left out$/m);
    const records = recordsOf(trace);
    assert.deepEqual(records[0].filter, {
      ...{ nodes: ['1', '2'], fromMs: 1000, toMs: 3000, without: ['delivery', 'link'] },
    });
    const limited = await replay('one', '--trace', trace, '--limit', '100');
    assert.match(limited.err, /^trace: 100 records, [\d,]+ left out by the limit; raise it/m);
    assert.equal(recordsOf(trace).length, 101);
  });

  it('leaves nothing of a trace whose run is interrupted, and an older one as it was', async () => {
    const [fresh, older] = [at('fresh.json'), at('older.jsonl')];
    writeFileSync(older, 'older');
    const signal = AbortSignal.abort();
    for (const trace of [fresh, older]) {
      const { code } = await assay(['sim', 'replay', at('one'), '--trace', trace], signal);
      assert.equal(code, 130);
    }
    assert.equal(readFileSync(older, 'utf8'), 'older');
    const left = readdirSync(base).filter((name) => /fresh|older\..*tmp/.test(name));
    assert.deepEqual(left, []);
  });

  it('tells the story of one claim alone', async () => {
    const all = at('all.jsonl');
    await replay('one', '--trace', all, '--quiet');
    const { batch, index } = recordsOf(all).find(({ what }) => what === 'decided');
    const trace = at('claim.jsonl');
    const { code } = await replay(
      'one',
      '--trace',
      trace,
      '--claim',
      `${batch}/${index}`,
      '--quiet',
    );
    assert.equal(code, 0);
    const kept = recordsOf(trace);
    assert.ok(kept.length < recordsOf(all).length / 2);
    const committees = kept.filter(({ kind }) => kind === 'committee');
    assert.ok(committees.every((each) => each.batch === batch));
    assert.ok(kept.some(({ what }) => what === 'decided'));
  });

  it('writes a trace with `sim run`, and leaves none of a propagation run', async () => {
    const trace = at('run.json');
    const words = ['sim', 'run', at('tiny.yaml'), '--out', at('two'), '--trace', trace];
    const { code, err } = await assay(words);
    assert.equal(code, 0, err);
    assert.match(err, /or ui\.perfetto\.dev/);
    assert.deepEqual(Object.keys(JSON.parse(readFileSync(trace, 'utf8'))), [
      'traceEvents',
      'assay',
    ]);
    const propagation = ['sim', 'run', 'configs/scenarios/propagation-mesh-1k.yaml'];
    const refused = await assay([...propagation, '--trace', at('p.json'), '--out', at('p')]);
    assert.equal(refused.code, 2);
    assert.match(refused.err, /without the protocol/);
    assert.ok(!existsSync(at('p.json')));
  });

  it('shows a trace until it is stopped; refuses what is none', async () => {
    const trace = at('view.json');
    await replay('one', '--trace', trace, '--quiet');
    const controller = new AbortController();
    const { out, code } = await viewed(trace, controller);
    assert.equal(code, 0);
    assert.match(
      out,
      /^tiny, seed \d+: [\d,]+ records\nhttp:\/\/127\.0\.0\.1:\d+\nCtrl-C ends it\.\n$/,
    );
    const bad = await assay(['sim', 'view', at('tiny.yaml')]);
    assert.equal(bad.code, 2);
    assert.match(bad.err, /is no trace of Assay/);
    const none = await assay(['sim', 'view', at('nothing.json')]);
    assert.match(none.err, /cannot be read \(ENOENT\)/);
  });
});

/** Opens a trace, asks for its source as a browser would, and stops. */
async function viewed(trace: string, controller: AbortController) {
  const { runCli } = await import('../../../src/cli/main.ts');
  let out = '';
  const code = await runCli(['sim', 'view', trace], {
    out: (text) => {
      out += text;
      const url = /http:\S+/.exec(out)?.[0];
      if (url === undefined) return;
      void fetch(`${url}/v1/source`)
        .then((answer) => answer.json())
        .then((source) => assert.equal(Object(source).kind, 'recorded'))
        .finally(() => controller.abort());
    },
    err: () => undefined,
    signal: controller.signal,
  });
  return { out, code };
}

/** Cells of a sweep in order, with the seeds of their runs. */
function rowsOf(folder: string) {
  const [head = '', ...rows] = readFileSync(join(folder, 'runs.csv'), 'utf8').trim().split('\n');
  const place = (name: string) => head.split(',').indexOf(name);
  const cells = new Map<string, string[][]>();
  for (const row of rows) {
    const values = row.split(',');
    const id = values[place('cell_id')] ?? '';
    cells.set(id, [...(cells.get(id) ?? []), values]);
  }
  return [...cells].map(([id, runs]) => ({
    id,
    seeds: runs.map((values) => Number(values[place('seed')])),
    digestOf: (replica: number) => runs[replica]?.[place('digest')],
  }));
}

function recordsOf(path: string) {
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}
