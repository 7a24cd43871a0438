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
  readonly #swaps: readonly Swap[];
  #isEntered = false;

  /** @param random behind the router's random numbers */
  constructor(loop: EventLoop, random: RandomStream) {
    this.#loop = loop;
    this.#kind = loop.register((slot) => this.#fire(slot));
    const clock = () => EPOCH_MS + Math.floor(loop.now / 1000);
    this.#swaps = [
      ...Object.entries(this.#timerFunctions()).map(
        ([name, ours]) => new Swap(globalThis, name, ours),
      ),
      new Swap(globalThis.Date, 'now', clock),
      new Swap(globalThis.Math, 'random', () => random.uniform()),
    ];
  }

  /** Replaces the globals, until `leave`. */
  enter(): void {
    if (this.#isEntered) return;
    this.#isEntered = true;
    for (const swap of this.#swaps) swap.enter();
  }

  /** Lets every promise chain that the event began end, then restores the globals. */
  async settle(): Promise<void> {
    if (!this.#isEntered) return;
    // a tick that a microtask asks for comes when no microtask is left, and before anything else
    await new Promise<void>((resolve) => queueMicrotask(() => process.nextTick(resolve)));
    this.leave();
  }

  /** Restores the globals. */
  leave(): void {
    if (!this.#isEntered) return;
    this.#isEntered = false;
    for (const swap of this.#swaps) swap.leave();
  }

  #timerFunctions(): Readonly<Record<string, unknown>> {
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

/** A function of a global object, and ours in its place. */
class Swap {
  readonly #target: object;
  readonly #name: string;
  readonly #ours: unknown;
  #theirs: unknown;

  constructor(target: object, name: string, ours: unknown) {
    this.#target = target;
    this.#name = name;
    this.#ours = ours;
  }

  enter(): void {
    this.#theirs = Reflect.get(this.#target, this.#name);
    Reflect.set(this.#target, this.#name, this.#ours);
  }

  leave(): void {
    Reflect.set(this.#target, this.#name, this.#theirs);
  }
}
