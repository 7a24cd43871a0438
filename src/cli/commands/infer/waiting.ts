/** Shows what is waited for: one line that is rewritten on a terminal, else one line for each. */
import type { Io } from '../../io.ts';
import { fitted } from '../status/table.ts';

const CLEAR_LINE = '\r\u001b[K';
const TICK_MS = 1_000;

/** What is being waited for, on standard error. */
export type Waiting = {
  readonly step: (what: string) => void;
  /** Takes the line away. */
  readonly end: () => void;
};

/** Begins to wait; on a terminal the seconds count up. */
export function startWaiting(
  io: Io,
  { isTerminal, columns }: { readonly isTerminal: boolean; readonly columns: number },
): Waiting {
  if (!isTerminal) return { step: (what) => io.err(`waiting: ${what}\n`), end: () => undefined };
  const startedAt = performance.now();
  let now = '';
  const show = (): void => {
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    io.err(CLEAR_LINE + fitted(`waiting ${seconds} s: ${now}`, columns - 1));
  };
  const timer = setInterval(show, TICK_MS);
  return {
    step: (what) => {
      now = what;
      show();
    },
    end: () => {
      clearInterval(timer);
      io.err(CLEAR_LINE);
    },
  };
}
