/**
 * Holds messages to a neighbour back for a moment, so that those of one burst leave in one RPC, and
 * those that the neighbour sends us meanwhile do not leave at all. The router sends each message at
 * once and alone: a burst of commits is then a frame, an encryption and a system call for each
 * message and neighbour, most of them for something the neighbour has already.
 */
import { equalBytes } from '../../base/index.ts';
import type { Rpc } from './router.ts';

type Message = Rpc['messages'][number];

export type CoalescerOptions = {
  /** Sends one RPC; false if the neighbour takes no more. */
  readonly send: (peer: string, rpc: Rpc) => boolean;
  readonly delayMs: number;
  /** Messages, and bytes of their data, that leave in one RPC at most. */
  readonly messagesMax: number;
  readonly bytesMax: number;
};

type Waiting = { messages: Message[]; bytes: number };

export class Coalescer {
  readonly #options: CoalescerOptions;
  readonly #waiting = new Map<string, Waiting>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: CoalescerOptions) {
    this.#options = options;
  }

  /** Takes a message to `peer`; false if it was not taken. */
  add(peer: string, message: Message): boolean {
    const { messagesMax, bytesMax, delayMs } = this.#options;
    const sizeBytes = message.data?.length ?? 0;
    const known = this.#waiting.get(peer);
    const isFull =
      known !== undefined &&
      (known.messages.length >= messagesMax || known.bytes + sizeBytes > bytesMax);
    if (isFull && !this.flush(peer)) return false;
    const waiting = this.#waiting.get(peer) ?? { messages: [], bytes: 0 };
    waiting.messages.push(message);
    waiting.bytes += sizeBytes;
    this.#waiting.set(peer, waiting);
    this.#timer ??= setTimeout(() => this.#flushAll(), delayMs);
    return true;
  }

  /** A neighbour has what it sends: it does not get it back. */
  received(peer: string, data: Uint8Array): void {
    const waiting = this.#waiting.get(peer);
    if (waiting === undefined) return;
    const kept = waiting.messages.filter((message) => !isSame(message.data, data));
    waiting.bytes -= data.length * (waiting.messages.length - kept.length);
    waiting.messages = kept;
  }

  /** Sends what waits for `peer`, before something that must come after it. */
  flush(peer: string): boolean {
    const waiting = this.#waiting.get(peer);
    this.#waiting.delete(peer);
    if (waiting === undefined || waiting.messages.length === 0) return true;
    return this.#options.send(peer, { subscriptions: [], messages: waiting.messages });
  }

  /** Forgets everything. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#waiting.clear();
  }

  #flushAll(): void {
    this.#timer = undefined;
    for (const peer of [...this.#waiting.keys()]) this.flush(peer);
  }
}

function isSame(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && a.length === b.length && equalBytes(a, b);
}
