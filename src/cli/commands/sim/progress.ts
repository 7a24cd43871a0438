/**
 * Shows how far a run is, on standard error: one line that is rewritten on a terminal; elsewhere a
 * JSON line now and then, so that a log stays short and a short run silent.
 */
import type { Io } from '../../io.ts';
import { formatWait } from './wait.ts';

/** Between two JSON lines. */
const JSON_MS = 2000;
/** Between two changes of the line. */
const LINE_MS = 250;
/** Before this part is done, nobody can say how long the rest takes. */
const SHARE_MIN = 0.02;

const CLEAR_LINE = '\r\u001b[K';

export type ProgressStyle = 'line' | 'json' | 'none';

export type ProgressOptions = {
  readonly style: ProgressStyle;
  /** What is done before the first event. */
  readonly phase: string;
  /** Virtual time in which requests come; what is open then takes a little longer. */
  readonly virtualMsMax: number;
};

export type Progress = {
  readonly step: (progress: { events: number; virtualMs: number }) => void;
  /** Takes the line away. */
  readonly end: () => void;
};

/** Starts to show progress. */
export function startProgress(io: Io, options: ProgressOptions): Progress {
  const { style, phase, virtualMsMax } = options;
  const line = (text: string): void => {
    if (style === 'line') io.err(`${CLEAR_LINE}${text}`);
  };
  const startedAt = Date.now();
  let shownAt = style === 'json' ? startedAt : 0;
  line(phase);
  return {
    step: ({ events, virtualMs }) => {
      const now = Date.now();
      if (now - shownAt < (style === 'json' ? JSON_MS : LINE_MS)) return;
      shownAt = now;
      const share = Math.min(1, virtualMs / virtualMsMax);
      const isKnown = share >= SHARE_MIN && share < 1;
      const leftMs = isKnown ? Math.round(((now - startedAt) * (1 - share)) / share) : null;
      const left = leftMs === null ? '' : `, about ${formatWait(leftMs)} left`;
      const seconds = (virtualMs / 1000).toFixed(1);
      line(`simulating: ${seconds} s of virtual time, ${events} events${left}`);
      if (style !== 'json') return;
      io.err(`${JSON.stringify({ event: 'progress', events, virtualMs, leftMs })}\n`);
    },
    end: () => line(''),
  };
}
