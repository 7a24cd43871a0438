/**
 * Shows how far a sweep is: one calm line that is rewritten on a terminal, JSON lines elsewhere.
 * Both go to standard error. A run that fails is told at once.
 */
import type { Survey, SweepEvent, Task } from '../../../../sim/sweep/index.ts';
import type { Io } from '../../io.ts';
import { formatWait } from './wait.ts';

/** Between two changes of the line: often enough to see life, seldom enough to read. */
const LINE_MS = 250;
/** Between two JSON lines. */
const JSON_MS = 1000;
const CLEAR_LINE = '\r\u001b[K';

type DisplayOptions = {
  readonly io: Io;
  readonly survey: Survey;
  readonly quiet: boolean;
};

/** The progress of one sweep; nothing is shown if it is quiet. */
export class SweepDisplay {
  readonly #options: DisplayOptions;
  readonly #isLine = process.stderr.isTTY === true;
  readonly #startedAt = Date.now();
  #made = 0;
  #failed = 0;
  #shownAt = 0;

  constructor(options: DisplayOptions) {
    this.#options = options;
  }

  /** Tells something that the user should know. */
  note(text: string): void {
    if (this.#isLine) this.#print(`${CLEAR_LINE}${text}\n`);
    else this.#json({ event: 'note', text });
  }

  /** Takes in what happened. */
  step(event: SweepEvent): void {
    if (event.kind === 'started') return;
    this.#made += 1;
    const { task, record } = event;
    if (record.outcome.status === 'failed') this.#fail(task, record.outcome);
    if (Date.now() - this.#shownAt >= (this.#isLine ? LINE_MS : JSON_MS)) this.#show();
  }

  /** Takes the line away. */
  end(): void {
    if (this.#isLine) this.#print(CLEAR_LINE);
    else this.#show();
  }

  #fail({ cell, replica, seed }: Task, { code, message }: { code: string; message: string }): void {
    this.#failed += 1;
    if (this.#isLine) this.#print(`${CLEAR_LINE}failed: ${cell.label}, seed ${seed}: ${message}\n`);
    else this.#json({ event: 'failed', cell: cell.label, replica, seed, code, message });
  }

  #show(): void {
    const now = Date.now();
    this.#shownAt = now;
    const made = this.#made;
    const failed = this.#failed;
    const of = Math.max(this.#options.survey.toRun, made);
    const leftMs = Math.round(((of - made) * (now - this.#startedAt)) / Math.max(1, made));
    if (!this.#isLine) return this.#json({ event: 'progress', done: made, of, failed, leftMs });
    const bad = failed === 0 ? '' : `, ${failed} failed`;
    return this.#print(
      `${CLEAR_LINE}${made} of ${of} runs${bad}, about ${formatWait(leftMs)} left`,
    );
  }

  #json(record: object): void {
    this.#print(`${JSON.stringify(record)}\n`);
  }

  #print(text: string): void {
    if (!this.#options.quiet) this.#options.io.err(text);
  }
}
