/** How long people wait: rounded, since it is a guess. */

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Returns a duration in its largest unit: `40 s`, `12 min`, `3.5 h`, `2.1 days`. */
export function formatWait(durationMs: number): string {
  if (durationMs < SECOND_MS) return `${Math.ceil(durationMs)} ms`;
  if (durationMs < MINUTE_MS) return `${Math.ceil(durationMs / SECOND_MS)} s`;
  if (durationMs < HOUR_MS) return `${Math.ceil(durationMs / MINUTE_MS)} min`;
  if (durationMs < DAY_MS) return `${(durationMs / HOUR_MS).toFixed(1)} h`;
  return `${(durationMs / DAY_MS).toFixed(1)} days`;
}
