/** A clock that stands still until a test moves it; timers fire in order of their time. */
import { timeMs } from '../../../../src/base/index.ts';
import type { Clock } from '../../../../src/node/runner/index.ts';

type Timer = { readonly at: number; readonly action: () => void };

export class ManualClock implements Clock {
  #now: number;
  readonly #timers = new Set<Timer>();

  constructor(nowMs: number) {
    this.#now = nowMs;
  }

  now() {
    return timeMs(this.#now);
  }

  wallOffsetMs(): number {
    return 0;
  }

  after(delayMs: number, action: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, delayMs), action };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Number of timers that wait. */
  get pending(): number {
    return this.#timers.size;
  }

  advance(byMs: number): void {
    const until = this.#now + byMs;
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.action();
    }
    this.#now = until;
  }
}

const DEADLINE_MS = 5000;

/** Resolves when `condition` holds; rejects if it does not within five seconds. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
