/** The clock of a node: it may run fast or slow; it never runs back. */
import { type TimeMs, timeMs } from '../src/base/index.ts';
import type { Micros } from './kernel/queue.ts';

export class NodeClock {
  #since: Micros = 0;
  #sinceLocalMs = 0;
  #rate = 1;

  /** Local monotonic time at a time of the run. */
  localAt(at: Micros): TimeMs {
    return timeMs(this.#sinceLocalMs + ((at - this.#since) / 1000) * this.#rate);
  }

  /** The first time of the run at which the clock shows `local` or more. */
  timeOf(local: TimeMs): Micros {
    return Math.ceil(this.#since + ((local - this.#sinceLocalMs) * 1000) / this.#rate);
  }

  /** Lets it run at `rate` local seconds a second, above 0, from `at` on. */
  setRate(at: Micros, rate: number): void {
    this.#sinceLocalMs = this.localAt(at);
    this.#since = at;
    this.#rate = rate;
  }
}
