/** Byte strings: hexadecimal text, order, equality, integers. */
import { deepStrictEqual, equal, ok, throws } from 'node:assert/strict';
import fc from 'fast-check';
import {
  AssertionError,
  bigIntFromBytes,
  compareBytes,
  compareText,
  concatBytes,
  equalBytes,
  fromHex,
  toHex,
  uint64Bytes,
  utf8,
} from '../../../src/base/index.ts';

const bytes = fc.uint8Array({ maxLength: 40 });

describe('byte strings', () => {
  it('give the hexadecimal text of Buffer, and come back from it', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        equal(toHex(value), Buffer.from(value).toString('hex'));
        deepStrictEqual(fromHex(toHex(value)), value);
        deepStrictEqual(fromHex(toHex(value).toUpperCase()), value);
      }),
    );
  });

  it('are not made of text that is not hexadecimal', () => {
    for (const text of ['0', '0g', 'zz', ' 00', '0x00', '+1', '1 ', '00\n']) {
      equal(fromHex(text), undefined, JSON.stringify(text));
    }
  });

  it('compare like Buffer does: first differing byte, then length', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        equal(compareBytes(a, b), Buffer.compare(a, b));
        equal(equalBytes(a, b), Buffer.compare(a, b) === 0);
        ok(equalBytes(a, Uint8Array.from(a)));
      }),
    );
    equal(compareBytes(Uint8Array.of(1), Uint8Array.of(1, 0)), -1);
    ok(!equalBytes(Uint8Array.of(1), Uint8Array.of(1, 0)));
  });

  it('join in order', () => {
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 5 }), (parts) => {
        deepStrictEqual(concatBytes(...parts), new Uint8Array(Buffer.concat(parts)));
      }),
    );
  });

  it('are big-endian integers', () => {
    equal(bigIntFromBytes(new Uint8Array(0)), 0n);
    equal(bigIntFromBytes(Uint8Array.of(1, 0)), 256n);
    deepStrictEqual(uint64Bytes(1000n), Uint8Array.of(0, 0, 0, 0, 0, 0, 3, 232));
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 64n - 1n), (value) => {
        equal(bigIntFromBytes(uint64Bytes(value)), value);
      }),
    );
    for (const value of [-1n, 2n ** 64n]) throws(() => uint64Bytes(value), AssertionError);
  });

  it('of text are UTF-8', () => {
    deepStrictEqual(utf8('aä€'), Uint8Array.of(0x61, 0xc3, 0xa4, 0xe2, 0x82, 0xac));
  });

  it('text compares by code units, not by language', () => {
    deepStrictEqual(['ä', 'b', 'B', 'a', ''].toSorted(compareText), ['', 'B', 'a', 'b', 'ä']);
    equal(compareText('a', 'a'), 0);
  });
});
