/**
 * Exact fractions: `1/3` is not 0.3333, and a quorum of 2/3 is decided on the last unit of stake.
 */
import { assert } from './assert.ts';
import type { Fraction } from './parameters.ts';

const TEXT_MAX = 60;
const EXPONENT_MAX = 400;
const MANTISSA_BITS = 64;
const DECIMAL = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d{1,4}))?$/;

/**
 * Reads `1/3`, `0.2`, `1e-9` or `2` exactly.
 * @param text at most 60 characters, exponents up to ±400
 * @returns the fraction in lowest terms, or `undefined` if the text is none
 */
export function parseFraction(text: string): Fraction | undefined {
  if (text.length > TEXT_MAX) return undefined;
  const [above, below, ...more] = text.split('/').map((part) => parseDecimal(part.trim()));
  if (above === undefined || more.length > 0) return undefined;
  if (!text.includes('/')) return reduce(above);
  if (below === undefined || below.numerator === 0n) return undefined;
  return reduce({
    numerator: above.numerator * below.denominator,
    denominator: above.denominator * below.numerator,
  });
}

/**
 * Returns the double nearest to `fraction`, to within one unit in the last place.
 * @throws AssertionError if the denominator is not positive
 */
export function fractionToNumber({ numerator, denominator }: Fraction): number {
  assert(denominator > 0n, 'the denominator of a fraction is positive');
  if (numerator < 0n) return -fractionToNumber({ numerator: -numerator, denominator });
  if (numerator < 1n << 53n && denominator < 1n << 53n) {
    return Number(numerator) / Number(denominator);
  }
  const shift = bitLength(denominator) - bitLength(numerator) + MANTISSA_BITS;
  const scaled =
    shift >= 0
      ? (numerator << BigInt(shift)) / denominator
      : numerator / (denominator << BigInt(-shift));
  const half = Math.trunc(shift / 2);
  return Number(scaled) * 2 ** -half * 2 ** -(shift - half);
}

/** Returns `0.05`, `1e-9` or, if a decimal is not exact, `1/3`: what `parseFraction` reads back. */
export function fractionText(fraction: Fraction): string {
  const { numerator, denominator } = fraction;
  const decimal = String(fractionToNumber(fraction));
  const read = parseFraction(decimal);
  const isExact =
    read !== undefined && read.numerator * denominator === numerator * read.denominator;
  return isExact ? decimal : `${numerator}/${denominator}`;
}

function parseDecimal(text: string): Fraction | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, mantissa = '', exponentText = '0'] = match;
  const exponent = Number(exponentText);
  if (Math.abs(exponent) > EXPONENT_MAX) return undefined;
  const [whole = '', decimals = ''] = mantissa.split('.');
  const digits = BigInt(`${whole}${decimals}`) * (sign === '-' ? -1n : 1n);
  const power = exponent - decimals.length;
  return power >= 0
    ? { numerator: digits * 10n ** BigInt(power), denominator: 1n }
    : { numerator: digits, denominator: 10n ** BigInt(-power) };
}

function reduce({ numerator, denominator }: Fraction): Fraction {
  const sign = denominator < 0n ? -1n : 1n;
  const divisor = sign * greatestCommonDivisor(numerator, denominator);
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y > 0n) [x, y] = [y, x % y];
  return x;
}

function bitLength(value: bigint): number {
  return value.toString(2).length;
}
