/**
 * Tensors as they go into and come out of a model: named, typed, shaped, flat in row-major order.
 *
 * Every ONNX element type that a model may output is here. Types that JavaScript lacks are held as
 * bits (`float16`, `bfloat16`) or bytes (`bool`: 0 or 1).
 */
import type { TensorType } from '../base/index.ts';
import { fromBfloat16, fromFloat16 } from './half-precision.ts';

/** How the elements of each type are held. */
export type TensorData = {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly float16: Uint16Array;
  readonly bfloat16: Uint16Array;
  readonly int8: Int8Array;
  readonly int16: Int16Array;
  readonly int32: Int32Array;
  readonly int64: BigInt64Array;
  readonly uint8: Uint8Array;
  readonly uint16: Uint16Array;
  readonly uint32: Uint32Array;
  readonly uint64: BigUint64Array;
  readonly bool: Uint8Array;
  readonly string: readonly string[];
};

/** A tensor of one type; `data` has as many elements as the product of `shape`. */
export type TensorOf<T extends TensorType> = {
  readonly name: string;
  readonly type: T;
  /** Sizes, outermost first; `[]` is a scalar. */
  readonly shape: readonly number[];
  readonly data: TensorData[T];
};

/** A tensor of any type. */
export type Tensor = { readonly [T in TensorType]: TensorOf<T> }[TensorType];
/** What a model puts out. */
export type OutputTensor = Tensor;

/** Returns the product of `shape`: the number of elements; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * Returns the elements as binary64 numbers, in order. Exact but for 64-bit integers beyond 2^53,
 * which are rounded to nearest even. Strings have no numeric value: none are returned.
 */
export function numbersOf(tensor: Tensor): ArrayLike<number> {
  switch (tensor.type) {
    case 'string':
      return [];
    case 'int64':
    case 'uint64':
      return Float64Array.from(tensor.data, Number);
    case 'float16':
      return Float64Array.from(tensor.data, fromFloat16);
    case 'bfloat16':
      return Float64Array.from(tensor.data, fromBfloat16);
    default:
      return tensor.data;
  }
}
