import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  buildModel,
  INPUT_SHAPES,
  InferenceError,
  inspectModel,
  MODEL_KINDS,
  MODEL_VARIANTS,
  structuredInputs,
  varyModel,
} from '../../../src/inference/index.ts';
import { varyWeights } from '../../../src/inference/zoo/variants.ts';
import { IDENTITY } from './hostile-models.ts';

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('inference: zoo', () => {
  it('builds the same bytes on every machine', () => {
    assert.deepEqual(
      MODEL_KINDS.map((kind) => [kind, sha256(buildModel(kind, { seed: 1 }))]),
      [
        ['mlp', '0d84f73b960dd34e4c9e461b7bd9662ddababa5afcffa8841ca09d96c33ed73d'],
        ['conv', '5b04a9475e0e0e401b419468bff4e5a59923d4ad1efb87d0598be5addf99e234'],
        ['transformer', '622625a4b68ff4dadf771480d68f3b5cbd31742d7b0ac52537401e67d8426d79'],
      ],
    );
  });

  it('builds the same variants on every machine', () => {
    const hash = createHash('sha256');
    for (const variant of MODEL_VARIANTS) hash.update(buildModel('conv', { seed: 7, variant }));
    assert.equal(
      hash.digest('hex'),
      '2b52fe0077b2779231779b5787f1150fb4dc968870803c52936b65e8f6aa633e',
    );
  });

  it('makes the same inputs on every machine', () => {
    const hash = createHash('sha256');
    for (const kind of MODEL_KINDS) {
      for (const input of structuredInputs(kind, { seed: 1, count: 3 })) {
        assert.equal(
          input.length,
          INPUT_SHAPES[kind].reduce((a, b) => a * b),
        );
        hash.update(input);
      }
    }
    assert.equal(
      hash.digest('hex'),
      '7f7e5486464a87e42a9c784336ffc3afb48413de6fc800c6e557b391433f7547',
    );
  });

  it('gives every variant the inputs and outputs of the reference, and other bytes', () => {
    for (const kind of MODEL_KINDS) {
      const reference = inspectModel(buildModel(kind, { seed: 2 }));
      const models = new Set([reference.model]);
      for (const variant of MODEL_VARIANTS.slice(1)) {
        const report = inspectModel(buildModel(kind, { seed: 2, variant }));
        assert.deepEqual(report.refusals, [], `${kind} ${variant}`);
        assert.deepEqual(
          [report.inputs, report.outputs],
          [reference.inputs, reference.outputs],
          `${kind} ${variant}`,
        );
        if (variant === 'smaller') assert.ok(report.parameterCount < reference.parameterCount);
        else assert.equal(report.parameterCount, reference.parameterCount);
        models.add(report.model);
      }
      assert.equal(models.size, MODEL_VARIANTS.length, kind);
    }
  });

  it('draws each input by its own index: more inputs leave the first as they were', () => {
    const few = structuredInputs('conv', { seed: 1, count: 2 });
    assert.deepEqual(structuredInputs('conv', { seed: 1, count: 5 }).slice(0, 2), few);
    assert.notDeepEqual(structuredInputs('conv', { seed: 2, count: 2 }), few);
  });

  const weights = {
    name: 'w',
    shape: [2, 4],
    channelAxis: 1,
    values: Float32Array.of(1, -0.3, 0.1, 127, 0.004, 0.6, 0.2, 2.5),
    isFirst: false,
    seed: 1,
  } as const;

  it('quantises with one scale per output channel', () => {
    const perColumn = varyWeights(weights, 'int8');
    const perRow = varyWeights({ ...weights, channelAxis: 0 }, 'int8');
    // Column 0: scale 1/127, so that 0.004 rounds to one step. Row 0: scale 1, half to even.
    assert.equal(perColumn[4], Math.fround(1 / 127));
    assert.deepEqual(Array.from(perRow.slice(0, 4)), [1, 0, 0, 127]);
  });

  it('prunes the smallest tenth, and only that', () => {
    const values = Float32Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? i + 1 : -i - 1));
    const pruned = varyWeights({ ...weights, shape: [1, 20], values }, 'pruned-10');
    assert.deepEqual(Array.from(pruned.slice(0, 3)), [0, 0, 3]);
    assert.equal(pruned.filter((value) => value === 0).length, 2);
  });

  it('rounds the first layer alone for fp16-first-layer', () => {
    const first = varyWeights({ ...weights, isFirst: true }, 'fp16-first-layer');
    assert.deepEqual(varyWeights(weights, 'fp16-first-layer'), weights.values);
    assert.deepEqual(first, varyWeights(weights, 'fp16'));
    assert.notDeepEqual(first, weights.values);
  });

  it('does not build from a seed that is none', () => {
    for (const seed of [-1, 1.5, 2 ** 32]) assert.throws(() => buildModel('mlp', { seed }));
  });
});

describe('inference: variants of a brought model', () => {
  const reference = buildModel('conv', { seed: 4 });

  it('changes the weights as the zoo does, and nothing else', () => {
    assert.deepEqual(varyModel(reference, { variant: 'reference', seed: 4 }), reference);
    for (const variant of ['fp16', 'fp16-first-layer', 'bf16', 'int8', 'int4', 'stale'] as const) {
      const varied = varyModel(reference, { variant, seed: 4 });
      assert.deepEqual(varied, buildModel('conv', { seed: 4, variant }), variant);
    }
  });

  it('draws other weights for other-seed', () => {
    const varied = varyModel(reference, { variant: 'other-seed', seed: 4 });
    assert.equal(varied.length, reference.length);
    assert.notDeepEqual(varied, reference);
    assert.deepEqual(inspectModel(varied).refusals, []);
  });

  it('says so where a variant cannot be had', () => {
    const refused = (error: unknown): boolean =>
      error instanceof InferenceError && error.detail.code === 'variant-unavailable';
    assert.throws(() => varyModel(reference, { variant: 'smaller', seed: 4 }), refused);
    assert.throws(() => varyModel(IDENTITY, { variant: 'fp16', seed: 4 }), refused);
  });
});
