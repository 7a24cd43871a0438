import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assay } from '../../cli/run-assay.ts';

const FILE = 'name: tiny\npropagation: { nodes: 40, messages: 3 }\n';

describe('assay sim run of a propagation file', () => {
  let base = '';
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'assay-propagation-'));
    writeFileSync(join(base, 'tiny.yaml'), FILE);
  });
  afterEach(() => rmSync(base, { recursive: true }));

  it('prints a report, and writes three files that give the same again', async () => {
    const folder = join(base, 'out');
    const { code, out, err } = await assay([
      'sim',
      'run',
      join(base, 'tiny.yaml'),
      '--out',
      folder,
    ]);
    assert.equal(code, 0, err);
    const names = ['config.resolved.yaml', 'manifest.json', 'result.json'];
    assert.deepEqual(readdirSync(folder).sort(), names);
    const result = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'));
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    assert.equal(manifest.traceDigest, result.traceDigest);
    assert.ok(out.includes(result.traceDigest) && out.includes('How long did it take?'));
    const resolved = join(folder, 'config.resolved.yaml');
    const again = await assay(['sim', 'run', resolved, '--out', folder, '--json']);
    assert.deepEqual(JSON.parse(again.out), result);
  });

  it('refuses what is wrong with its place', async () => {
    const words = ['--out', join(base, 'out'), '--set', 'propagation.nodes=1'];
    const { code, err } = await assay(['sim', 'run', join(base, 'tiny.yaml'), ...words]);
    assert.equal(code, 2);
    assert.match(err, /propagation\.nodes/);
    assert.deepEqual(readdirSync(base), ['tiny.yaml']);
  });
});
