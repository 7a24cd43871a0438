/** Tensors of a model as JSON, in both directions. */
import { encodeTensors, numbersOf, type OutputTensor } from '../../compare/index.ts';
import { inputsFromJson, type ModelReport, orderInputs } from '../../inference/index.ts';
import { ApiError } from './error.ts';

/**
 * Returns the canonical bytes of inputs: what the content id of an input is the hash of.
 * @param inputs as JSON: `{name: values}`, or the values alone where there is one input
 * @throws InferenceError input-…; ApiError input-malformed
 */
export function inputBytes(inputs: unknown, report: ModelReport): Uint8Array {
  try {
    return encodeTensors(orderInputs(report, inputsFromJson(JSON.stringify(inputs), report)));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ApiError(
      { code: 'input-malformed', message: 'the input is nested too deeply' },
      { cause: error },
    );
  }
}

/** Returns a tensor as JSON has it; what JSON cannot say goes as text, as inputs take it. */
export function tensorJson(tensor: OutputTensor) {
  const { name, type, shape } = tensor;
  // 16-bit floats are held as bits
  const items = type === 'float16' || type === 'bfloat16' ? numbersOf(tensor) : tensor.data;
  return { name, type, shape: [...shape], data: Array.from<unknown, unknown>(items, itemJson) };
}

function itemJson(item: unknown): unknown {
  if (typeof item === 'bigint') return item.toString();
  return typeof item === 'number' && !Number.isFinite(item) ? String(item) : item;
}
