import assert from 'node:assert/strict';
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from '../../../src/compare/index.ts';

describe('compare: half precision', () => {
  it('gives every 16-bit pattern back', () => {
    for (let bits = 0; bits < 65536; bits++) {
      const half = fromFloat16(bits);
      const brain = fromBfloat16(bits);
      if (!Number.isNaN(half)) assert.equal(toFloat16(half), bits, `float16 ${bits}`);
      if (!Number.isNaN(brain)) assert.equal(toBfloat16(brain), bits, `bfloat16 ${bits}`);
    }
  });

  it('rounds to the nearest, and half to even', () => {
    for (let bits = 0; bits < 0x7bff; bits++) {
      const low = fromFloat16(bits);
      const high = fromFloat16(bits + 1);
      const middle = (low + high) / 2;
      const quarter = (high - low) / 4;
      assert.equal(toFloat16(middle), (bits & 1) === 0 ? bits : bits + 1, `half of ${bits}`);
      assert.equal(toFloat16(middle - quarter), bits, `below half of ${bits}`);
      assert.equal(toFloat16(middle + quarter), bits + 1, `above half of ${bits}`);
    }
  });

  it('rounds once: a bit far below half decides a tie', () => {
    assert.equal(toFloat16(1 + 2 ** -11), 0x3c00);
    assert.equal(toFloat16(1 + 2 ** -11 + 2 ** -50), 0x3c01);
    assert.equal(toBfloat16(1 + 2 ** -8 + 2 ** -40), 0x3f81);
  });

  it('overflows to infinity, underflows to signed zero, keeps NaN', () => {
    assert.equal(toFloat16(65504), 0x7bff);
    assert.equal(toFloat16(65519.99), 0x7bff);
    assert.equal(toFloat16(65520), 0x7c00);
    assert.equal(toFloat16(-1e300), 0xfc00);
    assert.equal(toFloat16(2 ** -25), 0);
    assert.equal(toFloat16(-(2 ** -25) * 1.0001), 0x8001);
    assert.equal(toFloat16(-0), 0x8000);
    assert.equal(toFloat16(5e-324), 0);
    assert.ok(Number.isNaN(fromFloat16(toFloat16(Number.NaN))));
    assert.ok(Number.isNaN(fromBfloat16(toBfloat16(Number.NaN))));
    assert.equal(toBfloat16(3.4e38), 0x7f80);
  });
});
