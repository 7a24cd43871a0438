/** The processor of a node: one execution at a time, in order; it may be slow, or fail. */
import type { AbstentionReason } from '../src/base/index.ts';
import type { Micros } from './kernel/queue.ts';
import type { RandomStream } from './kernel/random.ts';

/** How executions fail: as often as `share`, drawn from `random`. */
export type ExecutorFailure = {
  readonly reason: AbstentionReason;
  readonly share: number;
  readonly random: RandomStream;
};

export class Executor {
  readonly #executionUs: number;
  /** How many times longer an execution takes than it should. */
  slowdown = 1;
  failing: ExecutorFailure | undefined;
  /** Executions it ran. */
  count = 0;
  /** Time it spent on them. */
  busyUs = 0;
  #freeAt: Micros = 0;

  /** @param executionUs time of one execution */
  constructor(executionUs: number) {
    this.#executionUs = executionUs;
  }

  /** Takes the processor for one execution that is asked for at `at`; returns when it ends. */
  occupy(at: Micros): Micros {
    const length = Math.round(this.#executionUs * this.slowdown);
    this.#freeAt = Math.max(this.#freeAt, at) + length;
    this.busyUs += length;
    this.count += 1;
    return this.#freeAt;
  }

  /** Whether the next execution fails, and why. */
  nextFailure(): AbstentionReason | undefined {
    const { failing } = this;
    return failing?.random.chance(failing.share) ? failing.reason : undefined;
  }
}
