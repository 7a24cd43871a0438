/**
 * Sets of holders as bits. Frozen by golden vectors: holder `i` is bit `7 − i mod 8` of byte
 * `⌊i / 8⌋`, the last byte padded with zeros, exactly ⌈size / 8⌉ bytes.
 */
import { assert } from '../base/index.ts';
import type { Bitmap } from './messages.ts';

/**
 * Returns the bitmap of `indices` among `size` holders.
 * @throws AssertionError when an index is not an integer of 0 .. size−1
 */
export function bitmapOf(indices: Iterable<number>, size: number): Bitmap {
  const bitmap = new Uint8Array(Math.ceil(size / 8));
  for (const index of indices) {
    assert(Number.isInteger(index) && index >= 0 && index < size, 'an index is below the size');
    bitmap[index >> 3] = (bitmap[index >> 3] as number) | (0x80 >> (index & 7));
  }
  return bitmap;
}

/** Tells whether holder `index` is in `bitmap`; no holder is outside of it. */
export function bitmapHas(bitmap: Bitmap, index: number): boolean {
  const byte = bitmap[index >> 3];
  return byte !== undefined && (byte & (0x80 >> (index & 7))) !== 0;
}

/**
 * Returns the indices in `bitmap`, ascending, or `undefined` unless it is the one bitmap of its set
 * for `size` holders: right length, padding zero.
 */
export function bitmapIndices(bitmap: Bitmap, size: number): number[] | undefined {
  if (bitmap.length !== Math.ceil(size / 8)) return undefined;
  const padding = 8 * bitmap.length - size;
  const last = bitmap[bitmap.length - 1] ?? 0;
  if ((last & ((1 << padding) - 1)) !== 0) return undefined;
  const indices: number[] = [];
  for (let i = 0; i < size; i++) if (bitmapHas(bitmap, i)) indices.push(i);
  return indices;
}
