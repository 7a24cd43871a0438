/**
 * Shows how far a sweep is: a few lines that change in place on a terminal, JSON lines elsewhere.
 * Both go to standard error. A run that fails is told at once.
 */
import { formatCount } from '../../../../sim/report/format.ts';
import type { Survey, SweepEvent, Task } from '../../../../sim/sweep/index.ts';
import type { Io } from '../../io.ts';
import { joined, LiveLines, painter, progressBar, type Terminal } from '../../terminal.ts';
import { formatWait } from './wait.ts';

/** Between two pictures: often enough to see life, seldom enough to read. */
const PICTURE_MS = 250;
/** Between two JSON lines. */
const JSON_MS = 1000;
/** Cells under way that are named. */
const NAMED_MAX = 3;

export type SweepDisplayOptions = {
  readonly io: Io;
  readonly terminal: Terminal;
  readonly title: string;
  readonly survey: Survey;
  readonly quiet: boolean;
};

/** The progress of one sweep; nothing is shown if it is quiet. */
export class SweepDisplay {
  readonly #options: SweepDisplayOptions;
  readonly #lines: LiveLines;
  readonly #startedAt = performance.now();
  /** Labels of the cells that run, each as often as it has runs under way. */
  readonly #running = new Map<string, number>();
  #made = 0;
  #failed = 0;
  #lastFailure = '';
  #shownAt = Number.NEGATIVE_INFINITY;
  #shownMade = -1;

  constructor(options: SweepDisplayOptions) {
    this.#options = options;
    this.#lines = new LiveLines(options.terminal, options.io.err);
  }

  /** Tells something that the user should know. */
  note(text: string): void {
    if (this.#options.terminal.isLive) this.#print(text);
    else this.#json({ event: 'note', text });
  }

  /** Takes in what happened. */
  step(event: SweepEvent): void {
    const { label } = event.task.cell;
    const running = this.#running.get(label) ?? 0;
    if (event.kind === 'started') {
      this.#running.set(label, running + 1);
      // a log tells what is finished
      if (!this.#options.terminal.isLive) return;
    } else {
      this.#made += 1;
      if (running > 1) this.#running.set(label, running - 1);
      else this.#running.delete(label);
      const { task, record } = event;
      if (record.outcome.status === 'failed') this.#fail(task, record.outcome);
    }
    const periodMs = this.#options.terminal.isLive ? PICTURE_MS : JSON_MS;
    if (performance.now() - this.#shownAt >= periodMs) this.#show();
  }

  /** Takes the lines away; without a terminal, says how it ended. */
  end(): void {
    if (this.#options.terminal.isLive) this.#lines.clear();
    else if (this.#made !== this.#shownMade) this.#show();
  }

  #fail({ cell, replica, seed }: Task, { code, message }: { code: string; message: string }): void {
    this.#failed += 1;
    this.#lastFailure = `${cell.label}, seed ${seed}: ${message}`;
    if (this.#options.terminal.isLive) this.#print(`failed: ${this.#lastFailure}`);
    else this.#json({ event: 'failed', cell: cell.label, replica, seed, code, message });
  }

  #show(): void {
    const { terminal, quiet } = this.#options;
    this.#shownAt = performance.now();
    this.#shownMade = this.#made;
    const made = this.#made;
    const of = Math.max(this.#options.survey.toRun, made);
    const elapsedMs = this.#shownAt - this.#startedAt;
    const leftMs = made === 0 ? null : Math.round(((of - made) * elapsedMs) / made);
    if (terminal.isLive && !quiet) return this.#lines.draw(this.#picture({ of, leftMs }));
    const failed = this.#failed;
    return this.#json({ event: 'progress', done: made, of, failed, leftMs });
  }

  #picture({ of, leftMs }: { of: number; leftMs: number | null }): readonly string[] {
    const { terminal, title, survey } = this.#options;
    const paint = painter(terminal);
    const before = survey.done;
    const there = before === 0 ? [] : [`${formatCount(before)} were there`];
    const left = leftMs === null || this.#made === of ? [] : [`about ${formatWait(leftMs)} left`];
    const cells = [...this.#running.keys()];
    const named = cells.slice(0, NAMED_MAX);
    const more = cells.length > named.length ? [`${cells.length - named.length} more`] : [];
    const share = (before + this.#made) / Math.max(1, before + of);
    const columns = terminal.columns();
    return [
      `${title}: ${this.#made === of ? 'making the tables' : 'simulating'}`,
      ...joined(
        [
          progressBar(share),
          `${formatCount(before + this.#made)} of ${formatCount(before + of)} runs`,
          ...there,
          ...left,
        ],
        columns,
      ),
      ...(named.length === 0 ? [] : [`now: ${[...named, ...more].join(' · ')}`]),
      ...(this.#failed === 0
        ? []
        : [paint('red', `! ${this.#failed} failed, the last: ${this.#lastFailure}`)]),
    ];
  }

  #json(record: object): void {
    if (!this.#options.quiet) this.#options.io.err(`${JSON.stringify(record)}\n`);
  }

  #print(text: string): void {
    if (!this.#options.quiet) this.#lines.print(text);
  }
}
