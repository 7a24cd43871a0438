/** What every inference engine owes its callers. */
import assert from 'node:assert/strict';
import type { TensorType } from '../../src/base/index.ts';
import { outputDigest, type Tensor } from '../../src/compare/index.ts';
import {
  buildModel,
  type ExecutionResult,
  type InferenceEngine,
  InferenceError,
  MODEL_KINDS,
  openModel,
  structuredInputs,
} from '../../src/inference/index.ts';
import { encodeModel } from '../../src/inference/onnx/builder.ts';
import { EVERY_TYPE, float32 } from '../unit/compare/outputs.ts';
import { between, bomb, ENDLESS, IDENTITY, value } from '../unit/inference/hostile-models.ts';
import { zooInput } from '../unit/inference/zoo-input.ts';

const LIMITS = { timeoutMs: 20_000, memoryBytes: 1024 ** 3 };
const X = float32('x', [1, 2], [1, -2]);

/** Runs the suite on engines that `open` returns. */
export function describeEngine(name: string, open: () => InferenceEngine): void {
  describe(`${name}: engine`, () => {
    let engine: InferenceEngine;
    before(() => {
      engine = open();
    });
    after(() => engine.close());

    it('[EXEC-1] runs a model, and repeats itself to the bit', async () => {
      for (const kind of MODEL_KINDS) {
        const model = openModel(buildModel(kind, { seed: 1 }));
        const [input] = structuredInputs(kind, { seed: 1, count: 1 });
        assert.ok(input !== undefined);
        const first = outputsOf(await engine.run(model, [zooInput(kind, input)], LIMITS));
        const second = outputsOf(await engine.run(model, [zooInput(kind, input)], LIMITS));
        assert.deepEqual(outputDigest(first), outputDigest(second), kind);
        assert.deepEqual(first[0]?.shape, [1, kind === 'transformer' ? 256 : 10]);
      }
    });

    it('passes every tensor type, several inputs and outputs, scalars and empty axes', async () => {
      const tensors = EVERY_TYPE.filter(({ type }) => type !== 'bfloat16');
      const shapes: readonly Tensor[] = [
        float32('scalar', [], [3]),
        float32('empty', [0, 3], []),
        float32('dynamic', [2, 2], [1, 2, 3, 4]),
      ];
      const all = [...tensors, ...shapes];
      const model = openModel(
        encodeModel({
          name: 'identities',
          nodes: all.map((tensor) => ({
            operator: 'Identity',
            inputs: [tensor.name],
            outputs: [`${tensor.name}_out`],
          })),
          inputs: all.map(({ name, type, shape }) =>
            value(name, name === 'dynamic' ? ['a', 'b'] : shape, type),
          ),
          outputs: all.map(({ name, type, shape }) => value(`${name}_out`, shape, type)),
        }),
      );
      const outputs = outputsOf(await engine.run(model, all.toReversed(), LIMITS));
      assert.deepEqual(
        outputs,
        all.map((tensor) => ({ ...tensor, name: `${tensor.name}_out` })),
      );
    });

    it('refuses inputs that do not fit, and says which', async () => {
      const model = openModel(IDENTITY);
      const wrong: readonly (readonly [string, readonly Tensor[]])[] = [
        ['input-missing', []],
        ['input-unknown', [X, float32('z', [1], [1])]],
        ['input-shape', [float32('x', [1, 3], [1, 2, 3])]],
        ['input-shape', [float32('x', [2], [1, 2])]],
        ['input-type', [{ name: 'x', type: 'int32', shape: [1, 2], data: new Int32Array(2) }]],
      ];
      for (const [code, inputs] of wrong) {
        await assert.rejects(
          engine.run(model, inputs, LIMITS),
          (error) => error instanceof InferenceError && error.detail.code === code,
        );
      }
    });

    it('[EXEC-2] abstains when a model never ends, and goes on afterwards', async () => {
      const limits = { sizeBytesMax: 1e6, nodesMax: 100, elementsMax: 2 ** 40 };
      const endless = openModel(ENDLESS, { limits: { ...limits, allowControlFlow: true } });
      const input = float32('x', [1], [1]);
      const result = await engine.run(endless, [input], { ...LIMITS, timeoutMs: 300 });
      assert.equal(result.kind === 'failure' && result.reason, 'timeout');
      outputsOf(await engine.run(openModel(IDENTITY), [X], LIMITS));
    });

    it('[EXEC-2] abstains when a model asks for more memory than it may have', async () => {
      for (const count of [2 ** 28, 2 ** 32, 2 ** 36]) {
        const model = openModel(bomb(count));
        assert.ok(model.bytes.length < 200);
        const limits = { timeoutMs: 20_000, memoryBytes: 512 * 1024 ** 2 };
        const result = await engine.run(model, [], limits);
        assert.equal(result.kind === 'failure' && result.reason, 'out-of-memory', `${count}`);
      }
      outputsOf(await engine.run(openModel(bomb(1000)), [], LIMITS));
    });

    it('[EXEC-2] abstains when the runtime refuses, without losing the next run', async () => {
      const broken = between([{ operator: 'NoSuchOperator', inputs: ['x'], outputs: ['y'] }]);
      const result = await engine.run(openModel(broken), [X], LIMITS);
      assert.equal(result.kind === 'failure' && result.reason, 'crash');
      outputsOf(await engine.run(openModel(IDENTITY), [X], LIMITS));
    });

    it('[EXEC-2] abstains when outputs are larger than announced', async () => {
      const large = encodeModel({
        name: 'large',
        inputs: [],
        initializers: [
          { name: 'size', type: 'int64', shape: [1], data: BigInt64Array.of(20_000_000n) },
        ],
        nodes: [{ operator: 'ConstantOfShape', inputs: ['size'], outputs: ['y'] }],
        outputs: [value('y', ['n'])],
      });
      const result = await engine.run(openModel(large), [], LIMITS);
      assert.equal(result.kind === 'failure' && result.reason, 'out-of-memory');
    });

    it('keeps overlapping runs apart', async () => {
      const model = openModel(IDENTITY);
      const results = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          engine.run(model, [float32('x', [1, 2], [i, -i])], LIMITS),
        ),
      );
      for (const [i, result] of results.entries()) {
        assert.deepEqual(outputsOf(result)[0]?.data, Float32Array.of(i, -i));
      }
    });

    it('does not mistake changed bytes for the model', async () => {
      const model = openModel(Uint8Array.from(buildModel('conv', { seed: 77 })));
      model.bytes.fill(0, model.bytes.length >> 1, (model.bytes.length >> 1) + 8);
      const [input] = structuredInputs('conv', { seed: 1, count: 1 });
      assert.ok(input !== undefined);
      const result = await engine.run(model, [zooInput('conv', input)], LIMITS);
      assert.equal(result.kind, 'failure');
    });

    it('wants limits that can be kept', async () => {
      const model = openModel(IDENTITY);
      for (const bad of [{ timeoutMs: 0 }, { timeoutMs: Number.NaN }, { memoryBytes: 1e15 }]) {
        await assert.rejects(engine.run(model, [X], { ...LIMITS, ...bad }), InferenceError);
      }
    });

    it('ends what runs when it is closed, and refuses more', async () => {
      const second = open();
      const limits = { sizeBytesMax: 1e6, nodesMax: 100, elementsMax: 2 ** 40 };
      const endless = openModel(ENDLESS, { limits: { ...limits, allowControlFlow: true } });
      const running = second.run(endless, [float32('x', [1], [1])], LIMITS);
      await second.close();
      await second.close();
      assert.equal((await running).kind, 'failure');
      await assert.rejects(second.run(openModel(IDENTITY), [X], LIMITS), InferenceError);
    });
  });
}

function outputsOf(result: ExecutionResult): readonly (Tensor & { type: TensorType })[] {
  assert.ok(result.kind === 'outputs', result.kind === 'failure' ? result.detail : '');
  return result.outputs;
}
