/** The suite of all engines on the sandboxed one, and what only a sandbox owes. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { relativeRms } from '../../../src/compare/index.ts';
import {
  buildModel,
  type InferenceEngine,
  MODEL_KINDS,
  MODEL_VARIANTS,
  openModel,
  openOnnxEngine,
  structuredInputs,
} from '../../../src/inference/index.ts';
import { describeEngine } from '../../suites/engine.ts';
import { zooInput } from '../../unit/inference/zoo-input.ts';

const LIMITS = { timeoutMs: 20_000, memoryBytes: 1024 ** 3 };

describeEngine('onnx', () => openOnnxEngine());
describeEngine('onnx with two children and a small cache', () =>
  openOnnxEngine({ concurrency: 2, cacheBytes: 1000 }),
);

describe('onnx: execution classes and the zoo', () => {
  const engines: InferenceEngine[] = [];
  const open = (options = {}): InferenceEngine => {
    const engine = openOnnxEngine(options);
    engines.push(engine);
    return engine;
  };
  after(() => Promise.all(engines.map((engine) => engine.close())));

  const outputs = async (
    engine: InferenceEngine,
    kind: (typeof MODEL_KINDS)[number],
    bytes: Uint8Array,
  ) => {
    const model = openModel(bytes);
    const inputs = structuredInputs(kind, { seed: 3, count: 64 });
    const results = await Promise.all(
      inputs.map((input) => engine.run(model, [zooInput(kind, input)], LIMITS)),
    );
    return results.map((result) => {
      assert.ok(result.kind === 'outputs');
      return result.outputs;
    });
  };
  const distances = (
    a: Awaited<ReturnType<typeof outputs>>,
    b: Awaited<ReturnType<typeof outputs>>,
  ): number[] => a.map((output, i) => relativeRms(output, b[i] ?? []));

  it('names the class by runtime, provider, optimisation and instruction set', () => {
    const pattern = /^ort-\d+\.\d+\.\d+\/cpu\/all\/(avx512|avx2|sse|generic)$/;
    assert.match(open({ optimization: 'all' }).executionClass, pattern);
  });

  it('[COMPARE-1] keeps honest drift under the tolerance, and substitutes above it', async () => {
    const [reference, drifting] = [open(), open({ optimization: 'all' })];
    for (const kind of MODEL_KINDS) {
      const truth = await outputs(reference, kind, buildModel(kind, { seed: 1 }));
      const honest = await outputs(drifting, kind, buildModel(kind, { seed: 1 }));
      assert.ok(Math.max(...distances(truth, honest)) < 1e-6, `${kind} drifts`);
      for (const variant of MODEL_VARIANTS) {
        const answer = await outputs(reference, kind, buildModel(kind, { seed: 1, variant }));
        const found = distances(truth, answer);
        if (variant === 'reference') assert.equal(Math.max(...found), 0);
        else assert.ok(Math.min(...found) > 5e-6, `${kind} ${variant}: ${Math.min(...found)}`);
      }
    }
  });

  it('spreads structured inputs over classes', async () => {
    const engine = open();
    for (const kind of MODEL_KINDS) {
      for (const seed of [1, 2, 3]) {
        const found = await outputs(engine, kind, buildModel(kind, { seed }));
        const classes = new Set(
          found.map(([output]) => {
            assert.ok(output?.type === 'float32');
            return output.data.indexOf(Math.max(...output.data));
          }),
        );
        assert.ok(classes.size >= 4, `${kind} ${seed}: ${classes.size} classes`);
      }
    }
  });

  it('leaves no directories behind', async () => {
    const count = () =>
      readdirSync(tmpdir()).filter((name) => name.startsWith('assay-sandbox-')).length;
    const before = count();
    const engine = openOnnxEngine();
    assert.equal(count(), before + 1);
    await engine.close();
    assert.equal(count(), before);
  });
});
