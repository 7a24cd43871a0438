/**
 * Gives the gossip router another clock, other timers and other chance, while an event of its
 * network is under way, and nobody else: between events the globals are what they were.
 *
 * Replaced are the timers, the clock that the router reads in milliseconds, and its random numbers.
 * What the router starts in an event ends in promises, so the globals stay until none is left.
 * Whoever waits for anything else (a thread, a socket) escapes: two runs of one seed would differ.
 */
import type { EventLoop } from '../../kernel/event-loop.ts';
import { PayloadTable } from '../../kernel/payload-table.ts';
import type { RandomStream } from '../../kernel/random.ts';

/** Any day: the router only takes differences. */
const EPOCH_MS = 1_700_000_000_000;

/** What a timer of the router returns. */
class Timer {
  isCleared = false;
  readonly act: () => void;

  constructor(act: () => void) {
    this.act = act;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

type Act = (...values: unknown[]) => void;

export class VirtualTime {
  readonly #loop: EventLoop;
  readonly #timers = new PayloadTable<Timer>();
  readonly #kind: number;
  readonly #virtual: Readonly<Record<string, unknown>>;
  readonly #clock: { readonly now: () => number };
  readonly #chance: { readonly random: () => number };
  #leave: (() => void) | undefined;

  /** @param random behind the router's random numbers */
  constructor(loop: EventLoop, random: RandomStream) {
    this.#loop = loop;
    this.#kind = loop.register((slot) => this.#fire(slot));
    this.#virtual = this.#replacements();
    this.#clock = { now: () => EPOCH_MS + Math.floor(loop.now / 1000) };
    this.#chance = { random: () => random.uniform() };
  }

  /** Whether the globals are replaced. */
  get isEntered(): boolean {
    return this.#leave !== undefined;
  }

  /** Replaces the globals, until `leave`. */
  enter(): void {
    if (this.#leave !== undefined) return;
    const restore = [
      replace(globalThis, this.#virtual),
      replace(globalThis.Date, this.#clock),
      replace(globalThis.Math, this.#chance),
    ];
    this.#leave = () => {
      for (const each of restore) each();
    };
  }

  /** Lets every promise chain that the event began end, then restores the globals. */
  async settle(): Promise<void> {
    if (this.#leave === undefined) return;
    // a tick that a microtask asks for comes when no microtask is left, and before anything else
    await new Promise<void>((resolve) => queueMicrotask(() => process.nextTick(resolve)));
    this.leave();
  }

  /** Restores the globals. */
  leave(): void {
    this.#leave?.();
    this.#leave = undefined;
  }

  #replacements(): Readonly<Record<string, unknown>> {
    const once = (act: Act, ms: number | undefined, values: readonly unknown[]): Timer => {
      const timer = new Timer(() => act(...values));
      this.#plan(timer, ms);
      return timer;
    };
    const again = (act: Act, ms: number | undefined, values: readonly unknown[]): Timer => {
      const timer: Timer = new Timer(() => {
        act(...values);
        if (!timer.isCleared) this.#plan(timer, ms);
      });
      this.#plan(timer, ms);
      return timer;
    };
    const clear = (timer: unknown): void => {
      if (timer instanceof Timer) timer.isCleared = true;
    };
    return {
      setTimeout: (act: Act, ms?: number, ...values: unknown[]) => once(act, ms, values),
      setInterval: (act: Act, ms?: number, ...values: unknown[]) => again(act, ms, values),
      clearTimeout: clear,
      clearInterval: clear,
    };
  }

  #plan(timer: Timer, ms: number | undefined): void {
    const at = this.#loop.now + Math.max(0, Math.round((ms ?? 0) * 1000));
    this.#loop.push(at, this.#kind, this.#timers.add(timer), 0);
  }

  #fire(slot: number): void {
    const timer = this.#timers.take(slot);
    if (timer.isCleared) return;
    this.enter();
    timer.act();
  }
}

/** Replaces properties of an object. @returns how to undo it */
function replace(target: object, changes: Readonly<Record<string, unknown>>): () => void {
  const before = Object.fromEntries(
    Object.keys(changes).map((name) => [name, Reflect.get(target, name)]),
  );
  Object.assign(target, changes);
  return () => {
    Object.assign(target, before);
  };
}
