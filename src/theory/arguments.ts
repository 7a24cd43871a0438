/**
 * Reads the arguments of the closed forms: shares as fractions or doubles, counts as integers.
 *
 * A share is split into itself and its rest before anything is rounded: for 1/3 both 1/3 and 2/3
 * are the nearest doubles, which 1 − 0.333… is not.
 */
import type { Fraction } from '../base/index.ts';
import { assert, fractionText, fractionToNumber } from '../base/index.ts';
import { TheoryError } from './error.ts';

/** A probability or a share, 0..1. Fractions are used as they are, without rounding them first. */
export type Share = Fraction | number;

/** A share and what is left of 1, each the nearest double. */
export type Split = { readonly share: number; readonly rest: number };

/** Most seats or trials that a sum over them is made for. */
export const COUNT_MAX = 1_000_000_000;

/**
 * Splits a share of 1.
 * @param argument its name, for the error
 * @throws TheoryError argument-out-of-range unless the share is from 0 to 1
 */
export function split(share: Share, argument: string): Split {
  if (typeof share === 'number') {
    requireThat(share >= 0 && share <= 1, argument, 'must be a share from 0 to 1', share);
    return { share, rest: 1 - share };
  }
  const { numerator, denominator } = share;
  assert(denominator > 0n, 'the denominator of a fraction is positive');
  const inRange = numerator >= 0n && numerator <= denominator;
  requireThat(inRange, argument, 'must be a share from 0 to 1', fractionText(share));
  return {
    share: fractionToNumber(share),
    rest: fractionToNumber({ numerator: denominator - numerator, denominator }),
  };
}

/** @throws TheoryError argument-out-of-range unless `value` is an integer from `min` to `max` */
export function requireCount(
  value: number,
  argument: string,
  { min, max = COUNT_MAX }: { readonly min: number; readonly max?: number },
): void {
  const inRange = Number.isSafeInteger(value) && value >= min && value <= max;
  requireThat(inRange, argument, `must be a whole number from ${min} to ${max}`, value);
}

/** @throws TheoryError argument-out-of-range unless `value` is finite and at least 0 */
export function requireAmount(value: number, argument: string): void {
  requireThat(Number.isFinite(value) && value >= 0, argument, 'must be 0 or more', value);
}

/** @throws TheoryError argument-out-of-range unless `value` is between 0 and 1, ends excluded */
export function requireConfidence(value: number): void {
  requireThat(value > 0 && value < 1, 'confidence', 'must be between 0 and 1', value);
}

function requireThat(
  holds: boolean,
  argument: string,
  demand: string,
  found: number | string,
): asserts holds {
  if (!holds) throw new TheoryError(argument, `${demand}, found ${found}`);
}
