/**
 * A devnet beacon: one process that signs a chain of the drand scheme and serves it with drand's
 * HTTP API. Whoever holds the seed knows all rounds: for devnets only.
 *
 * `/info`, `/public/latest`, `/public/{round}`, each also below `/{chain hash}`. A request for the
 * next round is held until it is there, so that clients have it at once without asking again.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { sha256, toHex } from '../../base/index.ts';
import { type BeaconSource, createBeaconSource } from '../../crypto/index.ts';
import { type Clock, systemClock } from '../runner/index.ts';
import { type ChainDefinition, type ChainInfo, chainInfoOf, dueAt, roundAt } from './chain.ts';
import { BeaconError } from './error.ts';

/** Requests that wait for the next round; one for each node of a large testnet. */
const WAITING_MAX = 1024;
const CONNECTIONS_MAX = 2048;
/** Rounds whose signatures are kept: one costs 3 ms. */
const KEPT_ROUNDS = 256;
/** A round that is due later than this many periods is not waited for. */
const HELD_PERIODS_MAX = 2;
const REQUEST_TIMEOUT_MS = 10_000;

export type BeaconServerOptions = {
  /** 32 secret bytes. */
  readonly seed: Uint8Array;
  readonly periodMs: number;
  /** Time of round 1, Unix ms. */
  readonly genesisMs: number;
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port?: number;
  readonly clock?: Clock;
};

/** A running beacon. */
export type BeaconServer = {
  readonly info: ChainInfo;
  /** Base URL for clients, with the hash of the chain. */
  readonly url: string;
  readonly port: number;
  /** Ends all requests and frees the port. */
  close(): Promise<void>;
};

/**
 * Starts a beacon.
 * @throws BeaconError beacon-port
 */
export async function startBeaconServer(options: BeaconServerOptions): Promise<BeaconServer> {
  const { host = '127.0.0.1', port = 0, clock = systemClock } = options;
  const source = createBeaconSource(options.seed);
  const { genesisMs, periodMs } = options;
  const chain = { chainKey: source.chainKey, genesisMs, periodMs };
  const service = new BeaconService(source, chain, clock);
  const server = createServer((request, response) => service.answer(request, response));
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.maxConnections = CONNECTIONS_MAX;
  const actualPort = await listen(server, host, port);
  const info = chainInfoOf(chain);
  return {
    info,
    url: `http://${host}:${actualPort}/${info.hash}`,
    port: actualPort,
    close: () => {
      service.stop();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const code = 'code' in cause ? String(cause.code) : cause.message;
      const detail = {
        code: 'beacon-port',
        message: `cannot listen (${code})`,
        where: `${host}:${port}`,
        remedy: 'Choose another port with --port; 0 takes a free one.',
      };
      reject(new BeaconError(detail, { cause }));
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Answers requests of one chain. */
class BeaconService {
  readonly #source: BeaconSource;
  readonly #chain: ChainDefinition;
  readonly #clock: Clock;
  readonly #info: ChainInfo;
  readonly #signed = new Map<number, string>();
  readonly #waiting = new Map<ServerResponse, number>();
  #cancelTimer: (() => void) | undefined;

  constructor(source: BeaconSource, chain: ChainDefinition, clock: Clock) {
    this.#source = source;
    this.#chain = chain;
    this.#clock = clock;
    this.#info = chainInfoOf(chain);
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    if (request.method !== 'GET') return send(response, 405, { error: 'only GET is served' });
    const [path = ''] = (request.url ?? '').split('?');
    const prefix = `/${this.#info.hash}/`;
    const rest = path.startsWith(prefix) ? path.slice(prefix.length) : path.slice(1);
    if (rest === 'info') return send(response, 200, this.#info);
    const [, word] = /^public\/(latest|[1-9]\d{0,14})$/.exec(rest) ?? [];
    if (word === undefined) return send(response, 404, { error: 'there is no such thing' });
    this.#answerRound(response, word === 'latest' ? undefined : Number(word));
  }

  stop(): void {
    this.#cancelTimer?.();
    for (const response of this.#waiting.keys()) response.destroy();
    this.#waiting.clear();
  }

  #answerRound(response: ServerResponse, asked: number | undefined): void {
    const latest = this.#latest();
    if (asked === undefined && latest === 0) return send(response, 425, TOO_EARLY);
    const round = asked ?? latest;
    if (round <= latest) return this.#send(response, round);
    if (round > latest + 1 || this.#untilDue(round) > HELD_PERIODS_MAX * this.#chain.periodMs) {
      return send(response, 425, TOO_EARLY);
    }
    if (this.#waiting.size >= WAITING_MAX) return send(response, 503, { error: 'too many wait' });
    this.#waiting.set(response, round);
    response.once('close', () => this.#waiting.delete(response));
    this.#cancelTimer ??= this.#clock.after(this.#untilDue(round), () => this.#release());
  }

  /** Answers those whose round is there; timers may come early, so it looks again. */
  #release(): void {
    this.#cancelTimer = undefined;
    const latest = this.#latest();
    for (const [response, round] of this.#waiting) {
      if (round > latest) continue;
      this.#waiting.delete(response);
      this.#send(response, round);
    }
    const [next] = this.#waiting.values();
    if (next === undefined) return;
    this.#cancelTimer = this.#clock.after(this.#untilDue(next), () => this.#release());
  }

  #send(response: ServerResponse, round: number): void {
    const signature = this.#signatureOf(round);
    const randomness = toHex(sha256(Buffer.from(signature, 'hex')));
    send(response, 200, { round, randomness, signature });
  }

  #signatureOf(round: number): string {
    const known = this.#signed.get(round);
    if (known !== undefined) return known;
    const signature = toHex(this.#source.sign(round));
    if (this.#signed.size >= KEPT_ROUNDS) {
      const [oldest] = this.#signed.keys();
      if (oldest !== undefined) this.#signed.delete(oldest);
    }
    this.#signed.set(round, signature);
    return signature;
  }

  #latest(): number {
    return roundAt(this.#chain, this.#wallMs());
  }

  #untilDue(round: number): number {
    return Math.max(0, Math.ceil(dueAt(this.#chain, round) - this.#wallMs()));
  }

  #wallMs(): number {
    return this.#clock.now() + this.#clock.wallOffsetMs();
  }
}

const TOO_EARLY = { error: 'this round is not there yet' };

function send(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
