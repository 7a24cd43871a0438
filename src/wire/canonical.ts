/**
 * Canonical dag-cbor of plain values, for everything that is hashed or signed but not sent: inputs
 * of the PRF, commitments, hashes of sets and parameters.
 */
import { assert } from '../base/index.ts';
import { encodeData } from './data.ts';

/**
 * Text, integers, booleans, bytes, and lists and maps of them. Content ids are given as text. No
 * floating-point numbers: nothing that is signed depends on how one is rounded or printed.
 */
export type CanonicalValue =
  | string
  | number
  | bigint
  | boolean
  | Uint8Array
  | readonly CanonicalValue[]
  | { readonly [key: string]: CanonicalValue };

/**
 * Returns the one dag-cbor encoding of `value`. An integer gives the same bytes as `number` and as
 * `bigint`.
 * @throws AssertionError when a number is no safe integer, a bigint does not fit into 64 bits, a
 *   text is no well-formed Unicode, or something is of another type
 */
export function encodeCanonical(value: CanonicalValue): Uint8Array {
  assertCanonical(value);
  return encodeData(value);
}

function assertCanonical(value: CanonicalValue): void {
  switch (typeof value) {
    case 'string':
      assert(value.isWellFormed(), 'a canonical text has no lone surrogates');
      return;
    case 'number':
      assert(Number.isSafeInteger(value) && !Object.is(value, -0), 'a number is a safe integer');
      return;
    case 'bigint':
      assert(value >= -(2n ** 64n) && value < 2n ** 64n, 'a bigint fits into 64 bits');
      return;
    case 'boolean':
      return;
    default:
      assertCanonicalObject(value);
  }
}

function assertCanonicalObject(value: Exclude<CanonicalValue, string | number | boolean>): void {
  assert(typeof value === 'object' && value !== null, 'a canonical value is never undefined');
  if (value instanceof Uint8Array) return;
  if (Array.isArray(value)) {
    for (const item of value) assertCanonical(item);
    return;
  }
  assert(Object.getPrototypeOf(value) === Object.prototype, 'a canonical map is a plain object');
  for (const [key, item] of Object.entries(value)) {
    assert(key.isWellFormed(), 'a canonical key has no lone surrogates');
    assertCanonical(item);
  }
}
