/**
 * Models built from a seed, byte for byte the same each time: nothing is downloaded, and tests,
 * scenarios and demonstrations need no files.
 *
 * - `mlp` 256-1024-1024-10, ReLU: 1.3 million parameters.
 * - `conv` 3×32×32, three convolutions with batch norm, pooling, 10 classes.
 * - `transformer` two pre-norm blocks, 16 positions × 128, four heads, erf-GELU, 256 logits.
 *
 * Weights are random, so that the models know nothing; but their numerics (depth, norms, softmax)
 * are those of real ones. The columns of the conv head sum to zero: features behind ReLU and
 * pooling have a large common part, which would else decide the class whatever the input.
 */
import { assert, unreachable } from '../../base/index.ts';
import { encodeModel, type ModelSource } from '../onnx/builder.ts';
import { LayerStack } from './layers.ts';
import { type ModelVariant, varyWeights } from './variants.ts';

export const MODEL_KINDS = ['mlp', 'conv', 'transformer'] as const;
export type ModelKind = (typeof MODEL_KINDS)[number];

/** Which model to build. */
export type ModelSpec = {
  /** 0 .. 2^32−1. */
  readonly seed: number;
  /** Default `reference`. */
  readonly variant?: ModelVariant;
};

/** Shape of one input of each kind, without the batch axis. */
export const INPUT_SHAPES: Readonly<Record<ModelKind, readonly number[]>> = {
  mlp: [256],
  conv: [3, 32, 32],
  transformer: [16, 128],
};

/** Returns the bytes of an ONNX model; equal arguments give equal bytes on every machine. */
export function buildModel(kind: ModelKind, spec: ModelSpec): Uint8Array {
  const { seed, variant = 'reference' } = spec;
  assert(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32, 'a seed has 32 bits');
  const stack = new LayerStack(variant === 'other-seed' ? (seed + 1) % 2 ** 32 : seed, (weights) =>
    varyWeights(weights, variant),
  );
  const isSmaller = variant === 'smaller';
  return encodeModel(sourceOf(kind, stack, isSmaller));
}

function sourceOf(kind: ModelKind, stack: LayerStack, isSmaller: boolean): ModelSource {
  switch (kind) {
    case 'mlp':
      return finish(kind, stack, mlp(stack, isSmaller ? 512 : 1024), 10);
    case 'conv':
      return finish(kind, stack, conv(stack, isSmaller ? 8 : 16), 10);
    case 'transformer':
      return finish(kind, stack, transformer(stack, isSmaller ? 256 : 512), VOCABULARY);
    default:
      return unreachable(kind);
  }
}

function finish(kind: ModelKind, stack: LayerStack, last: string, classes: number): ModelSource {
  stack.node('Identity', [last], 'y');
  return {
    name: kind,
    nodes: stack.nodes,
    initializers: stack.initializers,
    inputs: [{ name: 'x', type: 'float32', shape: ['N', ...INPUT_SHAPES[kind]] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['N', classes] }],
  };
}

function mlp(stack: LayerStack, hidden: number): string {
  const first = stack.node('Relu', [stack.dense('x', 'dense0', [256, hidden])], 'hidden0');
  const second = stack.node('Relu', [stack.dense(first, 'dense1', [hidden, hidden])], 'hidden1');
  return stack.dense(second, 'dense2', [hidden, 10]);
}

function conv(stack: LayerStack, width: number): string {
  const channels = [3, width, 2 * width, 4 * width];
  let value = 'x';
  for (let layer = 0; layer < 3; layer++) {
    const [from = 0, to = 0] = channels.slice(layer);
    const name = `conv${layer}`;
    const stride = layer === 0 ? 1n : 2n;
    const convolved = stack.convolution(value, name, { from, to, stride });
    value = stack.node('Relu', [stack.batchNorm(convolved, name, to)], `${name}_relu`);
  }
  const pooled = stack.node('GlobalAveragePool', [value], 'pooled');
  const flat = stack.node('Flatten', [pooled], 'flat', { axis: 1n });
  return stack.centeredDense(flat, 'head', [4 * width, 10]);
}

