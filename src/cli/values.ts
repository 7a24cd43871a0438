/**
 * Reads the numbers of a command line exactly, and says which option is wrong.
 *
 * The parser hands over text: `1/3` must stay a fraction and `abc` must not become NaN.
 */
import type { Fraction } from '../base/index.ts';
import { AssayError, fractionToNumber, parseFraction } from '../base/index.ts';

/** Returns the value of an option as an exact fraction. @throws AssayError not-a-number */
export function readFraction(value: string, option: string): Fraction {
  const text = readOnce(value, option);
  const fraction = parseFraction(text);
  if (fraction !== undefined) return fraction;
  throw new AssayError({
    code: 'not-a-number',
    message: `${JSON.stringify(text)} is not a number`,
    where: option,
    remedy: 'Write a number such as 64, 0.25, 1e-9 or 1/3.',
  });
}

/** Returns the value of an option as a number. @throws AssayError not-a-number */
export function readNumber(value: string, option: string): number {
  return fractionToNumber(readFraction(value, option));
}

/** An option that is given twice arrives as a list, whatever its declared type. */
function readOnce(value: string | readonly string[], option: string): string {
  if (typeof value === 'string') return value;
  throw new AssayError({
    code: 'option-repeated',
    message: `given ${value.length} times`,
    where: option,
    remedy: 'Give it once.',
  });
}
