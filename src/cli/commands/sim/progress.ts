/**
 * Shows how far a run is: one line that is rewritten on a terminal; elsewhere nothing, or one JSON
 * line now and then if the user asked for it.
 */
import type { Io } from '../../io.ts';

/** Between two JSON lines. */
const LINE_MS = 1000;

const CLEAR_LINE = '\r\u001b[K';

export type ProgressStyle = 'line' | 'json' | 'none';

export type Progress = {
  readonly step: (progress: { events: number; virtualMs: number }) => void;
  /** Takes the line away. */
  readonly end: () => void;
};

/** Starts to show progress on standard error. */
export function startProgress(io: Io, style: ProgressStyle, phase: string): Progress {
  const line = (text: string): void => {
    if (style === 'line') io.err(`${CLEAR_LINE}${text}`);
  };
  let shownAt = 0;
  line(phase);
  return {
    step: ({ events, virtualMs }) => {
      const seconds = (virtualMs / 1000).toFixed(1);
      line(`simulating: ${seconds} s of virtual time, ${events} events`);
      if (style !== 'json' || Date.now() - shownAt < LINE_MS) return;
      shownAt = Date.now();
      io.err(`${JSON.stringify({ event: 'progress', events, virtualMs })}\n`);
    },
    end: () => line(''),
  };
}
