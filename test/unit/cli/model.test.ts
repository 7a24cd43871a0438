import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KINDS, VARIANTS } from '../../../src/cli/commands/model/options.ts';
import { runCli } from '../../../src/cli/main.ts';
import { buildModel, MODEL_KINDS, MODEL_VARIANTS } from '../../../src/inference/index.ts';
import { ENDLESS, EXTERNAL, FOREIGN, IDENTITY, RANDOM } from '../inference/hostile-models.ts';
import { npy } from '../inference/npy-file.ts';

type Ran = { readonly code: number; readonly out: string; readonly err: string };

async function run(...args: readonly string[]): Promise<Ran> {
  const texts = { out: '', err: '' };
  const code = await runCli(['model', ...args], {
    out: (text) => {
      texts.out += text;
    },
    err: (text) => {
      texts.err += text;
    },
    signal: new AbortController().signal,
  });
  return { code, ...texts };
}

describe('assay model', () => {
  let folder = '';
  const at = (name: string): string => join(folder, name);
  const put = (name: string, content: Uint8Array | string): string => {
    writeFileSync(at(name), content);
    return at(name);
  };
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'assay-model-test-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('offers the kinds and variants of the zoo', () => {
    assert.deepEqual(KINDS, MODEL_KINDS);
    assert.deepEqual(VARIANTS, MODEL_VARIANTS);
  });

  it('builds a model, replaces an old one and leaves nothing else behind', async () => {
    const out = put('conv.onnx', 'old');
    const ran = await run('build', 'conv', '--seed', '3', '--variant', 'fp16', '--out', out);
    assert.equal(ran.code, 0, ran.err);
    const expected = buildModel('conv', { seed: 3, variant: 'fp16' });
    assert.deepEqual(Uint8Array.from(readFileSync(out)), expected);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes('tmp')),
      [],
    );
  });

  it('refuses seeds, kinds and places that are none', async () => {
    const out = at('none.onnx');
    for (const seed of ['-1', '1.5', '4294967296', 'x']) {
      const ran = await run('build', 'mlp', `--seed=${seed}`, '--out', out);
      assert.equal(ran.code, 2, seed);
      assert.match(ran.err, /--seed/, seed);
    }
    assert.equal((await run('build', 'tree', '--seed', '1', '--out', out)).code, 2);
    const nowhere = await run('build', 'conv', '--seed', '1', '--out', at('no/where'));
    assert.equal(nowhere.code, 2);
    assert.match(nowhere.err, /where: cannot be written \(ENOENT\)[\s\S]*--out/);
    assert.match(
      (await run('build', 'conv', '--seed=1', '--out', folder)).err,
      /cannot be written/,
    );
    assert.ok(!readdirSync(folder).includes('none.onnx'));
  });

  it('inspects a model within 80 columns, and as JSON', async () => {
    const file = put('identity.onnx', IDENTITY);
    const { code, out } = await run('inspect', file);
    assert.equal(code, 0);
    assert.match(out, /^input {7}x: float32 \[N, 2\]$/m);
    assert.match(out, /^admission {3}may run$/m);
    assert.ok(out.split('\n').every((line) => line.length <= 80));
    const report: unknown = JSON.parse((await run('inspect', file, '--json')).out);
    assert.ok(typeof report === 'object' && report !== null && 'refusals' in report);
    assert.deepEqual(report.refusals, []);
  });

  const refused: readonly (readonly [string, Uint8Array | string, RegExp])[] = [
    ['text.onnx', 'hello', /no ONNX model/],
    ['cut.onnx', IDENTITY.subarray(0, IDENTITY.length - 9), /ends too early/],
    ['external.onnx', EXTERNAL, /outside the file[\s\S]*w[\s\S]*save_as_external_data/],
    ['random.onnx', RANDOM, /random[\s\S]*RandomNormalLike/],
    ['foreign.onnx', FOREIGN, /domain[\s\S]*com\.example\.Oracle/],
  ];
  for (const [name, content, message] of refused) {
    it(`says why ${name} is refused, to inspect and to run`, async () => {
      const file = put(name, content);
      const inspected = await run('inspect', file);
      assert.equal(inspected.code, 2);
      assert.match(inspected.out, /^admission {3}refused$/m);
      assert.match(inspected.err, message);
      assert.ok(inspected.err.startsWith(`assay: ${file}: `), inspected.err);
      const ran = await run('run', file, '--input', put('x.json', '[[1, 2]]'));
      assert.equal(ran.code, 2);
      assert.match(ran.err, message);
      assert.equal(ran.out, '');
    });
  }

  it('runs a model on JSON and on .npy, with the same digest', async () => {
    const file = put('identity.onnx', IDENTITY);
    const text = await run('run', file, '--input', put('x.json', '{"x": [[0.5, -2]]}'));
    assert.equal(text.code, 0, text.err);
    assert.match(text.out, /^y: float32 \[1, 2\]\n {2}0\.5, -2\n/);
    assert.match(text.out, /^class {7}ort-/m);
    const array = npy({ shape: '1, 2', data: Float32Array.of(0.5, -2) });
    const json = await run('run', file, '--input', put('x.npy', array), '--json');
    const answer: unknown = JSON.parse(json.out);
    assert.ok(typeof answer === 'object' && answer !== null && 'digest' in answer);
    assert.ok(text.out.includes(String(answer.digest)));
  });

  it('refuses inputs that do not fit, and says what was expected', async () => {
    const file = put('identity.onnx', IDENTITY);
    const cases: readonly (readonly [string, string, RegExp])[] = [
      ['shape.json', '[[1, 2, 3]]', /`x`: expected float32 \[N, 2\], found float32 \[1, 3\]/],
      ['type.json', '[["a", "b"]]', /`x`: expected float32/],
      ['missing.json', '{}', /`x`: is missing; expected float32 \[N, 2\]/],
      ['unknown.json', '{"z": 1}', /no input `z`/],
      ['text.json', 'hello', /no JSON/],
    ];
    for (const [name, content, message] of cases) {
      const ran = await run('run', file, '--input', put(name, content));
      assert.equal(ran.code, 2, name);
      assert.match(ran.err.replace(/\s+/g, ' '), message, name);
      assert.ok(ran.err.startsWith(`assay: ${at(name)}:`), `${name}: ${ran.err}`);
    }
    assert.match((await run('run', file, '--input', at('no.json'))).err, /no\.json: there is no/);
    assert.match((await run('inspect', at('no.onnx'))).err, /no\.onnx: there is no such file/);
    assert.match((await run('inspect', folder)).err, /is a folder/);
  });

  it('[EXEC-2] ends with a message when the limits are reached', async () => {
    const file = put('identity.onnx', IDENTITY);
    const input = put('x.json', '[[1, 2]]');
    const small = await run('run', file, '--input', input, '--memory-mib', '1');
    assert.equal(small.code, 2);
    assert.match(small.err, /out-of-memory/);
    const endless = put('endless.onnx', ENDLESS);
    const loop = ['run', endless, '--input', put('one.json', '[1]'), '--timeout-ms', '100'];
    assert.match((await run(...loop)).err, /the model is refused: loops/);
    const ended = await run(...loop, '--allow-control-flow');
    assert.equal(ended.code, 2);
    assert.match(ended.err, /did not finish \(time-?out\)/);
    const never = await run('run', file, '--input', input, '--timeout-ms', '0');
    assert.equal(never.code, 2);
    assert.match(never.err, /--timeout-ms: must be more than 0/);
  });
});
