/** Where a server of a node listens, and the token without which it is loopback only. */
import { isLoopback } from './access.ts';
import { ApiError } from './error.ts';

/** Where a server listens. */
export type ListenAt = {
  /** Address to listen on; another than loopback only with a token. */
  readonly host: string;
  /** 0 for any. */
  readonly port: number;
  /** Whoever asks must give it: `Authorization: Bearer <token>`. 16 .. 512 printable characters. */
  readonly token?: string;
};

/** Characters of the shortest token; the pattern repeats it. */
const TOKEN_CHARACTERS_MIN = 16;

/** @throws ApiError api-token-required, api-token-weak */
export function checkListenAt({ host, token }: ListenAt): void {
  if (token === undefined && !isLoopback(host)) {
    throw new ApiError({
      code: 'api-token-required',
      message: 'without a token this listens on loopback only',
      where: host,
      remedy: 'Give a token with --api-token-file, or listen on 127.0.0.1.',
    });
  }
  if (token !== undefined && !/^[\x21-\x7e]{16,512}$/.test(token)) {
    throw new ApiError({
      code: 'api-token-weak',
      message: `a token has ${TOKEN_CHARACTERS_MIN} to 512 printable characters and no spaces`,
      remedy: 'Make one: `openssl rand -hex 32`.',
    });
  }
}

/** Returns the error of a server whose port is taken or not allowed. */
export function cannotListen(
  what: 'API' | 'metrics',
  { host, port }: ListenAt,
  cause: unknown,
): ApiError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const detail = {
    code: what === 'API' ? 'api-port' : 'metrics-port',
    message: `the ${what} cannot listen: ${reason}`,
    where: `${host}:${port}`,
    remedy: `Give another port with --${what.toLowerCase()}.`,
  };
  return new ApiError(detail, { cause });
}
