/**
 * Conversions between binary64 and the two 16-bit float formats, in integer arithmetic, rounding
 * half to even, so that every machine computes the same bits.
 *
 * JavaScript on Node 20 has no 16-bit floats; tensors hold their bits in a `Uint16Array`.
 * Source: IEEE 754-2019 (binary16); bfloat16 is the upper half of binary32. Limit: NaN payloads are
 * not kept by these conversions (digests cover the bits, not the converted values).
 */
type Format = { readonly exponentBits: number; readonly fractionBits: number };

const FLOAT16: Format = { exponentBits: 5, fractionBits: 10 };
const BFLOAT16: Format = { exponentBits: 8, fractionBits: 7 };
/** 2^−24, the smallest positive binary16 number. */
const FLOAT16_UNIT = 1 / 16777216;

const view = new DataView(new ArrayBuffer(8));

/** Returns the binary64 value of binary16 `bits`; exact. */
export function fromFloat16(bits: number): number {
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  if (exponent === 0) return sign * fraction * FLOAT16_UNIT;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  view.setUint32(0, ((bits & 0x8000) << 16) | ((exponent + 112) << 23) | (fraction << 13));
  return view.getFloat32(0);
}

/** Returns the binary64 value of bfloat16 `bits`; exact. */
export function fromBfloat16(bits: number): number {
  view.setUint32(0, bits << 16);
  return view.getFloat32(0);
}

/** Returns the bits of the binary16 number nearest to `value`, half to even. */
export function toFloat16(value: number): number {
  return roundTo(FLOAT16, value);
}

/** Returns the bits of the bfloat16 number nearest to `value`, half to even. */
export function toBfloat16(value: number): number {
  return roundTo(BFLOAT16, value);
}

function roundTo(format: Format, value: number): number {
  view.setFloat64(0, value);
  const high = view.getUint32(0);
  const low = view.getUint32(4);
  const sign = (high >>> 31) << (format.exponentBits + format.fractionBits);
  const exponent = (high >>> 20) & 0x7ff;
  const infinity = (2 ** format.exponentBits - 1) << format.fractionBits;
  if (Number.isNaN(value)) return sign | infinity | (1 << (format.fractionBits - 1));
  if (exponent === 0x7ff) return sign | infinity;
  if (exponent === 0) return sign;
  const biased = exponent - 1023 + 2 ** (format.exponentBits - 1) - 1;
  const significand = (1 << 20) | (high & 0xfffff);
  const shift = 20 - format.fractionBits + Math.max(0, 1 - biased);
  // Below half of the smallest subnormal number nothing remains.
  if (shift > 21) return sign;
  const kept = significand >>> shift;
  const rest = significand & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  const up = rest > half || (rest === half && (low !== 0 || (kept & 1) === 1));
  // The hidden bit of `kept` carries into the exponent, and so does a rounding that overflows.
  const magnitude = (Math.max(0, biased - 1) << format.fractionBits) + kept + (up ? 1 : 0);
  return sign | Math.min(magnitude, infinity);
}
