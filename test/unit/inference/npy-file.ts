/** Writes .npy files as NumPy does. */
import { concatBytes, utf8 } from '../../../src/base/index.ts';

export function npy(options: {
  readonly descriptor?: string;
  /** Inside of the tuple, e.g. `2, 3`. */
  readonly shape: string;
  readonly data: ArrayBufferView;
  readonly version?: 1 | 2;
  readonly fortran?: boolean;
}): Uint8Array {
  const { descriptor = '<f4', shape, data, version = 1, fortran = false } = options;
  const order = fortran ? 'True' : 'False';
  const text = utf8(
    `{'descr': '${descriptor}', 'fortran_order': ${order}, 'shape': (${shape}), }\n`,
  );
  const length = new Uint8Array(version === 1 ? 2 : 4);
  length[0] = text.length;
  const magic = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return concatBytes(magic, length, text, bytes);
}
