/** What the closed forms refuse: arguments for which there is no answer. */
import { AssayError } from '../base/index.ts';

/** An argument out of its range; `detail.where` is the name of the argument. */
export class TheoryError extends AssayError {
  override readonly name = 'TheoryError';

  constructor(argument: string, message: string, remedy?: string) {
    const detail = { code: 'argument-out-of-range', message, where: argument };
    super(remedy === undefined ? detail : { ...detail, remedy });
  }
}