const POSITIONS = 16;
const WIDTH = 128;
const HEADS = 4;
const BLOCKS = 2;
const VOCABULARY = 256;

function transformer(stack: LayerStack, hidden: number): string {
  stack.integers('split_shape', [0, POSITIONS, HEADS, WIDTH / HEADS]);
  stack.integers('merged_shape', [0, POSITIONS, WIDTH]);
  stack.integers('row_shape', [0, WIDTH]);
  stack.integers('last_position', [POSITIONS - 1]);
  stack.constant('attention_scale', 1 / Math.sqrt(WIDTH / HEADS));
  stack.constant('half', 0.5);
  stack.constant('one', 1);
  stack.constant('root_half', Math.SQRT1_2);
  let value = 'x';
  for (let block = 0; block < BLOCKS; block++) {
    const name = `block${block}`;
    const attended = attention(stack, stack.layerNorm(value, `${name}_norm0`, WIDTH), name);
    const middle = stack.node('Add', [value, attended], `${name}_middle`);
    const fed = feedForward(stack, stack.layerNorm(middle, `${name}_norm1`, WIDTH), name, hidden);
    value = stack.node('Add', [middle, fed], `${name}_out`);
  }
  const normed = stack.layerNorm(value, 'final_norm', WIDTH);
  const last = stack.node('Gather', [normed, 'last_position'], 'last', { axis: 1n });
  const row = stack.node('Reshape', [last, 'row_shape'], 'last_row');
  return stack.project(row, 'head', [WIDTH, VOCABULARY]);
}

function attention(stack: LayerStack, input: string, name: string): string {
  const [query = '', key = '', content = ''] = ['query', 'key', 'value'].map((role) => {
    const projected = stack.project(input, `${name}_${role}`, [WIDTH, WIDTH]);
    const split = stack.node('Reshape', [projected, 'split_shape'], `${name}_${role}_split`);
    const perm = role === 'key' ? [0n, 2n, 3n, 1n] : [0n, 2n, 1n, 3n];
    return stack.node('Transpose', [split], `${name}_${role}_heads`, { perm });
  });
  const scores = stack.node('MatMul', [query, key], `${name}_scores`);
  const scaled = stack.node('Mul', [scores, 'attention_scale'], `${name}_scaled`);
  const shares = stack.node('Softmax', [scaled], `${name}_shares`, { axis: -1n });
  const mixed = stack.node('MatMul', [shares, content], `${name}_mixed`);
  const joined = stack.node('Transpose', [mixed], `${name}_joined`, { perm: [0n, 2n, 1n, 3n] });
  const merged = stack.node('Reshape', [joined, 'merged_shape'], `${name}_merged`);
  return stack.project(merged, `${name}_attention`, [WIDTH, WIDTH]);
}

/** GELU by its definition, x · (1 + erf(x/√2)) / 2, between two projections. */
function feedForward(stack: LayerStack, input: string, name: string, hidden: number): string {
  const up = stack.node(
    'Add',
    [
      stack.project(input, `${name}_up`, [WIDTH, hidden]),
      stack.vector(`${name}_up_bias`, hidden, { mean: 0, deviation: 0.1 }),
    ],
    `${name}_biased`,
  );
  const scaled = stack.node('Mul', [up, 'root_half'], `${name}_gelu0`);
  const error = stack.node('Erf', [scaled], `${name}_gelu1`);
  const gate = stack.node('Add', [error, 'one'], `${name}_gelu2`);
  const gated = stack.node('Mul', [up, gate], `${name}_gelu3`);
  const active = stack.node('Mul', [gated, 'half'], `${name}_gelu`);
  return stack.project(active, `${name}_down`, [hidden, WIDTH]);
}
