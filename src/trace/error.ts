/** Errors of this layer: traces that cannot be read. */
import { AssayError } from '../base/index.ts';

/** Codes: `trace-format`, `trace-record`, `trace-empty`; see the README of this folder. */
export class TraceError extends AssayError {
  override readonly name = 'TraceError';
}
