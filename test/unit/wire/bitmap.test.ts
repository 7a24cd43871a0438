/** Bitmaps of holders: one per set, padding zero. */
import { deepStrictEqual, equal, ok, throws } from 'node:assert/strict';
import fc from 'fast-check';
import { AssertionError } from '../../../src/base/index.ts';
import { bitmapHas, bitmapIndices, bitmapOf } from '../../../src/wire/index.ts';

describe('[SEAT-3] bitmaps', () => {
  it('put holder 0 into the highest bit of byte 0', () => {
    deepStrictEqual(bitmapOf([0], 9), Uint8Array.of(0x80, 0));
    deepStrictEqual(bitmapOf([8, 7], 9), Uint8Array.of(0x01, 0x80));
    deepStrictEqual(bitmapOf([], 0), new Uint8Array(0));
  });

  it('give back the indices, ascending', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.uniqueArray(fc.nat(299)), (size, numbers) => {
        const indices = numbers.filter((index) => index < size);
        const bitmap = bitmapOf(indices, size);
        equal(bitmap.length, Math.ceil(size / 8));
        deepStrictEqual(
          bitmapIndices(bitmap, size),
          indices.toSorted((a, b) => a - b),
        );
        for (let i = 0; i < size; i++) equal(bitmapHas(bitmap, i), indices.includes(i));
      }),
    );
  });

  it('are refused with another length or a padding bit set', () => {
    equal(bitmapIndices(Uint8Array.of(0xff), 9), undefined);
    equal(bitmapIndices(Uint8Array.of(0xff, 0x80, 0), 9), undefined);
    equal(bitmapIndices(Uint8Array.of(0), 0), undefined);
    for (let bit = 0; bit < 7; bit++) {
      equal(bitmapIndices(Uint8Array.of(0xff, 0x80 | (1 << bit)), 9), undefined, `bit ${bit}`);
    }
  });

  it('hold nobody outside', () => {
    ok(!bitmapHas(Uint8Array.of(0xff), 8));
    ok(!bitmapHas(Uint8Array.of(0xff), -1));
    for (const index of [8, -1, 0.5]) throws(() => bitmapOf([index], 8), AssertionError);
  });
});
