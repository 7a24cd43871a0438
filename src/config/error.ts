/** What is wrong with a configuration: all of it at once, each with its place and a remedy. */
import type { ErrorDetail } from '../base/index.ts';
import { AssayError, formatDetail } from '../base/index.ts';

/** A configuration that cannot be used. `problems` holds every fault that was found. */
export class ConfigError extends AssayError {
  override readonly name = 'ConfigError';
  readonly problems: readonly ErrorDetail[];

  /**
   * @param source file name, as the user gave it
   * @param problems at least one
   */
  constructor(source: string, problems: readonly ErrorDetail[], options?: { cause?: unknown }) {
    super(summarize(source, problems), options);
    this.problems = problems;
  }
}

function summarize(source: string, problems: readonly ErrorDetail[]): ErrorDetail {
  const [first, ...more] = problems;
  if (first !== undefined && more.length === 0) return first;
  const listed = problems.map((problem) => formatDetail(problem).replaceAll('\n', '\n  '));
  return {
    code: 'config-invalid',
    message: `${problems.length} faults`,
    where: source,
    remedy: listed.join('\n  '),
  };
}
