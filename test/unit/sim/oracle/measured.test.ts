import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareMeasuredOracle } from '../../../../sim/oracle/measured.ts';
import { type Execution, type Oracle, REFERENCE } from '../../../../sim/oracle/oracle.ts';
import { AssayError, type Digest, defined } from '../../../../src/base/index.ts';
import { compareMeasurements } from '../../../../src/compare/index.ts';
import { parseConfigText, resolveScenario } from '../../../../src/config/index.ts';
import {
  buildModel,
  type InferenceEngine,
  type OptimizationLevel,
  openOnnxEngine,
} from '../../../../src/inference/index.ts';

const BEACON = new Uint8Array(32).fill(7);
const SKETCH_SIZE = 32;
const COMPARATOR = { kind: 'relative-rms', tolerance: 5e-6, rejection: 1.5e-5, scale: 0 } as const;

type Prepared = { readonly oracle: Oracle; readonly runs: readonly string[] };

describe('the measured oracle', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'assay-oracle-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('runs each model once per input, variant and class; honest ones are near', async () => {
    const models = '[{ model: mlp, share: 0.5 }, { model: conv, share: 0.5 }]';
    const { oracle, runs } = await prepare(models, { variants: ['int8', 'other-seed'] });
    // two models, three variants, three inputs, two classes
    assert.equal(runs.length, 36);
    assert.equal(new Set(runs).size, 36);
    assert.deepEqual(
      oracle.machines.map(({ share }) => share),
      [0.5, 0.5],
    );
    assert.notEqual(oracle.machines[0]?.executionClass, oracle.machines[1]?.executionClass);
    for (const at of executionsOf(oracle)) {
      for (const judge of [0, 1]) {
        assert.equal(verdict(oracle, { ...at, variant: REFERENCE }, judge), 'valid');
        assert.equal(verdict(oracle, { ...at, variant: 'int8' }, judge), 'invalid');
        assert.equal(verdict(oracle, { ...at, variant: 'other-seed' }, judge), 'invalid');
      }
    }
  });

  it('runs a model that somebody brought, and a substitute made of it', async () => {
    const path = join(folder, 'mine.onnx');
    writeFileSync(path, buildModel('mlp', { seed: 9 }));
    const { oracle, runs } = await prepare(`[{ model: file, path: ${path} }]`, {
      variants: ['int8'],
    });
    assert.equal(runs.length, 12);
    for (const at of executionsOf(oracle)) {
      assert.equal(verdict(oracle, { ...at, variant: REFERENCE }, 1), 'valid');
      assert.equal(verdict(oracle, { ...at, variant: 'int8' }, 1), 'invalid');
    }
  });

  it('puts an output as near as it is told, as machines of either class see it', async () => {
    const { oracle } = await prepare('[{ model: mlp }]', {});
    for (const { model, input } of executionsOf(oracle)) {
      for (const [tolerances, expected] of [
        [0.8, 'valid'],
        [2, 'inconclusive'],
        [4, 'invalid'],
      ] as const) {
        const near = oracle.nearby({ model, input, machine: 0 }, tolerances * COMPARATOR.tolerance);
        for (const judge of [0, 1]) {
          assert.equal(verdictOn(oracle, near, { model, input, judge }), expected);
        }
      }
    }
  });

  it('says what is wrong with a model that cannot be read, admitted or run', async () => {
    const broken = join(folder, 'broken.onnx');
    writeFileSync(broken, 'not a model');
    const missing = join(folder, 'missing.onnx');
    await refuses('model-unreadable', missing, () =>
      prepare(`[{ model: file, path: ${missing} }]`),
    );
    await refuses('model-refused', broken, () => prepare(`[{ model: file, path: ${broken} }]`));
    const openEngine = () => ({
      executionClass: 'failing/0',
      run: async () => ({ kind: 'failure', reason: 'timeout', detail: 'too slow' }) as const,
      close: async () => {},
    });
    await refuses('execution-failed', REFERENCE, () => prepare('[{ model: mlp }]', { openEngine }));
  });

  it('stops when it is told to', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await assert.rejects(prepare('[{ model: mlp }]', { signal }), /enough/);
  });
});

async function prepare(
  models: string,
  options: {
    readonly variants?: readonly string[];
    readonly openEngine?: (optimization: OptimizationLevel) => InferenceEngine;
    readonly signal?: AbortSignal;
  } = {},
): Promise<Prepared> {
  const text = `name: oracle\nworkload: { models: ${models}, distinctInputs: 3 }`;
  const { oracle, workload } = resolveScenario(parseConfigText(text, 'oracle'));
  assert.ok(oracle.kind === 'measured');
  const runs: string[] = [];
  const open = options.openEngine ?? ((optimization) => openOnnxEngine({ optimization }));
  const prepared = await prepareMeasuredOracle({
    seed: 1,
    sketchSize: SKETCH_SIZE,
    workload,
    oracle,
    variants: options.variants ?? [],
    openEngine: (optimization) => noting(open(optimization), runs),
    signal: options.signal,
  });
  return { oracle: prepared, runs };
}

/** The same engine; every run is noted by class, model and input. */
function noting(engine: InferenceEngine, runs: string[]): InferenceEngine {
  return {
    executionClass: engine.executionClass,
    run: (model, inputs, limits) => {
      const [input] = inputs;
      runs.push(`${engine.executionClass}/${model.id}/${input?.data.join()}`);
      return engine.run(model, inputs, limits);
    },
    close: () => engine.close(),
  };
}

function executionsOf(oracle: Oracle): readonly Omit<Execution, 'variant'>[] {
  return oracle.models.flatMap(({ model, inputs }) =>
    inputs.flatMap((input) => [0, 1].map((machine) => ({ model, input, machine }))),
  );
}

/** What a validator on machine `judge` finds of an answer. */
function verdict(oracle: Oracle, answer: Execution, judge: number): string {
  const { model, input } = answer;
  return verdictOn(oracle, oracle.output(answer), { model, input, judge });
}

function verdictOn(
  oracle: Oracle,
  claimed: Digest,
  { model, input, judge }: Pick<Execution, 'model' | 'input'> & { readonly judge: number },
): string {
  const own = oracle.run({ model, input, machine: judge }, { beacon: BEACON, drawn: '', claimed });
  const provider = defined(oracle.measure(claimed, BEACON), 'an output that was made is measured');
  return compareMeasurements(own, provider, COMPARATOR, SKETCH_SIZE).verdict;
}

async function refuses(code: string, where: string, act: () => Promise<unknown>): Promise<void> {
  await assert.rejects(act, (error) => {
    assert.ok(error instanceof AssayError, String(error));
    assert.equal(error.detail.code, code);
    assert.ok(String(error).includes(where), `${error} names ${where}`);
    return true;
  });
}
