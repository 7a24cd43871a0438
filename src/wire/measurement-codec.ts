/**
 * [MEASURE-1] The layout of a measurement on the wire and in commitments, frozen by golden vectors:
 * values of a sketch are one byte string of little-endian float64, bit for bit, finite only.
 */
import type { Measurement, TensorSketch } from '../base/index.ts';
import { assert, TENSOR_TYPES } from '../base/index.ts';
import type { Codec } from './codec.ts';
import {
  booleanCodec,
  bytesBetween,
  digestCodec,
  listOf,
  Malformed,
  oneOf,
  recordOf,
  uintBetween,
  unionOf,
} from './codec.ts';
import { LIMITS } from './limits.ts';

const FLOAT_BYTES = 8;
const valueBytesCodec = bytesBetween(0, FLOAT_BYTES * LIMITS.sketchValues);

const valuesCodec: Codec<Float64Array> = {
  write: (values) => {
    const bytes = new Uint8Array(FLOAT_BYTES * values.length);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      assert(Number.isFinite(value), 'a sketch value is finite');
      view.setFloat64(FLOAT_BYTES * i, value, true);
    }
    return valueBytesCodec.write(bytes);
  },
  read: (data) => {
    const bytes = valueBytesCodec.read(data);
    if (bytes.length % FLOAT_BYTES !== 0) throw new Malformed('expected whole float64 values');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const values = new Float64Array(bytes.length / FLOAT_BYTES);
    for (let i = 0; i < values.length; i++) {
      const value = view.getFloat64(FLOAT_BYTES * i, true);
      if (!Number.isFinite(value)) throw new Malformed('expected finite values');
      values[i] = value;
    }
    return values;
  },
};

const anyMaskCodec = bytesBetween(0, 32);
const isMask = (bytes: Uint8Array): boolean => bytes.length === 0 || bytes.length === 32;

const maskCodec: Codec<Uint8Array> = {
  write: (mask) => {
    assert(isMask(mask), 'a mask is empty or a digest');
    return anyMaskCodec.write(mask);
  },
  read: (data) => {
    const mask = anyMaskCodec.read(data);
    if (!isMask(mask)) throw new Malformed('expected no mask or a digest');
    return mask;
  },
};

const dimensionsBounds = { min: 0, max: LIMITS.tensorDimensions };

const tensorCodec = recordOf<TensorSketch>({
  type: oneOf(TENSOR_TYPES),
  shape: listOf(uintBetween(0, LIMITS.dimensionLength), dimensionsBounds),
  mask: maskCodec,
  values: valuesCodec,
  whole: booleanCodec,
});

/** A measurement inside a reveal. */
export const measurementCodec: Codec<Measurement> = unionOf<'kind', Measurement>('kind', {
  empty: recordOf<Extract<Measurement, { kind: 'empty' }>>({ kind: oneOf(['empty']) }),
  output: recordOf<Extract<Measurement, { kind: 'output' }>>({
    kind: oneOf(['output']),
    digest: digestCodec,
    levelDigest: digestCodec,
    tensors: listOf(tensorCodec, { min: 0, max: LIMITS.measurementTensors }),
  }),
});

/** Bytes of a tensor apart from its values, at most: field names, type, dimensions, mask. */
const TENSOR_FRAME_BYTES = 192;
/** Bytes of a measurement apart from its tensors, at most: field names and digests. */
const MEASUREMENT_FRAME_BYTES = 128;

/**
 * Tells whether `measurement` keeps the limits of an entry. A validator asks before it commits: a
 * model with more output than that cannot be voted on, and the validator abstains.
 */
export function measurementFits(measurement: Measurement): boolean {
  if (measurement.kind === 'empty') return true;
  const { tensors } = measurement;
  let bytes = MEASUREMENT_FRAME_BYTES;
  for (const { shape, values } of tensors) {
    if (shape.length > LIMITS.tensorDimensions || values.length > LIMITS.sketchValues) return false;
    if (shape.some((length) => length > LIMITS.dimensionLength)) return false;
    bytes += TENSOR_FRAME_BYTES + FLOAT_BYTES * values.length;
  }
  return tensors.length <= LIMITS.measurementTensors && bytes <= LIMITS.measurementBytes;
}
