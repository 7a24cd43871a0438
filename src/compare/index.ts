/** Are two outputs the same? Typed arrays in, measurements, distances and verdicts out. */
export { type Comparison, compareMeasurements, relativeRms } from './distance.ts';
export { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from './half-precision.ts';
export {
  isWhole,
  type MeasureOptions,
  measure,
  outputBlock,
  outputDigest,
  tensorsOfBlock,
} from './measure.ts';
export { signWords } from './signs.ts';
export {
  elementCount,
  numbersOf,
  type OutputTensor,
  type Tensor,
  type TensorData,
  type TensorOf,
} from './tensor.ts';
export {
  decodeTensors,
  encodeTensors,
  TENSOR_LIMITS,
  type TensorLimits,
  typedTensor,
} from './tensor-codec.ts';
