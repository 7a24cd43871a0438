/**
 * An event loop that begins before the run does: a network connects and settles in the time before
 * 0, then what is still to come moves to the loop of the run, in order.
 */
import { assert } from '../../src/base/index.ts';
import type { EventHandler, EventKind, EventLoop } from '../kernel/event-loop.ts';
import { EventQueue, type Micros } from '../kernel/queue.ts';

type Event = { readonly kind: EventKind; readonly a: number; readonly b: number };

export class WarmLoop implements EventLoop {
  readonly #loop: EventLoop;
  readonly #early = new EventQueue<Event>();
  readonly #warmUpUs: Micros;
  readonly #handlers = new Map<EventKind, EventHandler>();
  #now: Micros;
  #isWarm = false;

  /** @param warmUpUs time before 0 at which it begins */
  constructor(loop: EventLoop, warmUpUs: Micros) {
    this.#loop = loop;
    this.#warmUpUs = warmUpUs;
    this.#now = -warmUpUs;
  }

  get now(): Micros {
    return this.#isWarm ? this.#loop.now : this.#now;
  }

  get pending(): number {
    return this.#early.length + this.#loop.pending;
  }

  /** Whether the time before 0 is over. */
  get isWarm(): boolean {
    return this.#isWarm;
  }

  register(handler: EventHandler): EventKind {
    const kind = this.#loop.register(handler);
    this.#handlers.set(kind, handler);
    return kind;
  }

  push(at: Micros, kind: EventKind, a: number, b: number): void {
    if (this.#isWarm) this.#loop.push(at, kind, a, b);
    else {
      assert(at >= this.#now, 'no event lies in the past');
      this.#early.push(at + this.#warmUpUs, { kind, a, b });
    }
  }

  pushAfter(delayUs: number, kind: EventKind, a: number, b: number): void {
    this.push(this.now + delayUs, kind, a, b);
  }

  /** Runs up to `count` events before 0. @returns whether there are more; else it hands over */
  run(count: number): boolean {
    for (let i = 0; i < count; i++) {
      const next = this.#early.pop();
      if (next === undefined || next.at >= this.#warmUpUs) {
        this.#handOver(next);
        return false;
      }
      this.#now = next.at - this.#warmUpUs;
      const { kind, a, b } = next.payload;
      this.#handlers.get(kind)?.(a, b);
    }
    return true;
  }

  #handOver(first: { at: Micros; payload: Event } | undefined): void {
    this.#isWarm = true;
    for (let next = first; next !== undefined; next = this.#early.pop()) {
      const { kind, a, b } = next.payload;
      this.#loop.push(next.at - this.#warmUpUs, kind, a, b);
    }
  }
}
