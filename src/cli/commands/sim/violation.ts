/** How a run ends that broke a promise of the protocol: the result of interest, not bad input. */

/** Exit code. */
export const EXIT_VIOLATION = 3;

/** Code of the error. */
export const VIOLATION_CODE = 'invariant-violated';

/** Told by its code: a handler that is loaded later may come with error classes of its own. */
export function isViolation(error: unknown): boolean {
  if (!(error instanceof Error) || !('detail' in error)) return false;
  const { detail } = error;
  return (
    typeof detail === 'object' &&
    detail !== null &&
    'code' in detail &&
    detail.code === VIOLATION_CODE
  );
}
