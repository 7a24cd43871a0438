/** A value that does not show itself: not in logs, error messages, JSON, nor a debugger's print. */
import { inspect } from 'node:util';

const REDACTED = '[redacted]';

/** Holds a secret; only `reveal` gives it away. */
export class Secret<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** Returns the secret itself, for the one who uses it now. */
  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}
