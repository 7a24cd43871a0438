/**
 * Who may ask: on loopback whoever is on this machine, but no web page in a browser of this
 * machine; elsewhere whoever has the token.
 *
 * A page of a stranger can make a browser send requests to loopback, also under its own name (DNS
 * rebinding). The header `Host` then carries that name, `Origin` the page, and both are refused.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { BoundedCache } from '../execution/index.ts';

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** Tells whether a host to listen on is reached from this machine only. */
export function isLoopback(host: string): boolean {
  return LOOPBACK_NAMES.includes(host) || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * Tells whether the name in a `Host` header is one of this machine's loopback.
 * @param own what the server listens on
 */
export function isHostAllowed(header: string | undefined, own: string): boolean {
  if (header === undefined) return false;
  const name = header.toLowerCase().replace(/:\d{1,5}$/, '');
  return LOOPBACK_NAMES.includes(name) || name === own.toLowerCase();
}

/** Tells whether an `Origin` header, if there is one, names this server. */
export function isOriginAllowed(header: string | undefined, own: string): boolean {
  if (header === undefined) return true;
  const [, host] = /^https?:\/\/([^/]+)$/.exec(header) ?? [];
  return isHostAllowed(host, own);
}

/** Tells whether an `Authorization` header carries the token; takes the same time for all. */
export function isTokenRight(header: string | undefined, token: string): boolean {
  const [, given = ''] = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(header ?? '') ?? [];
  return timingSafeEqual(hash(given), hash(token));
}

function hash(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}

/** How often one remote address may ask. */
export type RateLimit = {
  /** Requests per second in the long run, above 0. */
  readonly perSecond: number;
  /** Requests at once, at least 1. */
  readonly burst: number;
};

/** Addresses remembered; who is forgotten begins with a full bucket. */
const ADDRESSES_MAX = 4096;

/** A bucket of tokens for each remote address. */
export class RateLimiter {
  readonly #limit: RateLimit;
  readonly #buckets = new BoundedCache<{ tokens: number; at: number }>(ADDRESSES_MAX);

  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  /**
   * Takes a token for `address`.
   * @param nowMs monotonic
   * @returns 0, or in how many ms there will be one
   */
  take(address: string, nowMs: number): number {
    const { perSecond, burst } = this.#limit;
    const bucket = this.#buckets.get(address) ?? { tokens: burst, at: nowMs };
    const gained = ((nowMs - bucket.at) / 1000) * perSecond;
    const tokens = Math.min(burst, bucket.tokens + gained);
    const isEnough = tokens >= 1;
    this.#buckets.set(address, { tokens: isEnough ? tokens - 1 : tokens, at: nowMs }, 1);
    return isEnough ? 0 : Math.ceil(((1 - tokens) / perSecond) * 1000);
  }
}
