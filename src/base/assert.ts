/**
 * Assertions: our own faults stop the process; what a peer sends is never a reason to throw.
 */

/** Thrown when a sentence that should hold does not: a bug in Assay, never a peer's doing. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/**
 * Stops if `condition` is false. On in production.
 * @param condition what must hold
 * @param sentence the invariant, as a sentence that should be true
 * @throws AssertionError when `condition` is false
 */
export function assert(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new AssertionError(`this should hold: ${sentence}`);
}

/**
 * Returns `value` unless it is `undefined`.
 * @param value what must be there
 * @param sentence the invariant, as a sentence that should be true
 * @throws AssertionError when `value` is `undefined`
 */
export function defined<T>(value: T | undefined, sentence: string): T {
  if (value === undefined) throw new AssertionError(`this should hold: ${sentence}`);
  return value;
}

/**
 * Ends a `switch` over a union: the compiler proves that no case was forgotten.
 * @param value of type `never` when all cases are handled
 * @throws AssertionError always
 */
export function unreachable(value: never): never {
  throw new AssertionError(`all cases are handled, but found ${JSON.stringify(value)}`);
}
