/** What is wrong with a network file that is well-formed: all of it at once. */
import type { ErrorDetail } from '../base/index.ts';
import { AssayError, formatDetail } from '../base/index.ts';

/** A network file that must not be used, or could not be written. */
export class NetworkFileError extends AssayError {
  override readonly name = 'NetworkFileError';
  /** Every fault that was found, at least one. */
  readonly problems: readonly ErrorDetail[];

  /** @param path file name, as the user gave it */
  constructor(path: string, problems: readonly ErrorDetail[], options?: { cause?: unknown }) {
    super(summarize(path, problems), options);
    this.problems = problems;
  }
}

function summarize(path: string, problems: readonly ErrorDetail[]): ErrorDetail {
  const [first, ...more] = problems;
  if (first !== undefined && more.length === 0) return first;
  return {
    code: 'network-file-invalid',
    message: `${problems.length} faults`,
    where: path,
    remedy: problems.map((each) => formatDetail(each).replaceAll('\n', '\n  ')).join('\n  '),
  };
}
