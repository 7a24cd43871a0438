/**
 * One tensor from a NumPy `.npy` file, format versions 1 to 3.
 *
 * Little-endian floats of 16, 32 and 64 bits, integers of 8 to 64 bits and bools, in C or Fortran
 * order. Objects, strings, complex numbers and big-endian data are refused: save with
 * `numpy.save(path, array.astype('<f4'))`. Source: numpy.lib.format.
 */
import type { TensorType } from '../base/index.ts';
import { elementCount, type Tensor, typedTensor } from '../compare/index.ts';
import { InferenceError } from './error.ts';

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const TYPES = new Map<string, { type: Exclude<TensorType, 'string'>; width: 1 | 2 | 4 | 8 }>([
  ['<f2', { type: 'float16', width: 2 }],
  ['<f4', { type: 'float32', width: 4 }],
  ['<f8', { type: 'float64', width: 8 }],
  ['|i1', { type: 'int8', width: 1 }],
  ['<i2', { type: 'int16', width: 2 }],
  ['<i4', { type: 'int32', width: 4 }],
  ['<i8', { type: 'int64', width: 8 }],
  ['|u1', { type: 'uint8', width: 1 }],
  ['<u2', { type: 'uint16', width: 2 }],
  ['<u4', { type: 'uint32', width: 4 }],
  ['<u8', { type: 'uint64', width: 8 }],
  ['|b1', { type: 'bool', width: 1 }],
]);

/** Tells whether bytes begin as a `.npy` file does. */
export function isNpy(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, index) => bytes[index] === byte);
}

/**
 * Returns the tensor of a `.npy` file under the name of the input it is for.
 * @throws InferenceError `input-malformed` or `input-type`
 */
export function inputFromNpy(bytes: Uint8Array, name: string): Tensor {
  const { text, offset } = headerOf(bytes);
  const descriptor = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const sizes = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(text)?.[1];
  if (order === undefined || sizes === undefined) {
    throw malformed('its header names no order and shape of plain numbers');
  }
  const shape = sizes
    .split(',')
    .map((size) => size.trim())
    .filter((size) => size !== '')
    .map(Number);
  const element = TYPES.get(descriptor ?? '');
  if (element === undefined) {
    throw new InferenceError({
      code: 'input-type',
      message: `the .npy file holds elements of type ${descriptor ?? 'structured'}`,
      remedy: "save plain little-endian numbers: numpy.save(path, array.astype('<f4'))",
    });
  }
  const data = bytes.subarray(offset);
  const count = elementCount(shape);
  if (data.length !== count * element.width) {
    const message = `its shape (${shape.join(', ')}) needs ${count * element.width} bytes of data`;
    throw malformed(`${message}, but there are ${data.length}`);
  }
  if (element.type === 'bool' && data.some((byte) => byte > 1)) {
    throw malformed('a bool is neither 0 nor 1');
  }
  const rows = order === 'True' ? inRowMajorOrder(data, shape, element.width) : data;
  return typedTensor({ name, shape }, element.type, rows);
}

function headerOf(bytes: Uint8Array): { text: string; offset: number } {
  if (!isNpy(bytes) || bytes.length < 12) throw malformed('it does not begin as one');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isFirstVersion = bytes[6] === 1;
  const length = isFirstVersion ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = isFirstVersion ? 10 : 12;
  if (start + length > bytes.length) throw malformed('it ends within its header');
  return {
    text: new TextDecoder('latin1').decode(bytes.subarray(start, start + length)),
    offset: start + length,
  };
}

/** Fortran order lets the first index run fastest; tensors let the last one. */
function inRowMajorOrder(data: Uint8Array, shape: readonly number[], width: number): Uint8Array {
  const turned = new Uint8Array(data.length);
  const count = elementCount(shape);
  for (let target = 0; target < count; target++) {
    let rest = target;
    let source = 0;
    let stride = count;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis] as number;
      stride /= size;
      source += (rest % size) * stride;
      rest = Math.floor(rest / size);
    }
    turned.set(data.subarray(source * width, (source + 1) * width), target * width);
  }
  return turned;
}

function malformed(message: string): InferenceError {
  return new InferenceError({
    code: 'input-malformed',
    message: `the file is no usable .npy: ${message}`,
  });
}
