/**
 * Substitutes for a model that somebody brought: the same file with its weights changed in place,
 * as the zoo's variants are.
 *
 * Weights are the float32 tensors of two or more dimensions among the initialisers, stored raw, as
 * exporters store them. Limits: a file without such weights, or the variant `smaller`, which would
 * need another graph, is refused.
 */

import { InferenceError } from '../error.ts';
import { MODEL_LIMITS, type ModelLimits } from '../model-report.ts';
import { ELEMENT_TYPES } from '../onnx/operators.ts';
import { type ParsedTensor, parseModel } from '../onnx/parse.ts';
import { normals, seedFor, uniform } from './random.ts';
import { type ModelVariant, varyWeights, type Weights } from './variants.ts';

const GRAPH_DEPTH_MAX = 16;
/** Dense layers hold their weights as [inputs, outputs], convolutions as [outputs, inputs, …]. */
const DENSE_RANK = 2;

/**
 * Returns the bytes of a variant of an admitted model.
 * @param options.seed of the noise of the variants that have some
 * @throws InferenceError `variant-unavailable`
 */
export function varyModel(
  bytes: Uint8Array,
  options: { readonly variant: ModelVariant; readonly seed: number; readonly limits?: ModelLimits },
): Uint8Array {
  const { variant, seed, limits = MODEL_LIMITS } = options;
  const copy = Uint8Array.from(bytes);
  const parseLimits = { nodesMax: limits.nodesMax, depthMax: GRAPH_DEPTH_MAX };
  const tensors = parseModel(copy, parseLimits).graph?.initializers.filter(isWeight) ?? [];
  if (variant === 'smaller' || (tensors.length === 0 && variant !== 'reference')) {
    throw new InferenceError({
      code: 'variant-unavailable',
      message: `the model has no variant \`${variant}\``,
      remedy: 'smaller models, and files without float32 weights, can only be brought as files',
    });
  }
  for (const [index, tensor] of tensors.entries()) {
    const { rawData } = tensor;
    if (rawData === undefined) continue;
    const weights = weightsOf(tensor, rawData, { isFirst: index === 0, seed });
    const varied = variant === 'other-seed' ? redraw(weights) : varyWeights(weights, variant);
    const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.length);
    varied.forEach((value, i) => void view.setFloat32(4 * i, value, true));
  }
  return copy;
}

function isWeight(tensor: ParsedTensor): boolean {
  return (
    ELEMENT_TYPES[tensor.dataType] === 'float32' &&
    tensor.dims.length >= DENSE_RANK &&
    tensor.rawData !== undefined &&
    tensor.rawData.length >= 4
  );
}

function weightsOf(
  tensor: ParsedTensor,
  rawData: Uint8Array,
  rest: { readonly isFirst: boolean; readonly seed: number },
): Weights {
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.length);
  const values = new Float32Array(Math.floor(rawData.length / 4));
  for (let i = 0; i < values.length; i++) values[i] = view.getFloat32(4 * i, true);
  const shape = tensor.dims.map(Number);
  const channelAxis = shape.length === DENSE_RANK ? 1 : 0;
  return { name: tensor.name, shape, channelAxis, values, ...rest };
}

/** Other weights of the same size. */
function redraw({ values, name, seed }: Weights): Float32Array {
  let squares = 0;
  for (const value of values) squares += value * value;
  const rms = Math.sqrt(squares / values.length);
  return normals(uniform(seedFor(seed, `${name}/redrawn`)), values.length, rms);
}
