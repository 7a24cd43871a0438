/** Sweeps as processes: Ctrl-C, and what is left of it. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { assay } from '../../unit/cli/run-assay.ts';
import { tinyText } from '../../unit/sim/sweep/tiny.ts';

const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const MAIN = pathToFileURL(resolve('src/cli/main.ts')).href;
const TEXT = 'vary: { grid: { adversaries.0.share: [0, 0.5] } }\nreplicas: 8';

describe('assay sim sweep as a process', function () {
  this.timeout(60_000);
  let base = '';
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'assay-process-'));
  });
  afterEach(() => rmSync(base, { recursive: true }));

  it('ends at Ctrl-C, keeps what was finished, and goes on when it is called again', async () => {
    const file = join(base, 'sweep.yaml');
    writeFileSync(file, tinyText(TEXT));
    const out = join(base, 'out');
    const child = start('sim', 'sweep', file, '--out', out, '--jobs', '1');
    let err = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      err += chunk.toString();
      // the first line comes with the first run
      if (err.includes('"event":"progress"')) child.kill('SIGINT');
    });
    const [code] = await once(child, 'exit');
    assert.equal(code, 130, err);
    assert.match(err, /interrupted: what was finished is kept/);
    const kept = finished(out);
    assert.ok(kept.size > 0 && kept.size < 16, `${kept.size} runs`);
    const words = ['sim', 'sweep', file, '--out', out, '--engine', 'inline', '--quiet'];
    assert.equal((await assay(words)).code, 0);
    const all = finished(out);
    assert.equal(all.size, 16);
    for (const [name, text] of kept) assert.equal(all.get(name), text, 'not written again');
  });
});

function start(...words: readonly string[]): ChildProcess {
  const program = `import { main } from ${JSON.stringify(MAIN)}; await main();`;
  const loader = ['--import', TSX, '--input-type=module'];
  // the loader is named by its place: options that the tests run with need not resolve there
  const env = { ...process.env, NODE_OPTIONS: '' };
  const line = [...loader, '--eval', program, '--', 'assay', ...words];
  return spawn(process.execPath, line, { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Finished runs, with what is in their files. */
function finished(out: string): ReadonlyMap<string, string> {
  const names = readdirSync(join(out, 'runs'), { recursive: true, encoding: 'utf8' });
  const runs = names.filter((name) => /\/\d+\.json$/.test(name));
  return new Map(runs.map((name) => [name, readFileSync(join(out, 'runs', name), 'utf8')]));
}
