/**
 * Records of a live trace as server-sent events: first what is needed to understand the rest, then
 * what is in the ring, then what comes. Who comes back says what it had and goes on from there.
 *
 * A client is written to as fast as it reads: what it has not read stays in the ring, which all
 * clients share. Who falls behind the ring is dropped, and may come back and begin anew.
 */
import type { Writable } from 'node:stream';
import type { RecordRing, Sequence } from '../explorer/index.ts';

/** Between two looks at the ring. */
const PERIOD_MS = 100;
/** Between two signs of life. */
const HEARTBEAT_MS = 15_000;
/** Records of one event. */
const EVENT_RECORDS = 400;
/** Bytes that may wait for a client; then it has to read first. */
const WAITING_BYTES_MAX = 256 * 1024;
/** A client that reads nothing for so long is gone. */
const STALLED_MS = 30_000;
/** Clients at a time. */
const CLIENTS_MAX = 32;

type Client = {
  readonly response: Writable;
  /** What is still to be sent before the ring. */
  preface: readonly string[];
  /** Next record of the ring. */
  at: Sequence;
  /** Before this one, what the preface has is left out. */
  readonly newFrom: Sequence;
  lastWroteAt: number;
  lastDrainedAt: number;
};

export class LiveFeed {
  readonly #ring: RecordRing;
  readonly #clients = new Set<Client>();
  #timer: NodeJS.Timeout | undefined;

  constructor(ring: RecordRing) {
    this.#ring = ring;
  }

  /** Whether there is room for one more. */
  get isFull(): boolean {
    return this.#clients.size >= CLIENTS_MAX;
  }

  get clientCount(): number {
    return this.#clients.size;
  }

  /**
   * Serves a client until it goes.
   * @param last what it had, as its header `Last-Event-ID` says it
   */
  add(response: Writable, last: string | undefined): void {
    const ring = this.#ring;
    const known = last !== undefined && /^\d{1,16}$/.test(last) ? Number(last) + 1 : undefined;
    const goesOn = known !== undefined && ring.has(known);
    const preface = goesOn ? { lines: [], from: known } : ring.preface();
    const now = performance.now();
    const client: Client = {
      response,
      preface: preface.lines,
      at: preface.from,
      newFrom: goesOn ? known : ring.next,
      lastWroteAt: now,
      lastDrainedAt: now,
    };
    this.#clients.add(client);
    response.on('close', () => this.#remove(client));
    this.#timer ??= setInterval(() => this.#serveAll(), PERIOD_MS);
    this.#serve(client, now);
  }

  /** Drops all clients. */
  close(): void {
    for (const client of this.#clients) client.response.destroy();
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #remove(client: Client): void {
    this.#clients.delete(client);
    if (this.#clients.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #serveAll(): void {
    const now = performance.now();
    for (const client of [...this.#clients]) this.#serve(client, now);
  }

  #serve(client: Client, now: number): void {
    const { response } = client;
    if (response.writableLength === 0) client.lastDrainedAt = now;
    const isBehind = !this.#ring.has(client.at);
    if (isBehind || now - client.lastDrainedAt > STALLED_MS) {
      response.destroy();
      return;
    }
    while (response.writableLength < WAITING_BYTES_MAX && this.#sendNext(client)) {
      client.lastWroteAt = now;
    }
    if (now - client.lastWroteAt < HEARTBEAT_MS || response.writableLength > 0) return;
    response.write(': still here\n\n');
    client.lastWroteAt = now;
  }

  /** Sends one event; tells whether there was one to send. */
  #sendNext(client: Client): boolean {
    if (client.preface.length > 0) {
      const lines = client.preface.slice(0, EVENT_RECORDS);
      client.preface = client.preface.slice(EVENT_RECORDS);
      client.response.write(`data: [${lines.join()}]\n\n`);
      return true;
    }
    if (client.at >= this.#ring.next) return false;
    const withoutBase = client.at < client.newFrom;
    const count = withoutBase ? Math.min(EVENT_RECORDS, client.newFrom - client.at) : EVENT_RECORDS;
    const { lines, next } = this.#ring.read(client.at, count, { withoutBase });
    client.at = next;
    if (lines.length > 0) client.response.write(`id: ${next - 1}\ndata: [${lines.join()}]\n\n`);
    return true;
  }
}
