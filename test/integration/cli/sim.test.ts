/** Processes: what only shows with a real standard output, a working directory, and signals. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const QUICKSTART = resolve('configs/scenarios/quickstart.yaml');
const SMALL = resolve('configs/scenarios/small-committee.yaml');
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const MAIN = pathToFileURL(resolve('src/cli/main.ts')).href;

type Ended = { readonly code: number | null; readonly out: string; readonly err: string };

describe('assay sim run as a process', function () {
  this.timeout(120_000);
  let base = '';
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'assay-process-'));
  });
  afterEach(() => rmSync(base, { recursive: true }));

  it('runs real models, and writes to runs/<scenario>-<seed>-<hash>', async () => {
    const few = [
      'durationRounds=2',
      'validators.count=20',
      'workload.distinctInputs=2',
      'workload.models=[{ model: conv }]',
    ];
    const changes = few.flatMap((change) => ['--set', change]);
    const { code, out, err } = await ended(start(base, QUICKSTART, ...changes, '--json'));
    assert.equal(code, 0, err);
    const result = JSON.parse(out);
    const folder = join(base, 'runs', `quickstart-1-${result.configHash.slice(0, 8)}`);
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    assert.equal(manifest.traceDigest, result.traceDigest);
    assert.match(manifest.executionClasses[0], /^ort-/);
    assert.ok(result.wrong.answered > 0, 'the int8 provider answers wrongly');
    assert.equal(result.wrong.accepted.count, 0);
    const again = await ended(start(base, QUICKSTART, ...changes, '--json'));
    assert.equal(JSON.parse(again.out).traceDigest, result.traceDigest);
  });

  it('writes to runs/<scenario>-<seed> when nothing was changed but the seed', async () => {
    const tiny = join(base, 'tiny.yaml');
    writeFileSync(tiny, 'name: tiny\ndurationRounds: 1\noracle: { kind: modelled }\n');
    const { code, err } = await ended(start(base, tiny, '--seed', '3', '--quiet'));
    assert.equal(code, 0, err);
    assert.deepEqual(readdirSync(join(base, 'runs')), ['tiny-3']);
  });

  it('ends with 2 on bad input, and leaves the folder as it was', async () => {
    const { code, out, err } = await ended(start(base, SMALL, '--set', 'crypto=none'));
    assert.equal(code, 2);
    assert.equal(out, '');
    assert.match(err, /--set crypto=none/);
    assert.deepEqual(readdirSync(base), []);
  });

  it('ends with 130 on Ctrl-C in the middle of a run, and writes nothing', async () => {
    const long = ['--set', 'durationRounds=100000', '--verbose'];
    const child = start(base, SMALL, ...long);
    child.stderr?.once('data', () => child.kill('SIGINT'));
    const { code, out } = await ended(child);
    assert.equal(code, 130);
    assert.equal(out, '');
    assert.ok(!existsSync(join(base, 'runs')));
    assert.deepEqual(readdirSync(base), []);
  });
});

function start(cwd: string, ...words: readonly string[]): ChildProcess {
  const program = `import { main } from ${JSON.stringify(MAIN)}; await main();`;
  const loader = ['--import', TSX, '--input-type=module'];
  const line = [...loader, '--eval', program, '--', 'assay', 'sim', 'run', ...words];
  // the loader is named by its place: options that the tests run with need not resolve there
  const env = { ...process.env, NODE_OPTIONS: '' };
  return spawn(process.execPath, line, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function ended(child: ChildProcess): Promise<Ended> {
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const code = await new Promise<number | null>((done, fail) => {
    child.on('error', fail);
    child.on('close', done);
  });
  return { code, out, err };
}
