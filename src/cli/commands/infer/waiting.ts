/** Shows what is waited for: one line that changes in place on a terminal, else one for each. */
import type { Io } from '../../io.ts';
import { LiveLines, type Terminal } from '../../terminal.ts';

const TICK_MS = 1_000;

/** What is being waited for, on standard error. */
export type Waiting = {
  readonly step: (what: string) => void;
  /** Takes the line away. */
  readonly end: () => void;
};

/** Begins to wait; on a terminal the seconds count up. */
export function startWaiting(io: Io, terminal: Terminal): Waiting {
  if (!terminal.isLive) {
    return { step: (what) => io.err(`waiting: ${what}\n`), end: () => undefined };
  }
  const lines = new LiveLines(terminal, io.err);
  const startedAt = performance.now();
  let now = '';
  const show = (): void => {
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    lines.draw([`waiting ${seconds} s: ${now}`]);
  };
  const timer = setInterval(show, TICK_MS);
  return {
    step: (what) => {
      now = what;
      show();
    },
    end: () => {
      clearInterval(timer);
      lines.clear();
    },
  };
}
