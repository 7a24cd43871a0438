/**
 * The ±1 signs of a sketch: xoshiro128** (Blackman and Vigna, 2021) in 32-bit integers, seeded from
 * the beacon that drew the level, so that nobody knows them while the output is still being chosen.
 *
 * Frozen by golden vectors. Statistical quality is all that is needed here: the beacon is what
 * makes the signs unpredictable.
 */
import { concatBytes, sha256, utf8 } from '../base/index.ts';

const DOMAIN = utf8('assay/sketch-signs/1\0');
/** Rows of a sketch that one 32-bit word feeds. */
export const ROWS_PER_WORD = 32;

/**
 * Returns a generator of 32-bit words; bit j of the word of an element is its sign in row j of the
 * group (0: plus, 1: minus).
 * @param beacon randomness of the level's beacon, 32 bytes
 * @param tensor index of the tensor among the outputs
 * @param group index of the group of 32 rows
 */
export function signWords(beacon: Uint8Array, tensor: number, group: number): () => number {
  const place = new Uint8Array(8);
  const placeView = new DataView(place.buffer);
  placeView.setUint32(0, tensor, true);
  placeView.setUint32(4, group, true);
  const seed = new DataView(sha256(concatBytes(DOMAIN, beacon, place)).buffer);
  // The all-zero state, which the generator cannot leave, has probability 2^-128.
  let a = seed.getUint32(0, true);
  let b = seed.getUint32(4, true);
  let c = seed.getUint32(8, true);
  let d = seed.getUint32(12, true);
  return () => {
    const fivefold = Math.imul(b, 5);
    const word = Math.imul((fivefold << 7) | (fivefold >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return word;
  };
}
