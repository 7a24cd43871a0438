/**
 * One direction of a connection through the proxy: bytes come out in order, later than they came
 * in, and not at all while the link is cut. Who reads slowly is waited for: a pipe holds a bounded
 * number of bytes and then stops reading.
 *
 * An end is held back like bytes: nobody hears over a cut link that the other side is gone.
 */
import type { Socket } from 'node:net';
import type { Conditions } from './conditions.ts';

/** What is under way. */
type Waiting = {
  readonly what: Buffer | 'end' | 'reset';
  readonly dueMs: number;
};

/** Bytes under way, beyond which nothing more is read: what TCP would have in its windows. */
const BYTES_MAX = 1024 * 1024;

export type PipeOptions = {
  readonly from: Socket;
  readonly to: Socket;
  readonly conditions: () => Conditions;
  /** Evenly from 0 to 1. */
  readonly random: () => number;
};

export class Pipe {
  readonly #options: PipeOptions;
  #waiting: Waiting[] = [];
  #bytes = 0;
  /** When the last bytes have left a link of limited bandwidth. */
  #freeAtMs = 0;
  #lastDueMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #isDraining = false;

  constructor(options: PipeOptions) {
    this.#options = options;
    const { from, to } = options;
    from.on('data', (chunk: Buffer) => this.#take(chunk));
    from.on('end', () => this.#add('end', 0));
    from.on('close', () => this.#add('reset', 0));
    to.on('drain', () => {
      this.#isDraining = false;
      this.refresh();
    });
    to.on('close', () => clearTimeout(this.#timer));
  }

  /** Looks again at what waits: the link has changed. */
  refresh(): void {
    clearTimeout(this.#timer);
    const { to, conditions } = this.#options;
    while (!this.#isDraining && !conditions().isCut && !to.destroyed) {
      const [first] = this.#waiting;
      if (first === undefined) return;
      const leftMs = first.dueMs - performance.now();
      if (leftMs > 0) {
        this.#timer = setTimeout(() => this.refresh(), leftMs);
        return;
      }
      this.#waiting.shift();
      this.#pass(first.what);
    }
  }

  #take(chunk: Buffer): void {
    this.#bytes += chunk.length;
    this.#add(chunk, chunk.length);
    if (this.#bytes > BYTES_MAX) this.#options.from.pause();
  }

  #add(what: Waiting['what'], sizeBytes: number): void {
    const { delayMs, jitterMs, bytesPerSecond } = this.#options.conditions();
    const now = performance.now();
    const sentMs = bytesPerSecond === undefined ? 0 : (sizeBytes * 1000) / bytesPerSecond;
    this.#freeAtMs = Math.max(now, this.#freeAtMs) + sentMs;
    const dueMs = this.#freeAtMs + delayMs + jitterMs * this.#options.random();
    this.#lastDueMs = Math.max(this.#lastDueMs, dueMs);
    this.#waiting.push({ what, dueMs: this.#lastDueMs });
    if (this.#waiting.length === 1) this.refresh();
  }

  #pass(what: Waiting['what']): void {
    const { from, to } = this.#options;
    if (what === 'end') to.end();
    else if (what === 'reset') to.destroy();
    else {
      this.#isDraining = !to.write(what);
      this.#bytes -= what.length;
      if (this.#bytes <= BYTES_MAX && from.isPaused()) from.resume();
    }
  }
}
