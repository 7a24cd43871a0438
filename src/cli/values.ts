/**
 * Reads the numbers of a command line exactly, and says which option is wrong.
 *
 * The parser hands over text: `1/3` must stay a fraction and `abc` must not become NaN.
 */
import type { Fraction } from '../base/index.ts';
import { AssayError, fractionToNumber, parseFraction } from '../base/index.ts';

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
