/**
 * Shows how far a sweep is: one calm line that is rewritten on a terminal, JSON lines elsewhere.
 * Both go to standard error. A run that fails is told at once.
 */
import type { Survey, SweepEvent } from '../../../../sim/sweep/index.ts';
import type { Io } from '../../io.ts';
import { formatWait } from './wait.ts';

/** Between two changes of the line: often enough to see life, seldom enough to read. */
const LINE_MS = 250;
/** Between two JSON lines. */
const JSON_MS = 1000;
const CLEAR_LINE = '\r\u001b[K';

export type SweepDisplay = {
  readonly step: (event: SweepEvent) => void;
  /** Something that the user should know. */
  readonly note: (text: string) => void;
  /** Takes the line away. */
  readonly end: () => void;
};

/** Starts to show progress. */
export function startSweepDisplay(options: {
  readonly io: Io;
  readonly survey: Survey;
  readonly slots: number;
  readonly quiet: boolean;
}): SweepDisplay {
  const { io, survey, slots, quiet } = options;
  if (quiet) return { step: () => undefined, note: () => undefined, end: () => undefined };
  const isLine = process.stderr.isTTY === true;
  const json = (record: object): void => io.err(`${JSON.stringify(record)}\n`);
  const startedAt = Date.now();
  const counts = { made: 0, failed: 0, sumMs: 0 };
  let shownAt = 0;
  const show = (isLast: boolean): void => {
    const isEarly = Date.now() - shownAt < (isLine ? LINE_MS : JSON_MS);
    if (isEarly && !isLast) return;
    shownAt = Date.now();
    const { made, failed } = counts;
    const of = Math.max(survey.toRun, made);
    const wallMs = Date.now() - startedAt;
    // the last runs of a sweep leave slots empty: a run's own time bounds the wait from below
    const runMs = counts.sumMs / Math.max(1, made);
    const leftMs =
      made === 0 ? null : Math.max(((of - made) * wallMs) / made, of > made ? runMs : 0);
    if (!isLine)
      return json({
        event: 'progress',
        done: made,
        of,
        failed,
        leftMs: leftMs === null ? null : Math.round(leftMs),
        slots,
      });
    const bad = failed === 0 ? '' : `, ${failed} failed`;
    const left = leftMs === null ? '' : `, about ${formatWait(leftMs)} left`;
    io.err(`${CLEAR_LINE}${made} of ${of} runs${bad}${left}`);
  };
  return {
    step: (event) => {
      if (event.kind === 'started') return;
      const { task, record, wallMs } = event;
      counts.made += 1;
      counts.sumMs += wallMs;
      if (record.outcome.status === 'failed') {
        counts.failed += 1;
        const { code, message } = record.outcome;
        const { label } = task.cell;
        if (isLine) io.err(`${CLEAR_LINE}failed: ${label}, seed ${task.seed}: ${message}\n`);
        else
          json({
            event: 'failed',
            cell: label,
            replica: task.replica,
            seed: task.seed,
            code,
            message,
          });
      }
      show(false);
    },
    note: (text) => (isLine ? io.err(`${CLEAR_LINE}${text}\n`) : json({ event: 'note', text })),
    end: () => (isLine ? io.err(CLEAR_LINE) : show(true)),
  };
}
