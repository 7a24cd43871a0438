/** Watches how long the event loop keeps timers waiting: inference must not stop gossip. */
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 10;
const WINDOW_MS = 60_000;
const NS_PER_MS = 1e6;

export class LoopWatch {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #timer: NodeJS.Timeout;
  /** Of the window before this one. */
  #before = 0;

  constructor() {
    this.#histogram.enable();
    this.#timer = setInterval(() => {
      this.#before = this.#now();
      this.#histogram.reset();
    }, WINDOW_MS).unref();
  }

  /** 99th percentile of the delay beyond the resolution, of this window and the one before, ms. */
  p99Ms(): number {
    return Math.max(this.#before, this.#now());
  }

  stop(): void {
    this.#histogram.disable();
    clearInterval(this.#timer);
  }

  #now(): number {
    const ms = this.#histogram.percentile(99) / NS_PER_MS - RESOLUTION_MS;
    return Number.isFinite(ms) ? Math.max(0, Math.round(ms)) : 0;
  }
}
