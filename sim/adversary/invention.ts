/** Measurements of nothing: what a validator commits to when it did not run the model. */
import { type Digest, digest, type Measurement, sha256, utf8 } from '../../src/base/index.ts';

/** Returns a measurement that depends on `name` alone, and matches nothing real. */
export function inventedMeasurement(name: string): Measurement {
  const value = sha256(utf8(name));
  const number = new DataView(value.buffer, value.byteOffset).getUint32(0, true);
  return {
    kind: 'output',
    digest: invented(`${name}/digest`),
    levelDigest: invented(`${name}/level`),
    tensors: [
      {
        type: 'float32',
        shape: [1],
        mask: new Uint8Array(0),
        values: Float64Array.of(number),
        whole: true,
      },
    ],
  };
}

function invented(name: string): Digest {
  return digest(sha256(utf8(name)));
}
