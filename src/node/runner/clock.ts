/**
 * The clocks of a node. The core lives by a monotonic clock and is told where the wall clock
 * stands; tests put in a clock of their own.
 */
import { type TimeMs, timeMs } from '../../base/index.ts';

export interface Clock {
  /** Monotonic time, ms; near Unix time, so that logs can be read. */
  now(): TimeMs;
  /** Wall clock minus monotonic clock, ms. [TIME-4] */
  wallOffsetMs(): number;
  /** Calls `action` once after `delayMs`; returns how to take it back. */
  after(delayMs: number, action: () => void): () => void;
}

/** Longest delay that a timer of Node takes. */
const DELAY_MAX_MS = 2 ** 31 - 1;

/** The clocks of this machine. A suspended machine's monotonic clock stands still meanwhile. */
export const systemClock: Clock = {
  now: () => timeMs(performance.timeOrigin + performance.now()),
  wallOffsetMs: () => Date.now() - (performance.timeOrigin + performance.now()),
  after: (delayMs, action) => {
    const timer = setTimeout(action, Math.min(Math.max(0, delayMs), DELAY_MAX_MS));
    return () => clearTimeout(timer);
  },
};
