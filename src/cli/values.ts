/**
 * Reads the numbers of a command line exactly, and says which option is wrong.
 *
 * The parser hands over text: `1/3` must stay a fraction and `abc` must not become NaN.
 */
import type { Fraction, Stake } from '../base/index.ts';
import { AssayError, fractionToNumber, parseFraction, stake } from '../base/index.ts';

/** Returns the value of an option as an exact fraction. @throws AssayError not-a-number */
export function readFraction(value: string, option: string): Fraction {
  const fraction = parseFraction(value);
  if (fraction !== undefined) return fraction;
  throw new AssayError({
    code: 'not-a-number',
    message: `${JSON.stringify(value)} is not a number`,
    where: option,
    remedy: 'Write a number such as 64, 0.25, 1e-9 or 1/3.',
  });
}

/** Returns the value of an option as a number. @throws AssayError not-a-number */
export function readNumber(value: string, option: string): number {
  return fractionToNumber(readFraction(value, option));
}

/** Returns the value of an option that is above 0. @throws AssayError not-a-number, not-positive */
export function readPositive(value: string, option: string): number {
  const number = readNumber(value, option);
  if (number > 0) return number;
  throw new AssayError({
    code: 'not-positive',
    message: `must be more than 0, found ${value}`,
    where: option,
    remedy: 'Give a number above 0, or leave it out.',
  });
}

/** Decimal digits of an amount: as many as a network file takes. */
const STAKE_DIGITS_MAX = 20;

/** Returns an amount of stake. @throws AssayError not-an-amount */
export function readStake(text: string, option: string): Stake {
  const digits = text.replaceAll(/[,_]/g, '');
  if (/^\d+$/.test(digits) && digits.length <= STAKE_DIGITS_MAX) return stake(BigInt(digits));
  throw new AssayError({
    code: 'not-an-amount',
    message: `${JSON.stringify(text)} is no amount of stake`,
    where: option,
    remedy: 'Write a whole number, e.g. 1000000 or 1,000,000.',
  });
}
