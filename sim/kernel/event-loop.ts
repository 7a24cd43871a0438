/**
 * The event loop of a run: integer events by time, then by insertion.
 *
 * Every subsystem registers what it does with its events and gets a kind; an event is a kind and
 * two small integers, so that millions of them in flight cost no objects. Payloads that are objects
 * stand in a `PayloadTable`, by slot.
 */
import { assert } from '../../src/base/index.ts';
import { EventQueue, type Micros } from './queue.ts';

/** Number of a registered handler. */
export type EventKind = number;

/** @param a any 32-bit integer; @param b from 0 to `EVENT_B_MAX` */
export type EventHandler = (a: number, b: number) => void;

/** The largest second integer of an event. */
export const EVENT_B_MAX = 2 ** 18 - 1;
/** The most kinds of events in one loop. */
export const EVENT_KINDS_MAX = 16;

export interface EventLoop {
  /** Time of the event under way; of the last one, between events. */
  readonly now: Micros;
  /** Events that wait. */
  readonly pending: number;
  /** Returns the kind of events that `handler` takes. */
  register(handler: EventHandler): EventKind;
  /** Plans an event. @param at integer microseconds, not before `now`; any delay, 0 included */
  push(at: Micros, kind: EventKind, a: number, b: number): void;
  /** Plans an event `delayUs` after `now`, below 2^30; faster than `push` where it matters. */
  pushAfter(delayUs: number, kind: EventKind, a: number, b: number): void;
  /** Runs up to `count` events; tells whether any is left. */
  run(count: number): boolean;
}

type Event = { readonly kind: EventKind; readonly a: number; readonly b: number };

/** The loop without any art, over a heap of objects: what a faster one is compared with. */
export class NaiveEventLoop implements EventLoop {
  readonly #queue = new EventQueue<Event>();
  readonly #handlers: EventHandler[] = [];
  #now: Micros = 0;

  get now(): Micros {
    return this.#now;
  }

  get pending(): number {
    return this.#queue.length;
  }

  register(handler: EventHandler): EventKind {
    assert(this.#handlers.length < EVENT_KINDS_MAX, 'a loop has few kinds of events');
    return this.#handlers.push(handler) - 1;
  }

  push(at: Micros, kind: EventKind, a: number, b: number): void {
    assert(at >= this.#now, 'no event lies in the past');
    assert(b >= 0 && b <= EVENT_B_MAX, 'the second integer of an event has 18 bits');
    this.#queue.push(at, { kind, a, b });
  }

  pushAfter(delayUs: number, kind: EventKind, a: number, b: number): void {
    this.push(this.#now + delayUs, kind, a, b);
  }

  run(count: number): boolean {
    for (let i = 0; i < count; i++) {
      const next = this.#queue.pop();
      if (next === undefined) return false;
      this.#now = next.at;
      const { kind, a, b } = next.payload;
      this.#handlers[kind]?.(a, b);
    }
    return this.#queue.length > 0;
  }
}
