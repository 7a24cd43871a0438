/**
 * Takes rounds from drand HTTP endpoints: the next one as soon as it is there, older ones on
 * request. Each is verified, so that a bad endpoint cannot hide what a good one would have said.
 *
 * When no round comes for a while, it says so, and says when one comes again. Nothing else follows
 * from a stall: a late beacon delays, there is no other randomness. [TIME-2]
 */
import { assert, round as brandRound, type Round } from '../../base/index.ts';
import type { Crypto } from '../../crypto/index.ts';
import type { BeaconMessage } from '../../wire/index.ts';
import type { BeaconFeed } from '../beacon-feed.ts';
import { type Clock, systemClock } from '../runner/index.ts';
import type { ChainDefinition } from './chain.ts';
import { type RoundAnswer, requestRound } from './http.ts';

/** Periods without a round after which the beacon is called stalled. */
const STALLED_PERIODS = 3;
/** A held request is answered within a period; the rest is for slow networks. */
const TIMEOUT_PERIODS = 2;
const TIMEOUT_MARGIN_MS = 5000;
const BACKOFF_MIN_MS = 250;
const BACKOFF_MAX_MS = 30_000;
/** How long to wait with a server that does not hold requests. */
const EARLY_RETRY_MIN_MS = 50;
const EARLY_RETRY_MAX_MS = 1000;

/** What operators want to know. */
export type BeaconReport =
  | {
      readonly kind: 'beacon-stalled';
      readonly next: number | undefined;
      readonly silentMs: number;
    }
  | { readonly kind: 'beacon-resumed'; readonly round: number }
  | {
      readonly kind: 'beacon-endpoint-failed';
      readonly endpoint: string;
      readonly reason: string;
    };

export type BeaconClientOptions = {
  /** Base URLs of one chain, such as `https://api.drand.sh/<chain hash>`. */
  readonly endpoints: readonly string[];
  readonly chain: ChainDefinition;
  readonly crypto: Pick<Crypto, 'verifyBeacon'>;
  readonly report: (report: BeaconReport) => void;
  readonly clock?: Clock;
};

type Endpoint = { readonly url: string; failures: number; readyAt: number };

export class BeaconClient implements BeaconFeed {
  readonly #options: BeaconClientOptions;
  readonly #clock: Clock;
  readonly #endpoints: readonly Endpoint[];
  readonly #stopped = new AbortController();
  readonly #requests = new Set<AbortController>();
  #next: number | undefined;
  /** Latest round that came another way. */
  #heard = 0;
  #lastRoundAt = 0;
  #isStalled = false;
  #isStarted = false;
  #cancelWatch: (() => void) | undefined;

  constructor(options: BeaconClientOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#endpoints = options.endpoints.map((url) => ({ url, failures: 0, readyAt: 0 }));
  }

  /** Whether no round came for several periods. */
  get isStalled(): boolean {
    return this.#isStalled;
  }

  /** Calls `onRound` for the latest round and each one after it, until `stop`. */
  start(onRound: (message: BeaconMessage) => void): void {
    assert(!this.#isStarted, 'a beacon client starts once');
    this.#isStarted = true;
    this.#lastRoundAt = this.#clock.now();
    this.#watch();
    if (this.#endpoints.length === 0) return;
    this.#follow(onRound).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.report({ kind: 'beacon-endpoint-failed', endpoint: 'all', reason });
    });
  }

