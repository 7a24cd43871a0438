/** `assay sim worker`: takes units from the queue and runs them in a pool of processes. */
import type { Job } from 'bullmq';
import { SweepError } from '../error.ts';
import type { Outcome, RunUnit } from '../executor.ts';
import { PoolExecutor } from '../pool.ts';
import { openBroker, queueName } from './connection.ts';

/** A worker that has not been heard of for so long is taken for dead. */
export const LOCK_MS = 30_000;
/** How often a unit may lose its worker before it counts as failed. */
const DEATHS_MAX = 3;

export type WorkerOptions = {
  readonly url: string;
  readonly version: string;
  /** Runs at a time, each in a process. */
  readonly jobs: number;
  readonly lockMs: number;
  /** Ends the worker; what it runs is given to others. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: WorkerEvent) => void;
};

/** What a worker does. */
export type WorkerEvent =
  | { readonly kind: 'ready' }
  | { readonly kind: 'finished'; readonly key: string; readonly status: Outcome['status'] };

/**
 * Works until it is told to stop.
 * @throws SweepError redis-missing, redis-address, redis-unreachable
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { url, version, jobs, lockMs, signal, onEvent } = options;
  const broker = await openBroker(url);
  const pool = new PoolExecutor(jobs);
  const process = async (job: Job): Promise<Outcome> => {
    const unit = unitIn(job.data);
    const outcome = await pool.run(unit, signal);
    onEvent({ kind: 'finished', key: unit.key, status: outcome.status });
    return outcome;
  };
  const worker = new broker.bullmq.Worker(queueName(version), process, {
    connection: broker.connection,
    concurrency: jobs,
    lockDuration: lockMs,
    stalledInterval: lockMs,
    maxStalledCount: DEATHS_MAX,
  });
  worker.on('error', () => undefined);
  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    await Promise.race([worker.waitUntilReady(), broker.gone]);
    onEvent({ kind: 'ready' });
    await Promise.race([stopped, broker.gone]);
  } finally {
    // jobs are let go of: their locks run out, and others take them
    void worker.close(true).catch(() => undefined);
    await pool.close();
    broker.watch.disconnect();
  }
}

function unitIn(data: unknown): RunUnit {
  if (typeof data === 'object' && data !== null) {
    const { key, config, seed } = data as Partial<Record<keyof RunUnit, unknown>>;
    if (typeof key === 'string' && typeof config === 'string' && typeof seed === 'number') {
      return { key, config, seed };
    }
  }
  const remedy = 'Something else writes to this queue: give Assay a Redis database of its own.';
  throw new SweepError({ code: 'redis-foreign', message: 'a job is no run', remedy });
}
