/**
 * One bounded HTTP request, and drand's answer to it, read strictly: a server is a stranger.
 */
import { fromHex } from '../../base/index.ts';

/** A round takes 300 bytes; other fields of drand's answer are allowed and ignored. */
const BODY_BYTES_MAX = 4096;
const SIGNATURE_DIGITS = 96;

/** What an endpoint answered. */
export type RoundAnswer =
  | { readonly kind: 'round'; readonly round: number; readonly signature: Uint8Array }
  /** The round is not there yet. */
  | { readonly kind: 'early' }
  | { readonly kind: 'failed'; readonly reason: string };

/**
 * Asks an endpoint for a round. Does not reject.
 * @param endpoint base URL of one chain
 * @param round the latest, if absent
 */
export async function requestRound(
  endpoint: string,
  round: number | undefined,
  signal: AbortSignal,
): Promise<RoundAnswer> {
  try {
    const url = `${endpoint.replace(/\/+$/, '')}/public/${round ?? 'latest'}`;
    const response = await fetch(url, { signal, redirect: 'error' });
    if (response.status === 404 || response.status === 425) {
      await response.body?.cancel();
      return { kind: 'early' };
    }
    if (response.status !== 200) {
      await response.body?.cancel();
      return { kind: 'failed', reason: `status ${response.status}` };
    }
    const body = await readBounded(response);
    return body === undefined ? tooLong : parseRound(body, round);
  } catch (error) {
    return { kind: 'failed', reason: reasonOf(error) };
  }
}

const tooLong: RoundAnswer = { kind: 'failed', reason: 'the answer is too long' };

async function readBounded(response: Response): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    if (!(chunk instanceof Uint8Array)) return undefined;
    size += chunk.length;
    if (size > BODY_BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Reads `{ round, signature }`; the round must be the one that was asked for. */
export function parseRound(body: Uint8Array, asked: number | undefined): RoundAnswer {
  const malformed: RoundAnswer = { kind: 'failed', reason: 'the answer is no beacon' };
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return malformed;
  }
  if (typeof json !== 'object' || json === null) return malformed;
  if (!('round' in json) || !('signature' in json)) return malformed;
  const { round, signature: text } = json;
  if (typeof round !== 'number' || !Number.isSafeInteger(round) || round < 1) return malformed;
  if (typeof text !== 'string' || text.length !== SIGNATURE_DIGITS) return malformed;
  const signature = fromHex(text);
  if (signature === undefined) return malformed;
  if (asked !== undefined && asked !== round) {
    return { kind: 'failed', reason: `round ${round} came for round ${asked}` };
  }
  return { kind: 'round', round, signature };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.message;
}
