/**
 * How a command that failed ends: one clear message with place and remedy, and an exit code.
 *
 * 1: what was to be verified is not valid. 2: input or environment, the user can mend it. 70: a
 * fault in Assay. 130: stopped by the user.
 */
import { AssayError } from '../base/index.ts';
import { wrapText } from './text.ts';

/** All went well. */
export const EXIT_OK = 0;
/** What was to be verified is not valid. */
export const EXIT_NOT_VALID = 1;
/** Input or environment: the user can mend it. */
export const EXIT_INPUT = 2;
/** A fault in Assay. */
export const EXIT_BUG = 70;
/** Stopped by the user. */
export const EXIT_INTERRUPTED = 130;

/** Ctrl-C while a passphrase is asked for: the terminal hands it over as a key. */
const PROMPT_ENDED = 'passphrase-interrupted';

/** What a command was asked to verify is not valid: it did its work, and the answer is no. */
export class NotValidError extends AssayError {
  override readonly name = 'NotValidError';
  readonly exitCode = EXIT_NOT_VALID;
}

/** What is printed, and what the process ends with. */
export type Failure = { readonly text: string; readonly exitCode: number };

/**
 * Returns message and exit code for what a command threw.
 * @param options.isVerbose whether to add the stack trace and the causes
 */
export function describeFailure(error: unknown, options: { readonly isVerbose: boolean }): Failure {
  const trace = options.isVerbose ? `${traceOf(error)}\n` : '';
  if (isAssayError(error) || isSystemError(error)) {
    return { text: `${wrapped(`assay: ${error.message}`)}\n${trace}`, exitCode: exitCodeOf(error) };
  }
  const hint = options.isVerbose ? '' : ' Run again with --verbose for its trace.';
  const text = `assay: ${messageOf(error)}\n  This is a bug in Assay, not in your input.${hint}\n`;
  return { text: text + trace, exitCode: EXIT_BUG };
}

/** Long lines are broken, their continuation indented like themselves. */
function wrapped(text: string): string {
  return text.split('\n').flatMap(wrappedLine).join('\n');
}

function wrappedLine(line: string): readonly string[] {
  const content = line.trimStart();
  return wrapText(content, { indent: line.length - content.length });
}

function exitCodeOf(error: Error): number {
  if (isNotValid(error)) return EXIT_NOT_VALID;
  return isAssayError(error) && error.detail.code === PROMPT_ENDED ? EXIT_INTERRUPTED : EXIT_INPUT;
}

function isNotValid(error: Error): boolean {
  return 'exitCode' in error && error.exitCode === EXIT_NOT_VALID;
}

/** Told by its shape: a handler that is loaded later may come with a class of its own. */
function isAssayError(error: unknown): error is AssayError {
  return (
    error instanceof Error &&
    'detail' in error &&
    typeof error.detail === 'object' &&
    error.detail !== null &&
    'code' in error.detail
  );
}

/** An error of the operating system: a full disk, a folder that may not be written. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error && 'errno' in error;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const stack = error.stack ?? messageOf(error);
  return error.cause === undefined ? stack : `${stack}\ncaused by ${traceOf(error.cause)}`;
}
