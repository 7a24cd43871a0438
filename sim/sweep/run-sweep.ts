/**
 * Runs what is missing of a sweep, and keeps each run as soon as it is finished.
 *
 * Cells are opened in order, a few more only when those that are open have nothing to give out; so
 * memory does not grow with the sweep. What is given out next never changes what comes out.
 */
import { setMaxListeners } from 'node:events';
import { configYaml } from '../../src/config/index.ts';
import type { Metric } from '../metrics/metric.ts';
import type { Executor, RunUnit } from './executor.ts';
import { extentOf, replicaBounds } from './extent.ts';
import type { SweepFolder } from './folder.ts';
import { experimentOf, type PlannedCell, runSeed, type SweepPlan } from './plan.ts';
import type { RunRecord } from './record.ts';
import { parseRecord, recordText } from './record.ts';
import { isInShard, type Shard } from './shard.ts';

/** One run to be made. */
export type Task = { readonly cell: PlannedCell; readonly replica: number; readonly seed: number };

/** What happened, for displays. */
export type SweepEvent =
  | { readonly kind: 'started'; readonly task: Task }
  | {
      readonly kind: 'finished';
      readonly task: Task;
      readonly record: RunRecord;
      readonly wallMs: number;
    };

export type SweepOptions = {
  readonly plan: SweepPlan;
  readonly folder: SweepFolder;
  readonly executor: Executor;
  /** Only this part of it. */
  readonly shard?: Shard | undefined;
  /** Whether other runs go on after one has failed. */
  readonly keepGoing: boolean;
  readonly signal: AbortSignal;
  readonly onEvent?: (event: SweepEvent) => void;
};

/** How a sweep ended. */
export type SweepEnd = {
  /** Runs that were made now. */
  readonly made: number;
  /** Those of them that failed. */
  readonly failures: readonly (Task & { readonly record: RunRecord })[];
  /** Whether runs are left because one failed. */
  readonly isStopped: boolean;
};

/**
 * Runs what is missing.
 * @throws SweepError if runs cannot be made or kept any more; what `signal` was aborted with.
 *   What was finished before is kept in either case.
 */
export async function runSweep(options: SweepOptions): Promise<SweepEnd> {
  const agenda = new Agenda(options);
  const failures: (Task & { record: RunRecord })[] = [];
  const { executor, folder, plan, signal, keepGoing, onEvent } = options;
  // one for each run that is out
  setMaxListeners(0, signal);
  let made = 0;
  let isStopped = false;
  const stop = (): void => {
    isStopped = true;
    agenda.close();
  };
  const work = async (): Promise<void> => {
    for (;;) {
      signal.throwIfAborted();
      const task = await agenda.next();
      if (task === undefined) return;
      folder.describe(plan, task.cell);
      onEvent?.({ kind: 'started', task });
      const startedAt = performance.now();
      const unit = unitOf(plan, task);
      const outcome = await executor.run(unit, signal);
      const wallMs = Math.round(performance.now() - startedAt);
      // what follows is decided from what is kept, whoever made it
      const text = recordText({ cell: task.cell.id, seed: task.seed, outcome });
      const record = parseRecord(text, unit.key);
      folder.add(record);
      folder.time({ cell: task.cell.id, seed: task.seed, wallMs });
      made += 1;
      if (outcome.status === 'failed') failures.push({ ...task, record });
      agenda.finished(task, outcome.status === 'done' ? outcome.metrics : 'failed');
      if (outcome.status === 'failed' && !keepGoing) stop();
      onEvent?.({ kind: 'finished', task, record, wallMs });
    }
  };
  const workers = await Promise.allSettled(
    Array.from({ length: executor.slots }, () =>
      work().catch((error: unknown) => {
        stop();
        throw error;
      }),
    ),
  );
  for (const worker of workers) if (worker.status === 'rejected') throw worker.reason;
  return { made, failures, isStopped };
}

/** Returns a task as a worker gets it. */
export function unitOf(plan: SweepPlan, { cell, seed }: Task): RunUnit {
  const { configuration } = experimentOf(plan, cell);
  return { key: `${cell.id}-${seed}`, config: configYaml(configuration), seed };
}

/** Tells whether a run belongs to a shard; with `until`, cells are not divided. */
export function isOurs(
  { sweep }: SweepPlan,
  shard: Shard | undefined,
  at: { readonly cell: PlannedCell; readonly replica: number },
): boolean {
  if (shard === undefined) return true;
  if (sweep.until !== undefined) return isInShard(shard, at.cell.index);
  return isInShard(shard, at.cell.index * replicaBounds(sweep).least + at.replica);
}

/** A cell of which runs are still missing. */
type OpenCell = {
  readonly cell: PlannedCell;
  /** Replicas to be given out, next one last. */
  pending: number[];
  /** Given out and not finished. */
  outstanding: number;
  readonly results: Map<number, readonly Metric[] | 'failed'>;
};

/** What is to be run next. */
class Agenda {
  readonly #options: SweepOptions;
  readonly #open = new Map<PlannedCell, OpenCell>();
  #nextCell = 0;
  #isClosed = false;
  #waiting: (() => void)[] = [];

  constructor(options: SweepOptions) {
    this.#options = options;
  }

  /** Returns a run; waits while one may still turn out to be needed; `undefined` at the end. */
  async next(): Promise<Task | undefined> {
    for (;;) {
      if (this.#isClosed) return undefined;
      const ready = this.#ready();
      if (ready !== undefined) {
        const replica = ready.pending.pop();
        ready.outstanding += 1;
        const { cell } = ready;
        if (replica !== undefined) {
          return { cell, replica, seed: runSeed(this.#options.plan, cell, replica) };
        }
      }
      if (this.#open.size === 0) return undefined;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  finished({ cell, replica }: Task, result: readonly Metric[] | 'failed'): void {
    const open = this.#open.get(cell);
    if (open === undefined) return;
    open.outstanding -= 1;
    open.results.set(replica, result);
    if (open.pending.length === 0 && open.outstanding === 0) this.#look(open);
    this.#wake();
  }

  /** Nothing more is given out. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }

  /** An open cell with something to give out; opens more if there is none. */
  #ready(): OpenCell | undefined {
    for (const open of this.#open.values()) if (open.pending.length > 0) return open;
    const { cells } = this.#options.plan;
    while (this.#nextCell < cells.length) {
      const cell = cells[this.#nextCell++];
      if (cell === undefined) break;
      const open: OpenCell = { cell, pending: [], outstanding: 0, results: new Map() };
      this.#look(open);
      if (open.pending.length > 0) return open;
    }
    return undefined;
  }

  /** Finds out what a cell still needs; closes it if that is nothing. */
  #look(open: OpenCell): void {
    const { plan, folder, shard } = this.#options;
    const { cell, results } = open;
    const { missing } = extentOf(plan.sweep, (replica) => {
      const known = results.get(replica);
      if (known !== undefined) return known;
      if (!isOurs(plan, shard, { cell, replica })) return [];
      return knownRun(folder, cell, runSeed(plan, cell, replica));
    });
    open.pending = [...missing].reverse();
    if (missing.length > 0) this.#open.set(cell, open);
    else this.#open.delete(cell);
  }
}

/** The metrics of a run that is done; one that failed is to be tried again. */
function knownRun(
  folder: SweepFolder,
  cell: PlannedCell,
  seed: number,
): readonly Metric[] | undefined {
  if (folder.stateOf(cell, seed) !== 'done') return undefined;
  const { outcome } = folder.read(cell, seed, 'done');
  return outcome.status === 'done' ? outcome.metrics : undefined;
}
