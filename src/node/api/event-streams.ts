/**
 * What happens on a node, as server-sent events: certificates, verdicts, evidence, peers, changes
 * of state. Who comes back with `Last-Event-ID` goes on there if the events are still remembered.
 *
 * A client that does not read is dropped: nothing waits for it beyond `WAITING_BYTES_MAX`.
 */
import type { Writable } from 'node:stream';
import type { Logged, NodeLog } from '../log/index.ts';
import type { NodeStatus } from '../rpc/index.ts';

/** Clients at a time. */
const CLIENTS_MAX = 32;
/** Events remembered for those who come back. */
const REMEMBERED_MAX = 1024;
/** Bytes that may wait for a client. */
const WAITING_BYTES_MAX = 256 * 1024;
/** Between two looks at the state, and two signs of life. */
const STATE_PERIOD_MS = 1_000;
const HEARTBEAT_MS = 15_000;

type Remembered = { readonly id: number; readonly text: string };

export class EventStreams {
  readonly #state: () => Pick<NodeStatus, 'state' | 'reason'>;
  readonly #clients = new Set<Writable>();
  readonly #unsubscribe: () => void;
  #remembered: Remembered[] = [];
  #nextId = 1;
  #lastState = '';
  #timers: NodeJS.Timeout[] = [];

  constructor(log: NodeLog, state: () => Pick<NodeStatus, 'state' | 'reason'>) {
    this.#state = state;
    this.#unsubscribe = log.subscribe((logged) => {
      if (isStreamed(logged)) this.#tell(logged.event, { ...logged.fields, level: logged.level });
    });
  }

  /** Clients that listen. */
  get count(): number {
    return this.#clients.size;
  }

  /** Whether there is room for one more. */
  get isFull(): boolean {
    return this.#clients.size >= CLIENTS_MAX;
  }

  /**
   * Serves a client until it goes; it learns the state first.
   * @param last what it had, as its header `Last-Event-ID` says it
   */
  add(client: Writable, last: string | undefined): void {
    const from = last !== undefined && /^\d{1,15}$/.test(last) ? Number(last) : this.#nextId - 1;
    this.#clients.add(client);
    client.on('close', () => this.#remove(client));
    if (this.#timers.length === 0) this.#startTimers();
    client.write(eventText(undefined, 'state', this.#state()));
    for (const { id, text } of this.#remembered) if (id > from) this.#write(client, text);
  }

  /** Ends all streams. */
  close(): void {
    this.#unsubscribe();
    for (const client of [...this.#clients]) client.destroy();
    this.#stopTimers();
  }

  #startTimers(): void {
    this.#lastState = JSON.stringify(this.#state());
    const look = (): void => {
      const state = this.#state();
      const text = JSON.stringify(state);
      if (text === this.#lastState) return;
      this.#lastState = text;
      this.#tell('state', state);
    };
    const live = (): void => {
      for (const client of [...this.#clients]) this.#write(client, ': still here\n\n');
    };
    this.#timers = [setInterval(look, STATE_PERIOD_MS), setInterval(live, HEARTBEAT_MS)];
    for (const timer of this.#timers) timer.unref();
  }

  #stopTimers(): void {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
  }

  #tell(event: string, data: object): void {
    const id = this.#nextId;
    this.#nextId += 1;
    const text = eventText(id, event, { atMs: Date.now(), ...data });
    this.#remembered.push({ id, text });
    if (this.#remembered.length > REMEMBERED_MAX) this.#remembered.shift();
    for (const client of [...this.#clients]) this.#write(client, text);
  }

  #write(client: Writable, text: string): void {
    if (client.writableLength + text.length > WAITING_BYTES_MAX) client.destroy();
    else client.write(text);
  }

  #remove(client: Writable): void {
    this.#clients.delete(client);
    if (this.#clients.size === 0) this.#stopTimers();
  }
}

/** What matters to who watches: all but details, and the life of claims. */
function isStreamed({ event, level, module }: Logged): boolean {
  return level !== 'debug' || (module === 'protocol' && event !== 'fault');
}

/** JSON has no line breaks, so that one line of data is enough. */
function eventText(id: number | undefined, event: string, data: object): string {
  const head = id === undefined ? '' : `id: ${id}\n`;
  return `${head}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
