/**
 * The canonical bytes of a list of tensors: what output digests cover, what content ids of inputs
 * and outputs name, and what parent and child of the sandbox exchange.
 *
 * Little-endian throughout: tensor count (u32); for each tensor its type (u8, place in
 * TENSOR_TYPES), name (u32 length, UTF-8), rank (u32), sizes (u64 each), byte length of the data
 * (u64) and the data bit by bit, so that NaN payloads and −0 count. A string is u32 length and
 * UTF-8. One list has one encoding, and decoding refuses everything else.
 */
import { assert, TENSOR_TYPES, type TensorType, utf8 } from '../base/index.ts';
import { elementCount, type Tensor, type TensorData } from './tensor.ts';

/** Bounds on what decoding accepts. */
export type TensorLimits = { readonly tensorsMax: number; readonly rankMax: number };

/** More outputs or dimensions than any model in public collections has. */
export const TENSOR_LIMITS: TensorLimits = { tensorsMax: 1024, rankMax: 32 };

const ELEMENT_BYTES: Readonly<Record<Exclude<TensorType, 'string'>, 1 | 2 | 4 | 8>> = {
  float32: 4,
  float64: 8,
  float16: 2,
  bfloat16: 2,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  uint8: 1,
  uint16: 2,
  uint32: 4,
  uint64: 8,
  bool: 1,
};
const TWO_TO_32 = 4294967296;
const HOST_IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
/** A decoder that refuses what is not UTF-8, so that one text has one encoding. */
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Returns the canonical encoding, after `headBytes` zero bytes left for the caller to fill.
 * @throws AssertionError if a tensor's data does not fill its shape
 */
export function encodeTensors(tensors: readonly Tensor[], headBytes = 0): Uint8Array {
  const parts = tensors.map(encodeParts);
  let length = headBytes + 4;
  for (const part of parts) length += part.head.length + part.data.length;
  const bytes = new Uint8Array(length);
  let offset = headBytes;
  new DataView(bytes.buffer).setUint32(offset, tensors.length, true);
  offset += 4;
  for (const { head, data } of parts) {
    bytes.set(head, offset);
    bytes.set(data, offset + head.length);
    offset += head.length + data.length;
  }
  return bytes;
}

/**
 * Returns the tensors of a canonical encoding, or `undefined` if `bytes` is none. Never allocates
 * more than a small multiple of `bytes`; does not throw. Numeric data is copied, hence aligned.
 */
export function decodeTensors(
  bytes: Uint8Array,
  limits: TensorLimits = TENSOR_LIMITS,
): Tensor[] | undefined {
  const cursor = new Cursor(bytes);
  const count = cursor.uint32();
  if (count > limits.tensorsMax) return undefined;
  const tensors: Tensor[] = [];
  for (let i = 0; i < count; i++) {
    const tensor = decodeTensor(cursor, limits);
    if (tensor === undefined) return undefined;
    tensors.push(tensor);
  }
  return cursor.failed || cursor.remaining !== 0 ? undefined : tensors;
}

function encodeParts(tensor: Tensor): { head: Uint8Array; data: Uint8Array } {
  assert(tensor.data.length === elementCount(tensor.shape), 'the data of a tensor fill its shape');
  const name = utf8(tensor.name);
  const data = tensor.type === 'string' ? encodeStrings(tensor.data) : rawBytes(tensor);
  const head = new Uint8Array(9 + name.length + 8 * tensor.shape.length + 8);
  const view = new DataView(head.buffer);
  head[0] = TENSOR_TYPES.indexOf(tensor.type);
  view.setUint32(1, name.length, true);
  head.set(name, 5);
  let offset = 5 + name.length;
  view.setUint32(offset, tensor.shape.length, true);
  offset += 4;
  for (const size of [...tensor.shape, data.length]) {
    view.setUint32(offset, size % TWO_TO_32, true);
    view.setUint32(offset + 4, Math.floor(size / TWO_TO_32), true);
    offset += 8;
  }
  return { head, data };
}

function rawBytes(tensor: Exclude<Tensor, { type: 'string' }>): Uint8Array {
  const { buffer, byteOffset, byteLength } = tensor.data;
  return inLittleEndian(new Uint8Array(buffer, byteOffset, byteLength), ELEMENT_BYTES[tensor.type]);
}

/** Returns `bytes` with each element of `width` bytes turned round if the host is big-endian. */
function inLittleEndian(bytes: Uint8Array, width: number): Uint8Array {
  if (HOST_IS_LITTLE_ENDIAN || width === 1) return bytes;
  const turned = bytes.slice();
  for (let i = 0; i < turned.length; i += width) turned.subarray(i, i + width).reverse();
  return turned;
}

