/** Outputs and beacons for tests of src/compare. */
import { type Comparator, type Measurement, TENSOR_TYPES } from '../../../src/base/index.ts';
import { measure, type OutputTensor, typedTensor } from '../../../src/compare/index.ts';

export const BEACON = Uint8Array.from({ length: 32 }, (_, index) => index);
export const OTHER_BEACON = Uint8Array.from({ length: 32 }, (_, index) => 255 - index);
export const RELATIVE: Comparator = {
  kind: 'relative-rms',
  tolerance: 5e-6,
  rejection: 1.5e-5,
  scale: 0,
};

export function float32(
  name: string,
  shape: readonly number[],
  values: ArrayLike<number>,
): OutputTensor {
  return { name, type: 'float32', shape, data: Float32Array.from(values) };
}

export function float64(
  name: string,
  shape: readonly number[],
  values: ArrayLike<number>,
): OutputTensor {
  return { name, type: 'float64', shape, data: Float64Array.from(values) };
}

/**
 * `count` numbers in [-1, 1) that are no simple pattern; integers only, hence the same anywhere.
 */
export function wave(count: number, seed = 1): Float64Array {
  let state = seed >>> 0;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2147483648 - 1;
  });
}

export function measured(tensors: readonly OutputTensor[], sketchSize = 32): Measurement {
  return measure(tensors, { beacon: BEACON, sketchSize });
}

export const SMALL_OUTPUT: readonly OutputTensor[] = [
  float32('y', [1, 3], [0.5, -0.25, 3]),
  { name: 'label', type: 'int64', shape: [], data: BigInt64Array.of(-7n) },
];

/** One tensor of each type, of shape [2, 3]. */
export const EVERY_TYPE: readonly OutputTensor[] = TENSOR_TYPES.map((type) => {
  if (type === 'string') {
    return { name: type, type, shape: [2, 3], data: ['', 'a', 'ß', '\u{1f600}', '\ufeff', 'z'] };
  }
  const width = /64/.test(type) ? 8 : /32/.test(type) ? 4 : /16/.test(type) ? 2 : 1;
  const bytes = Uint8Array.from({ length: 6 * width }, (_, i) => (type === 'bool' ? i & 1 : 7 * i));
  return typedTensor({ name: type, shape: [2, 3] }, type, bytes);
});
