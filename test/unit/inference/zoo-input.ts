/** Inputs of zoo models as tensors. */
import type { Tensor } from '../../../src/compare/index.ts';
import { INPUT_SHAPES, type ModelKind } from '../../../src/inference/index.ts';

export function zooInput(kind: ModelKind, data: Float32Array): Tensor {
  return { name: 'x', type: 'float32', shape: [1, ...INPUT_SHAPES[kind]], data };
}