function encodeStrings(strings: readonly string[]): Uint8Array {
  const encoded = strings.map(utf8);
  const bytes = new Uint8Array(encoded.reduce((sum, text) => sum + 4 + text.length, 0));
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const text of encoded) {
    view.setUint32(offset, text.length, true);
    bytes.set(text, offset + 4);
    offset += 4 + text.length;
  }
  return bytes;
}

function decodeTensor(cursor: Cursor, limits: TensorLimits): Tensor | undefined {
  const type = TENSOR_TYPES[cursor.take(1)[0] ?? TENSOR_TYPES.length];
  const name = cursor.text();
  const rank = cursor.uint32();
  if (type === undefined || name === undefined || rank > limits.rankMax) return undefined;
  const shape: number[] = [];
  for (let i = 0; i < rank; i++) shape.push(cursor.uint64());
  const data = cursor.take(cursor.uint64());
  const count = elementCount(shape);
  if (cursor.failed || ![...shape, count].every(Number.isSafeInteger)) return undefined;
  if (type === 'string') {
    const strings = decodeStrings(data, count);
    return strings === undefined ? undefined : { name, type, shape, data: strings };
  }
  const width = ELEMENT_BYTES[type];
  if (data.length !== count * width) return undefined;
  if (type === 'bool' && data.some((byte) => byte > 1)) return undefined;
  return typedTensor({ name, shape }, type, inLittleEndian(data, width));
}

function decodeStrings(bytes: Uint8Array, count: number): string[] | undefined {
  // Each string takes four bytes at least, so that `count` cannot make the list grow.
  if (count * 4 > bytes.length) return undefined;
  const cursor = new Cursor(bytes);
  const strings: string[] = [];
  for (let i = 0; i < count; i++) {
    const text = cursor.text();
    if (text === undefined) return undefined;
    strings.push(text);
  }
  return cursor.remaining === 0 ? strings : undefined;
}

const ARRAYS: {
  readonly [T in Exclude<TensorType, 'string'>]: (buffer: ArrayBuffer) => TensorData[T];
} = {
  float32: (buffer) => new Float32Array(buffer),
  float64: (buffer) => new Float64Array(buffer),
  float16: (buffer) => new Uint16Array(buffer),
  bfloat16: (buffer) => new Uint16Array(buffer),
  int8: (buffer) => new Int8Array(buffer),
  int16: (buffer) => new Int16Array(buffer),
  int32: (buffer) => new Int32Array(buffer),
  int64: (buffer) => new BigInt64Array(buffer),
  uint8: (buffer) => new Uint8Array(buffer),
  uint16: (buffer) => new Uint16Array(buffer),
  uint32: (buffer) => new Uint32Array(buffer),
  uint64: (buffer) => new BigUint64Array(buffer),
  bool: (buffer) => new Uint8Array(buffer),
};

/**
 * Returns a numeric tensor over a copy of `bytes` (host order).
 * @throws AssertionError if the bytes do not fill the shape
 */
export function typedTensor(
  head: { readonly name: string; readonly shape: readonly number[] },
  type: Exclude<TensorType, 'string'>,
  bytes: Uint8Array,
): Tensor {
  const buffer = new ArrayBuffer(bytes.length);
  new Uint8Array(buffer).set(bytes);
  const data = ARRAYS[type](buffer);
  assert(data.length === elementCount(head.shape), 'the bytes of a tensor fill its shape');
  // The table pairs each type with its array.
  return { name: head.name, type, shape: head.shape, data } as Tensor;
}

/** Reads forward; reading past the end sets `failed` and yields nothing. */
class Cursor {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;
  failed = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  take(length: number): Uint8Array {
    if (!(length <= this.remaining)) {
      this.failed = true;
      return new Uint8Array();
    }
    this.#offset += length;
    return this.#bytes.subarray(this.#offset - length, this.#offset);
  }

  uint32(): number {
    return this.take(4).length === 4 ? this.#view.getUint32(this.#offset - 4, true) : 0;
  }

  uint64(): number {
    const low = this.uint32();
    return low + TWO_TO_32 * this.uint32();
  }

  text(): string | undefined {
    const bytes = this.take(this.uint32());
    if (this.failed) return undefined;
    try {
      return strictUtf8.decode(bytes);
    } catch {
      return undefined;
    }
  }
}
