/**
 * Exponential and logarithm of additions, multiplications and exact powers of two only: the last
 * bits of `Math.exp` and `Math.log` differ between engines, and a trace must not.
 *
 * Relative error below 1e-14 where they are used (|x| ≤ 700), which a test holds against `Math`.
 */
import { assert } from '../../src/base/index.ts';

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** Returns e^x for |x| ≤ 700. */
export function exponential(x: number): number {
  assert(Math.abs(x) <= 700, 'the exponent is in −700 .. 700');
  const k = Math.round(x / (LN2_HIGH + LN2_LOW));
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  let term = 1;
  let sum = 1;
  for (let n = 1; n <= 18; n++) {
    term = (term * r) / n;
    sum += term;
  }
  return sum * powerOfTwo(k);
}

/** Returns ln x for a positive normal number: 2·artanh((m−1)/(m+1)) of the mantissa. */
export function logarithm(x: number): number {
  assert(x >= 2.2250738585072014e-308 && x < Number.POSITIVE_INFINITY, 'x is positive and normal');
  let mantissa = x;
  let exponent = 0;
  while (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent += 1;
  }
  while (mantissa < Math.SQRT1_2) {
    mantissa *= 2;
    exponent -= 1;
  }
  const z = (mantissa - 1) / (mantissa + 1);
  const square = z * z;
  let power = z;
  let sum = 0;
  for (let n = 1; n <= 41; n += 2) {
    sum += power / n;
    power *= square;
  }
  return exponent * LN2_HIGH + (exponent * LN2_LOW + 2 * sum);
}

function powerOfTwo(k: number): number {
  let value = 1;
  for (let i = 0; i < Math.abs(k); i++) value *= k < 0 ? 0.5 : 2;
  return value;
}