  /** A round came another way, such as gossip: the chain is alive, whatever endpoints say. */
  heard(round: Round): void {
    if (round <= this.#heard) return;
    this.#heard = round;
    this.#alive(round);
  }

  /** The signature of a round, if an endpoint has it and it verifies. Does not reject. */
  async fetch(round: Round): Promise<Uint8Array | undefined> {
    for (const endpoint of this.#endpoints) {
      if (this.#stopped.signal.aborted) return undefined;
      const answer = await this.#ask(endpoint, round);
      if (answer.kind === 'round') return answer.signature;
    }
    return undefined;
  }

  /** Ends all requests. */
  stop(): void {
    this.#stopped.abort();
    for (const request of this.#requests) request.abort();
    this.#cancelWatch?.();
  }

  async #follow(onRound: (message: BeaconMessage) => void): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      const endpoint = this.#readiest();
      await this.#sleep(endpoint.readyAt - this.#clock.now());
      if (signal.aborted) return;
      const answer = await this.#ask(endpoint, this.#next);
      if (answer.kind === 'early') endpoint.readyAt = this.#clock.now() + this.#earlyRetryMs();
      if (answer.kind !== 'round' || signal.aborted) continue;
      if (this.#next !== undefined && answer.round < this.#next) continue;
      const round = brandRound(answer.round);
      this.#next = round + 1;
      this.#alive(round);
      onRound({ type: 'beacon', round, signature: answer.signature });
    }
  }

  /** Asks one endpoint, verifies what it says, and lets it rest for a while if that fails. */
  async #ask(endpoint: Endpoint, round: number | undefined): Promise<RoundAnswer> {
    const answer = this.#verified(await this.#request(endpoint, round));
    if (answer.kind !== 'failed') {
      endpoint.failures = 0;
      endpoint.readyAt = this.#clock.now();
      return answer;
    }
    if (this.#stopped.signal.aborted) return answer;
    const backoffMs = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** endpoint.failures);
    endpoint.failures += 1;
    endpoint.readyAt = this.#clock.now() + backoffMs;
    const { reason } = answer;
    this.#options.report({ kind: 'beacon-endpoint-failed', endpoint: endpoint.url, reason });
    return answer;
  }

  async #request({ url }: Endpoint, round: number | undefined): Promise<RoundAnswer> {
    const request = new AbortController();
    const timeoutMs = TIMEOUT_PERIODS * this.#options.chain.periodMs + TIMEOUT_MARGIN_MS;
    const cancel = this.#clock.after(timeoutMs, () => request.abort(new Error('timed out')));
    this.#requests.add(request);
    const answer = await requestRound(url, round, request.signal);
    this.#requests.delete(request);
    cancel();
    return answer;
  }

  /** [TIME-1] A round counts only if the chain signed it. */
  #verified(answer: RoundAnswer): RoundAnswer {
    if (answer.kind !== 'round') return answer;
    const { crypto, chain } = this.#options;
    const value = crypto.verifyBeacon(chain.chainKey, answer.round, answer.signature);
    return value === undefined ? { kind: 'failed', reason: 'not signed by the chain' } : answer;
  }

  /** The endpoint that may be asked first; among equals the one that failed least. */
  #readiest(): Endpoint {
    const now = this.#clock.now();
    const readyAt = (endpoint: Endpoint) => Math.max(now, endpoint.readyAt);
    const [best] = [...this.#endpoints].sort(
      (a, b) => readyAt(a) - readyAt(b) || a.failures - b.failures,
    );
    assert(best !== undefined, 'a client that follows has an endpoint');
    return best;
  }

  #earlyRetryMs(): number {
    const quarter = this.#options.chain.periodMs / 4;
    return Math.min(EARLY_RETRY_MAX_MS, Math.max(EARLY_RETRY_MIN_MS, quarter));
  }

  #alive(round: number): void {
    this.#lastRoundAt = this.#clock.now();
    if (this.#isStalled) this.#options.report({ kind: 'beacon-resumed', round });
    this.#isStalled = false;
    this.#watch();
  }

  /** Looks again when the next round is overdue by several periods; not before the genesis. */
  #watch(): void {
    this.#cancelWatch?.();
    if (!this.#isStarted || this.#stopped.signal.aborted) return;
    const { genesisMs, periodMs } = this.#options.chain;
    const genesis = genesisMs - this.#clock.wallOffsetMs();
    const from = Math.max(this.#lastRoundAt, genesis - periodMs);
    const stalledAt = from + (1 + STALLED_PERIODS) * periodMs;
    this.#cancelWatch = this.#clock.after(stalledAt - this.#clock.now(), () => {
      this.#isStalled = true;
      const silentMs = Math.round(this.#clock.now() - from);
      this.#options.report({ kind: 'beacon-stalled', next: this.#next, silentMs });
    });
  }

  #sleep(delayMs: number): Promise<void> {
    if (delayMs <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const { signal } = this.#stopped;
      const done = () => {
        cancel();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const cancel = this.#clock.after(delayMs, done);
      signal.addEventListener('abort', done);
    });
  }
}
