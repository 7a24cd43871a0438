/** Models that a stranger might send: each breaks one rule. */
import type { TensorType } from '../../../src/base/index.ts';
import type { Tensor } from '../../../src/compare/index.ts';
import {
  encodeModel,
  type ModelSource,
  type NodeSource,
  type ValueSource,
} from '../../../src/inference/onnx/builder.ts';

export function value(
  name: string,
  shape: readonly (number | string)[],
  type: TensorType = 'float32',
): ValueSource {
  return { name, type, shape };
}

export function int64(name: string, values: readonly number[], shape = [values.length]): Tensor {
  return { name, type: 'int64', shape, data: BigInt64Array.from(values, BigInt) };
}

const X = [value('x', ['N', 2])];
const Y = [value('y', ['N', 2])];

/** A model from x to y with these nodes. */
export function between(nodes: readonly NodeSource[], rest: Partial<ModelSource> = {}): Uint8Array {
  return encodeModel({ name: 'test', nodes, inputs: X, outputs: Y, ...rest });
}

export const IDENTITY = between([{ operator: 'Identity', inputs: ['x'], outputs: ['y'] }]);

/** Fills `count` float32 numbers: a hundred bytes that ask for gigabytes. */
export function bomb(count: number): Uint8Array {
  return encodeModel({
    name: 'bomb',
    inputs: [],
    initializers: [int64('size', [count])],
    nodes: [
      { operator: 'ConstantOfShape', inputs: ['size'], outputs: ['filled'] },
      { operator: 'ReduceSum', inputs: ['filled'], outputs: ['y'], attributes: { keepdims: 0n } },
    ],
    outputs: [value('y', [])],
  });
}

const LOOP_BODY = {
  name: 'body',
  inputs: [value('i', [], 'int64'), value('go', [], 'bool'), value('state', [1])],
  nodes: [
    { operator: 'Identity', inputs: ['go'], outputs: ['go_on'] },
    { operator: 'Identity', inputs: ['state'], outputs: ['next'] },
  ],
  outputs: [value('go_on', [], 'bool'), value('next', [1])],
};

/** Counts to 2^62. */
export const ENDLESS = encodeModel({
  name: 'endless',
  inputs: [value('x', [1])],
  initializers: [
    int64('trips', [2 ** 62], []),
    { name: 'yes', type: 'bool', shape: [], data: Uint8Array.of(1) },
  ],
  nodes: [
    {
      operator: 'Loop',
      inputs: ['trips', 'yes', 'x'],
      outputs: ['y'],
      attributes: { body: { graph: LOOP_BODY } },
    },
  ],
  outputs: [value('y', [1])],
});

export const EXTERNAL = between([{ operator: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }], {
  initializers: [{ name: 'w', type: 'float32', shape: [2, 2], data: new Float32Array(4) }],
  externalFile: '../../etc/passwd',
});

export const RANDOM = between([{ operator: 'RandomNormalLike', inputs: ['x'], outputs: ['y'] }]);

export const FOREIGN = between(
  [{ operator: 'Oracle', domain: 'com.example', inputs: ['x'], outputs: ['y'] }],
  { domains: ['com.example'] },
);
