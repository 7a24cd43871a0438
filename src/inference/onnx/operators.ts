/**
 * Which operators admission lets through, and why not the others; and the element types of ONNX.
 */
import { TENSOR_TYPES, type TensorType } from '../../base/index.ts';

/** Draw random numbers: two honest executions would differ. */
export const RANDOM_OPERATORS: ReadonlySet<string> = new Set([
  'Bernoulli',
  'Multinomial',
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
  // com.microsoft
  'BiasDropout',
  'BitmaskBiasDropout',
  'BitmaskDropout',
  'Sampling',
]);

/** Hold graphs of their own and may run for ever: no bound on work can be read from the file. */
export const CONTROL_FLOW_OPERATORS: ReadonlySet<string> = new Set([
  'If',
  'Loop',
  'Scan',
  'SequenceMap',
]);

/** Names of the standard domains; the empty one is `ai.onnx`. */
export const STANDARD_DOMAINS: ReadonlySet<string> = new Set(['', 'ai.onnx', 'ai.onnx.ml']);

export const CONTRIB_DOMAIN = 'com.microsoft';
/** Deterministic operators that ONNX Runtime's own optimiser and quantiser write into files. */
export const CONTRIB_OPERATORS: ReadonlySet<string> = new Set([
  'Attention',
  'BiasGelu',
  'BiasSplitGelu',
  'DequantizeLinear',
  'DynamicQuantizeLSTM',
  'DynamicQuantizeMatMul',
  'EmbedLayerNormalization',
  'FastGelu',
  'FusedConv',
  'FusedGemm',
  'FusedMatMul',
  'Gelu',
  'GroupNorm',
  'GroupQueryAttention',
  'LayerNormalization',
  'MatMulInteger16',
  'MatMulIntegerToFloat',
  'MatMulNBits',
  'MultiHeadAttention',
  'NhwcMaxPool',
  'QAttention',
  'QEmbedLayerNormalization',
  'QGemm',
  'QLinearAdd',
  'QLinearAveragePool',
  'QLinearConcat',
  'QLinearConv',
  'QLinearGlobalAveragePool',
  'QLinearLeakyRelu',
  'QLinearMul',
  'QLinearReduceMean',
  'QLinearSigmoid',
  'QLinearSoftmax',
  'QLinearWhere',
  'QMoE',
  'QuantizeLinear',
  'QuickGelu',
  'RotaryEmbedding',
  'SimplifiedLayerNormalization',
  'SkipLayerNormalization',
  'SkipSimplifiedLayerNormalization',
]);

/** Name of the element type with each number of onnx.TensorProto.DataType. */
export const ELEMENT_TYPES: readonly string[] = [
  'undefined',
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
  'complex64',
  'complex128',
  'bfloat16',
  'float8e4m3fn',
  'float8e4m3fnuz',
  'float8e5m2',
  'float8e5m2fnuz',
  'uint4',
  'int4',
  'float4e2m1',
  'float8e8m0',
  'uint2',
  'int2',
];

/** Returns the tensor type with a number of onnx.TensorProto.DataType, if there is one. */
export function tensorTypeOf(elementType: number): TensorType | undefined {
  return TENSOR_TYPES.find((type) => type === ELEMENT_TYPES[elementType]);
}
