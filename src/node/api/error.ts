/** Errors of the HTTP API, and which status each error of a node has there. */
import { AssayError, type ErrorDetail } from '../../base/index.ts';

/** Codes are listed in the README of this folder. */
export class ApiError extends AssayError {
  override readonly name = 'ApiError';
}

/** What a client gets that is refused. */
export type Problem = {
  readonly status: number;
  readonly body: { readonly code: string; readonly message: string; readonly remedy: string };
};

/** Status by code; codes that are not listed here are 400. */
const STATUS: Readonly<Record<string, number>> = {
  'token-missing': 401,
  'host-refused': 403,
  'origin-refused': 403,
  'token-needed': 403,
  'request-signature': 403,
  'claim-unknown': 404,
  'model-unknown': 404,
  'unknown-model': 404,
  'not-yet': 404,
  'no-receipt': 404,
  'route-unknown': 404,
  'file-unknown': 404,
  'leaf-unknown': 404,
  'not-recorded': 404,
  'not-live': 404,
  'body-too-large': 413,
  'input-too-large': 413,
  'content-type': 415,
  'execution-failed': 422,
  'rate-limited': 429,
  busy: 503,
  'no-beacon': 503,
  'batch-signed': 503,
  'batch-full': 503,
  'stake-exhausted': 503,
  'guard-renewed': 503,
  stopping: 503,
  'model-missing': 503,
  'not-ready': 503,
  'page-missing': 503,
  'viewers-full': 503,
};
/** What the client can do, where the error itself does not say. */
const REMEDY: Readonly<Record<string, string>> = {
  'input-too-large': 'Send a smaller input; `/v1/models` tells how large it may be.',
  'request-signature': 'Sign the bytes that the README of the API describes.',
  'input-mismatch': 'Name the input that `/v1/inputs` gives for these values.',
  'unknown-class': 'Name an assurance class that `/v1/provider` lists.',
  'unknown-model': 'Name a model that `/v1/models` lists.',
  'model-unknown': 'Name a model that `/v1/models` lists.',
  'execution-failed': 'Check the input; the message says what the model made of it.',
};
/** Codes that a client should try again after a second. */
const UNAVAILABLE = 503;
/** Codes of the framework. */
const FRAMEWORK: Readonly<Record<string, Omit<ErrorDetail, 'message'>>> = {
  FST_ERR_VALIDATION: {
    code: 'request-invalid',
    remedy: 'Compare the request with `/openapi.json`.',
  },
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'body-too-large', remedy: 'Send a smaller input.' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'content-type',
    remedy: 'Send JSON, with `content-type: application/json`.',
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: { code: 'request-invalid', remedy: 'Send a JSON object.' },
  FST_ERR_CTP_INVALID_JSON_BODY: { code: 'request-invalid', remedy: 'Send valid JSON.' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: 'request-invalid',
    remedy: 'Send as many bytes as `content-length` says.',
  },
};

/** Returns what is answered to a client, or `undefined` for a fault of ours. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof AssayError) return problem(error.detail);
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error ? String(error.code) : '';
  const known = FRAMEWORK[code];
  if (known !== undefined) return problem({ ...known, message: error.message });
  const status = 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status < 400 || status >= 500) return undefined;
  return problem({ code: 'request-invalid', message: error.message });
}

/** Returns the answer for an error with a code. */
export function problem({ code, message, remedy }: ErrorDetail): Problem {
  const status = STATUS[code] ?? 400;
  const known = remedy ?? REMEDY[code];
  const otherwise = status === UNAVAILABLE ? 'Try again in a second.' : 'See `/openapi.json`.';
  return { status, body: { code, message, remedy: known ?? otherwise } };
}
