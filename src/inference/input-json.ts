/**
 * Inputs of a model from JSON: nested arrays by input name, tensors with type, shape and flat data,
 * or, for a model with one input, the nested array alone.
 *
 * The model says which type each input has; the file needs not. 64-bit integers beyond 2^53 can be
 * written as strings; `"NaN"`, `"Infinity"` and `"-Infinity"` stand for what JSON cannot say.
 */
import type { TensorType } from '../base/index.ts';
import {
  elementCount,
  type Tensor,
  type TensorData,
  toBfloat16,
  toFloat16,
} from '../compare/index.ts';
import { InferenceError } from './error.ts';
import type { ModelReport, ModelValue } from './model-report.ts';

/**
 * Returns the inputs in `text`, typed as the model asks. Shapes are checked by `orderInputs`.
 * @throws InferenceError `input-malformed`, `input-unknown`, `input-missing`, `input-type`
 */
export function inputsFromJson(text: string, report: ModelReport): Tensor[] {
  const document = parse(text);
  const named = isRecord(document) ? document : bare(document, report);
  return Object.entries(named).map(([name, value]) => {
    const expected = report.inputs.find((input) => input.name === name);
    if (expected === undefined) {
      throw new InferenceError({
        code: 'input-unknown',
        message: `the model has no input \`${name}\``,
        remedy: `its inputs are ${report.inputs.map((input) => `\`${input.name}\``).join(', ')}`,
      });
    }
    return isRecord(value) ? fromRecord(value, expected) : fromNested(value, expected);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : 'it cannot be read';
    throw new InferenceError(
      { code: 'input-malformed', message: `the input is no JSON: ${detail}` },
      { cause },
    );
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bare(document: unknown, report: ModelReport): Record<string, unknown> {
  const [only] = report.inputs;
  if (only !== undefined && report.inputs.length === 1) return { [only.name]: document };
  throw new InferenceError({
    code: 'input-missing',
    message: `the model has ${report.inputs.length} inputs, but the file does not name them`,
    remedy: `write {${report.inputs.map((input) => `"${input.name}": …`).join(', ')}}`,
  });
}

function fromRecord(record: Record<string, unknown>, expected: ModelValue): Tensor {
  const { type, shape, data } = record;
  if (type !== undefined && type !== expected.type) {
    const message = `expected ${expected.type}, found ${JSON.stringify(type)}`;
    throw fault('input-type', expected, message);
  }
  if (!Array.isArray(data)) throw fault('input-malformed', expected, '`data` is no array');
  const sizes = shape ?? [data.length];
  if (!Array.isArray(sizes) || !sizes.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw fault('input-malformed', expected, '`shape` is no array of sizes');
  }
  if (elementCount(sizes) !== data.length) {
    const message = `shape [${sizes.join(', ')}] does not hold ${data.length} numbers`;
    throw fault('input-shape', expected, message);
  }
  return typed(expected, sizes, data);
}

function fromNested(value: unknown, expected: ModelValue): Tensor {
  const shape: number[] = [];
  for (let level = value; Array.isArray(level); level = level[0]) shape.push(level.length);
  const items: unknown[] = [];
  flatten(value, shape, items, expected);
  return typed(expected, shape, items);
}

function flatten(
  value: unknown,
  shape: readonly number[],
  items: unknown[],
  expected: ModelValue,
): void {
  const [size, ...inner] = shape;
  if (size === undefined && !Array.isArray(value)) {
    items.push(value);
    return;
  }
  if (!Array.isArray(value) || value.length !== size) {
    throw fault('input-shape', expected, 'its rows have different lengths');
  }
  for (const item of value) flatten(item, inner, items, expected);
}

type Reader<T extends TensorType> = (items: readonly unknown[]) => TensorData[T] | undefined;
const READERS: { readonly [T in TensorType]: Reader<T> } = {
  float32: (items) => numbers(items, (values) => Float32Array.from(values)),
  float64: (items) => numbers(items, (values) => Float64Array.from(values)),
  float16: (items) => numbers(items, (values) => Uint16Array.from(values, toFloat16)),
  bfloat16: (items) => numbers(items, (values) => Uint16Array.from(values, toBfloat16)),
  int8: (items) => integers(items, -(2n ** 7n), 2n ** 7n, (v) => Int8Array.from(v, Number)),
  int16: (items) => integers(items, -(2n ** 15n), 2n ** 15n, (v) => Int16Array.from(v, Number)),
  int32: (items) => integers(items, -(2n ** 31n), 2n ** 31n, (v) => Int32Array.from(v, Number)),
  int64: (items) => integers(items, -(2n ** 63n), 2n ** 63n, (v) => BigInt64Array.from(v)),
  uint8: (items) => integers(items, 0n, 2n ** 8n, (v) => Uint8Array.from(v, Number)),
  uint16: (items) => integers(items, 0n, 2n ** 16n, (v) => Uint16Array.from(v, Number)),
  uint32: (items) => integers(items, 0n, 2n ** 32n, (v) => Uint32Array.from(v, Number)),
  uint64: (items) => integers(items, 0n, 2n ** 64n, (v) => BigUint64Array.from(v)),
  bool: (items) => {
    const bits = items.map((item) => [false, true, 0, 1].indexOf(item as boolean) % 2);
    return bits.includes(-1) ? undefined : Uint8Array.from(bits);
  },
  string: (items) => (items.every((item) => typeof item === 'string') ? items : undefined),
};

function typed(expected: ModelValue, shape: readonly number[], items: readonly unknown[]): Tensor {
  const { name, type } = expected;
  const data = READERS[type](items);
  if (data === undefined) {
    throw fault('input-type', expected, `expected ${type}, found something else among its values`);
  }
  // The table pairs each type with its array.
  return { name, type, shape, data } as Tensor;
}

const SPECIAL = new Map<unknown, number>([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

function numbers<R>(items: readonly unknown[], build: (values: number[]) => R): R | undefined {
  const values: number[] = [];
  for (const item of items) {
    const value = SPECIAL.get(item) ?? item;
    if (typeof value !== 'number') return undefined;
    values.push(value);
  }
  return build(values);
}

/** `to` is exclusive. */
function integers<R>(
  items: readonly unknown[],
  from: bigint,
  to: bigint,
  build: (values: bigint[]) => R,
): R | undefined {
  const values: bigint[] = [];
  for (const item of items) {
    const isText = typeof item === 'string' && /^-?\d{1,20}$/.test(item);
    if (!isText && !Number.isSafeInteger(item)) return undefined;
    const value = BigInt(item as string | number);
    if (value < from || value >= to) return undefined;
    values.push(value);
  }
  return build(values);
}

function fault(code: string, input: ModelValue, message: string): InferenceError {
  return new InferenceError({ code, message: `input \`${input.name}\`: ${message}` });
}
