/**
 * What a validator found when it ran the model, small enough to be sent.
 */
import type { Digest } from './ids.ts';

/** Element types that ONNX models output, by their lower-case ONNX names. */
export const TENSOR_TYPES = [
  'float32',
  'float64',
  'float16',
  'bfloat16',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'bool',
  'string',
] as const;
export type TensorType = (typeof TENSOR_TYPES)[number];

/** One output tensor, reduced. */
export type TensorSketch = {
  readonly type: TensorType;
  readonly shape: readonly number[];
  /** Digest of kind and place of each non-finite value; empty (0 bytes) if there are none. */
  readonly mask: Uint8Array;
  /** The values themselves (`whole`) or their ±1 projections, finite, in fixed order. */
  readonly values: Float64Array;
  /** Whether `values` holds the tensor itself, [MEASURE-1]: up to 4 · sketchSize numbers. */
  readonly whole: boolean;
};

/** [MEASURE-1] Digest, level digest and sketch of an output; `empty` if nothing could be run. */
export type Measurement =
  | { readonly kind: 'empty' }
  | {
      readonly kind: 'output';
      /** Digest of the canonical encoding of all output tensors. */
      readonly digest: Digest;
      /** H(domain, beacon of this level, output): equal ones match without arithmetic. */
      readonly levelDigest: Digest;
      readonly tensors: readonly TensorSketch[];
    };
