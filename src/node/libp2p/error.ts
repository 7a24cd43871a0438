/** Faults of the network, for whoever called the host. Codes are listed in the README. */
import { AssayError, type ErrorDetail } from '../../base/index.ts';

/** Every code that a host throws. */
export type HostErrorCode =
  | 'address-invalid'
  | 'listen-failed'
  | 'peer-refused'
  | 'peer-unreachable'
  | 'settings-not-in-force'
  | 'stream-aborted'
  | 'stream-frame-too-large'
  | 'stream-idle'
  | 'stream-timeout'
  | 'stream-truncated';

/** The network or a peer did not do what was asked. */
export class HostError extends AssayError {
  override readonly name = 'HostError';
  readonly code: HostErrorCode;

  constructor(detail: ErrorDetail & { code: HostErrorCode }, options?: { cause?: unknown }) {
    super(detail, options);
    this.code = detail.code;
  }
}

/** Returns the error of a host that cannot listen. */
export function listenFailed(listen: readonly string[], cause: unknown): HostError {
  const text = cause instanceof Error ? cause.message : String(cause);
  const [message = text] = /listen E[A-Z]+[^\n]*/.exec(text) ?? [];
  const remedy = 'free the port or choose another one; port 0 takes any';
  const where = listen.join(', ');
  return new HostError({ code: 'listen-failed', where, message, remedy }, { cause });
}
