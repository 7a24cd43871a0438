/**
 * What a dishonest provider runs in place of the model it was asked for: each variant changes the
 * weights of the reference, as quantisers, pruners and forgotten updates do.
 *
 * Biases, norms and constants stay as they are. Only + − × ÷ and rounding, so that a variant has
 * the same bytes on every machine.
 */
import { assert, unreachable } from '../../base/index.ts';
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from '../../compare/index.ts';
import { normals, seedFor, uniform } from './random.ts';

export const MODEL_VARIANTS = [
  'reference',
  'fp16',
  'fp16-first-layer',
  'bf16',
  'int8',
  'int4',
  'pruned-10',
  'noise-1e-5',
  'smaller',
  'stale',
  'other-seed',
] as const;
/** `reference` is the honest model; each other one is a substitution. */
export type ModelVariant = (typeof MODEL_VARIANTS)[number];

/** Weights of one layer. */
export type Weights = {
  readonly name: string;
  readonly shape: readonly number[];
  /** Axis of output channels, along which quantisers choose their scales. */
  readonly channelAxis: 0 | 1;
  readonly values: Float32Array;
  readonly isFirst: boolean;
  readonly seed: number;
};

/** Drift of a version that was retrained a little, relative to the rms of the weights. */
const STALE_DRIFT = 0.01;
const NOISE = 1e-5;
const PRUNED_SHARE = 0.1;

/** Returns the weights as `variant` has them. */
export function varyWeights(weights: Weights, variant: ModelVariant): Float32Array {
  const { values, isFirst } = weights;
  switch (variant) {
    case 'reference':
    case 'smaller':
    case 'other-seed':
      return values;
    case 'fp16':
      return values.map((value) => fromFloat16(toFloat16(value)));
    case 'fp16-first-layer':
      return isFirst ? values.map((value) => fromFloat16(toFloat16(value))) : values;
    case 'bf16':
      return values.map((value) => fromBfloat16(toBfloat16(value)));
    case 'int8':
      return quantize(weights, 127);
    case 'int4':
      return quantize(weights, 7);
    case 'pruned-10':
      return prune(values);
    case 'noise-1e-5':
      return disturb(weights, NOISE);
    case 'stale':
      return disturb(weights, STALE_DRIFT);
    default:
      return unreachable(variant);
  }
}

/** Symmetric quantisation with one scale per output channel, half to even. */
function quantize({ values, shape, channelAxis }: Weights, levels: number): Float32Array {
  const channels = shape[channelAxis] ?? 1;
  const stride = channelAxis === 0 ? values.length / channels : 1;
  const channelOf = (i: number): number => Math.floor(i / stride) % channels;
  const largest = new Float64Array(channels);
  values.forEach((value, i) => {
    const channel = channelOf(i);
    largest[channel] = Math.max(largest[channel] ?? 0, Math.abs(value));
  });
  return values.map((value, i) => {
    const scale = (largest[channelOf(i)] ?? 0) / levels;
    return scale === 0 ? 0 : roundHalfEven(value / scale) * scale;
  });
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Sets the smallest tenth to zero. */
function prune(values: Float32Array): Float32Array {
  const magnitudes = values.map(Math.abs).sort();
  const bound = magnitudes[Math.floor(values.length * PRUNED_SHARE)];
  assert(bound !== undefined, 'a layer has weights');
  return values.map((value) => (Math.abs(value) < bound ? 0 : value));
}

function disturb({ values, name, seed }: Weights, size: number): Float32Array {
  let squares = 0;
  for (const value of values) squares += value * value;
  const rms = Math.sqrt(squares / values.length);
  const noise = normals(uniform(seedFor(seed, `${name}/noise`)), values.length, size * rms);
  return values.map((value, i) => value + (noise[i] ?? 0));
}
