import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VARIANTS } from '../../../src/config/index.ts';
import { assay, type Ran } from './run-assay.ts';

const SCENARIO = `
name: tiny
durationRounds: 2
network: { latency: { kind: constant, delayMs: 20 }, jitter: 0 }
validators: { count: 10 }
providers: { count: 2, stake: 1000000000 }
workload: { claimsPerRound: 2, classes: { full: 1 } }
oracle: { kind: modelled }
adversaries:
  - { behaviour: substitute-model, share: 0.5 }
parameters: { roundMs: 1000, levels: [7, 128] }
`;

describe('assay sim', () => {
  let base = '';
  let scenario = '';
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'assay-sim-'));
    scenario = join(base, 'tiny.yaml');
    writeFileSync(scenario, SCENARIO);
  });
  afterEach(() => rmSync(base, { recursive: true }));

  it('explains itself within 80 columns', async () => {
    for (const words of [[], ['run'], ['list']]) {
      const { code, out } = await run('sim', ...words, '--help');
      assert.equal(code, 0);
      assert.ok(
        out.split('\n').every((line) => line.length <= 80),
        out,
      );
    }
  });

  it('lists every adversary of the schema with its options', async () => {
    const { code, out } = await run('sim', 'list', 'adversaries', '--json');
    assert.equal(code, 0);
    const { adversaries } = JSON.parse(out);
    const schema = JSON.parse(readFileSync('configs/schema/scenario.schema.json', 'utf8'));
    const known = schema.properties.adversaries.items.oneOf.map(
      (kind: { properties: { behaviour: { const: string } } }) => kind.properties.behaviour.const,
    );
    const listed = adversaries.map((kind: { behaviour: string }) => kind.behaviour);
    assert.deepEqual(listed, known);
    assert.ok(listed.length >= 12);
    for (const { behaviour, meaning, share, stoppedBy } of adversaries) {
      assert.ok(stoppedBy.length > 0, behaviour);
      assert.ok(meaning.length > 10 && share.length > 10, behaviour);
    }
    const [substitute] = adversaries;
    assert.deepEqual(
      substitute.options.map((option: { name: string }) => option.name),
      ['cheatShare', 'variant'],
    );
    assert.ok(VARIANTS.includes(substitute.options[1].default));
    const text = await run('sim', 'list', 'adversaries');
    assert.match(text.out, /^ {2}stopped by COMMIT-2, VOTE-4$/m);
    assert.ok(text.out.split('\n').every((line) => line.length <= 80));
  });

  it('prints a report, and writes four files that belong together', async () => {
    const folder = join(base, 'out');
    const { code, out, err } = await run('sim', 'run', scenario, '--out', folder);
    assert.equal(code, 0, err);
    assert.equal(err, '', 'no progress without a terminal');
    const names = ['claims.csv', 'config.resolved.yaml', 'manifest.json', 'result.json'];
    assert.deepEqual(readdirSync(folder).sort(), names);
    const [csv = '', yaml = '', manifest, result] = names.map((name) => {
      const text = readFileSync(join(folder, name), 'utf8');
      return name.endsWith('.json') ? JSON.parse(text) : text;
    });
    assert.equal(csv.trim().split('\n').length - 1, result.claims.answered);
    assert.equal(manifest.traceDigest, result.traceDigest);
    assert.equal(manifest.configHash, result.configHash);
    assert.deepEqual(manifest.command.slice(0, 5), ['npx', 'assay', 'sim', 'run', scenario]);
    assert.match(manifest.assay, /^\d+\.\d+\.\d+$/);
    assert.match(yaml, /^name: tiny$/m);
    assert.ok(out.includes(result.traceDigest) && out.includes('Does cheating pay?'));
    assert.deepEqual(readdirSync(base).sort(), ['out', 'tiny.yaml'], 'nothing half-written');
  });

  it('prints one JSON document and nothing else with --json, nothing with --quiet', async () => {
    const folder = join(base, 'out');
    const { out, err } = await run('sim', 'run', scenario, '--out', folder, '--json');
    assert.equal(out, readFileSync(join(folder, 'result.json'), 'utf8'));
    assert.equal(JSON.parse(out).scenario, 'tiny');
    assert.equal(err, '');
    const quiet = await run('sim', 'run', scenario, '--out', folder, '--quiet');
    assert.deepEqual(quiet, { code: 0, out: '', err: '' });
  });

  it('gives the same digest for the same seed, from the resolved file too', async () => {
    const digestOf = async (file: string, ...options: string[]) => {
      const ran = await run('sim', 'run', file, '--json', '--out', join(base, 'out'), ...options);
      assert.equal(ran.code, 0, ran.err);
      return JSON.parse(ran.out).traceDigest;
    };
    const first = await digestOf(scenario, '--seed', '5');
    const resolved = join(base, 'resolved.yaml');
    writeFileSync(resolved, readFileSync(join(base, 'out', 'config.resolved.yaml')));
    assert.equal(await digestOf(scenario, '--seed', '5'), first);
    assert.equal(await digestOf(resolved), first);
    assert.notEqual(await digestOf(scenario, '--seed', '6'), first);
  });

  it('refuses bad input with place and remedy, exit code 2 and nothing written', async () => {
    const folder = join(base, 'out');
    const foreign = join(base, 'foreign');
    writeFileSync(foreign, 'mine');
    const cases: readonly (readonly [words: readonly string[], wanted: RegExp])[] = [
      [[join(base, 'none.yaml')], /none\.yaml: there is no such file/],
      [[base], /is a folder/],
      [[scenario, '--set', 'netwerk.degree=4'], /no key netwerk .*mean network/],
      [[scenario, '--set', 'validators.count=many'], /--set validators\.count=many: /],
      [[scenario, '--set', 'network.jitter=2'], /--set network\.jitter=2: /],
      [[scenario, '--set', 'parameters.levels=[64, 16]'], /levels/],
      [[scenario, '--set', 'adversaries.0.share=1.5'], /adversaries\.0\.share=1\.5: /],
      [[scenario, '--set', 'network'], /is not key\.path=value/],
      [[scenario, '--seed', '1.5'], /--seed: "1\.5" is not a seed/],
      [[scenario, '--seed', 'x'], /--seed: "x" is not a seed/],
      [[scenario, '--seeed', '1'], /Did you mean --seed\?/],
      [[], /is missing|not enough/],
      [['configs/sweeps/capture.yaml'], /is a sweep: many runs\s+Use: assay sim sweep configs/],
      [[scenario, '--out', ''], /--out: names no folder/],
      [[scenario, '--out', foreign], /foreign: is a file.*--out/],
      [[scenario, '--out', join(foreign, 'below')], /cannot be written.*--out/],
      [[scenario, '--set', 'oracle={ kind: measured }', '--set', MISSING_MODEL], /gone\.onnx: /],
      [[scenario, '--set', 'oracle={ kind: measured }', '--set', NO_MODEL], /README\.md|ONNX/],
    ];
    for (const [words, wanted] of cases) {
      const out = words.includes('--out') ? [] : ['--out', folder];
      const ran = await run('sim', 'run', ...words, ...out);
      const shown = words.join(' ');
      assert.equal(ran.code, 2, `${shown}: ${ran.err}`);
      assert.equal(ran.out, '', shown);
      assert.match(ran.err.replaceAll(/\s+/g, ' '), wanted, shown);
      assert.doesNotMatch(ran.err, /\n\s+at /, shown);
      assert.deepEqual(readdirSync(base).sort(), ['foreign', 'tiny.yaml'], shown);
    }
    assert.equal(readFileSync(foreign, 'utf8'), 'mine');
  });

  it('ends with 3 when a promise of the protocol breaks, and says how to replay it', async () => {
    const folder = join(base, 'out');
    // nobody can execute in time: claims are drawn, and never decided
    const slow = ['validators.slowShare=1', 'validators.slowFactor=1000'];
    const sets = slow.flatMap((change) => ['--set', change]);
    const { code, out, err } = await run('sim', 'run', scenario, ...sets, '--out', folder);
    assert.equal(code, 3, err);
    assert.equal(out, '');
    assert.match(err, /broke its promise\s+"every-drawn-leaf-decided"/);
    assert.match(err, /npx assay sim run .*tiny\.yaml/);
    assert.match(err, /--seed 1/);
    assert.match(err, /--set validators\.slowFactor=1000/);
    assert.ok(!existsSync(folder));
    // a folder that cannot be written is refused before the run: else this ended with 3
    const refused = await run('sim', 'run', scenario, ...sets, '--out', scenario);
    assert.equal(refused.code, 2, refused.err);
  });

  it('counts broken promises where rules are ablated, and ends with 0', async () => {
    const slow = ['validators.slowShare=1', 'validators.slowFactor=1000', 'ablate=[VOTE-4]'];
    const sets = slow.flatMap((change) => ['--set', change]);
    const out = ['--out', join(base, 'out')];
    const ran = await run('sim', 'run', scenario, '--json', ...sets, ...out);
    assert.equal(ran.code, 0, ran.err);
    const { invariants } = JSON.parse(ran.out);
    assert.ok(invariants.violations['every-drawn-leaf-decided'] > 0);
    assert.deepEqual(invariants.ablated, ['VOTE-4']);
  });

  it('writes nothing when it is interrupted', async () => {
    const controller = new AbortController();
    controller.abort();
    const words = ['sim', 'run', scenario, '--out', join(base, 'out')];
    const { code, out } = await assay(words, controller.signal);
    assert.equal(code, 130);
    assert.equal(out, '');
    assert.deepEqual(readdirSync(base), ['tiny.yaml']);
  });
});

const MISSING_MODEL = 'workload.models=[{ model: file, path: gone.onnx }]';
const NO_MODEL = 'workload.models=[{ model: file, path: README.md }]';

function run(...words: readonly string[]): Promise<Ran> {
  return assay(words);
}
