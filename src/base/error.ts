/**
 * Errors with a code: the world's faults and the user's, told once, with place and remedy.
 */

/** What a user is told: what is wrong, where, and how to mend it. */
export type ErrorDetail = {
  /** Stable, kebab-case, listed in the README of the layer that throws it; never reused. */
  readonly code: string;
  /** What is wrong, a sentence without a full stop. */
  readonly message: string;
  /** File, line, key or argument. */
  readonly where?: string;
  /** What to do about it. */
  readonly remedy?: string;
};

/** A fault of input or environment. Commands print it without a stack trace and exit with 2. */
export class AssayError extends Error {
  override readonly name: string = 'AssayError';
  readonly detail: ErrorDetail;

  constructor(detail: ErrorDetail, options?: { cause?: unknown }) {
    super(formatDetail(detail), options);
    this.detail = detail;
  }
}

/** Returns the one-paragraph text of `detail`: place, fault, remedy. */
export function formatDetail(detail: ErrorDetail): string {
  const where = detail.where === undefined ? '' : `${detail.where}: `;
  const remedy = detail.remedy === undefined ? '' : `\n  ${detail.remedy}`;
  return `${where}${detail.message}${remedy}`;
}
