/**
 * A pool of processes on this machine: one for the whole sweep, each runs one unit after another.
 *
 * Processes and not threads: a run that exhausts its memory or crashes takes nothing else with it,
 * and the core it was on gets a new process. A unit whose process died is run once more, then it
 * counts as failed.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { SweepError } from './error.ts';
import type { Executor, Outcome, RunUnit } from './executor.ts';
import { isOutcome } from './record.ts';

/** Most of what a step makes dies at once: room for it saves a sixth of the time, measured. */
const YOUNG_GENERATION = '--max-semi-space-size=32';

/** How often a unit is given to a process: a second time if the first one died. */
const ATTEMPTS = 2;

/** A request to a process of the pool. */
export type PoolRequest = { readonly id: number; readonly unit: RunUnit };

/** A process with the unit it runs. */
type Worker = {
  readonly process: ChildProcess;
  job: { readonly id: number; readonly end: (outcome: Outcome | Died) => void } | undefined;
};

type Died = { readonly status: 'died'; readonly how: string };

export class PoolExecutor implements Executor {
  readonly slots: number;
  readonly #workers = new Set<Worker>();
  #nextId = 0;
  #isClosed = false;

  /** @param slots processes, at least 1; they are started when they are needed */
  constructor(slots: number) {
    this.slots = slots;
  }

  /** Ids of the processes that are up. */
  get pids(): readonly number[] {
    return [...this.#workers].flatMap(({ process: { pid } }) => pid ?? []);
  }

  async run(unit: RunUnit, signal: AbortSignal): Promise<Outcome> {
    let how = '';
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const outcome = await this.#attempt(unit, signal);
      if (outcome.status !== 'died') return outcome;
      how = outcome.how;
    }
    const message = `the process that ran it ended ${ATTEMPTS} times (${how})`;
    return { status: 'failed', code: 'worker-died', message };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { process: child } of this.#workers) child.kill('SIGKILL');
    this.#workers.clear();
  }

  async #attempt(unit: RunUnit, signal: AbortSignal): Promise<Outcome | Died> {
    signal.throwIfAborted();
    if (this.#isClosed) {
      throw new SweepError({ code: 'pool-closed', message: 'the pool takes no more runs' });
    }
    const worker = this.#idle() ?? this.#start();
    const id = this.#nextId++;
    let abandon = (): void => undefined;
    try {
      return await new Promise<Outcome | Died>((resolve, reject) => {
        abandon = () => {
          worker.process.kill('SIGKILL');
          reject(signal.reason);
        };
        signal.addEventListener('abort', abandon, { once: true });
        worker.job = { id, end: resolve };
        const request: PoolRequest = { id, unit };
        // a process that is gone says so by its exit
        worker.process.send(request, () => undefined);
      });
    } finally {
      worker.job = undefined;
      signal.removeEventListener('abort', abandon);
    }
  }

  #idle(): Worker | undefined {
    for (const worker of this.#workers) {
      if (worker.job === undefined && worker.process.connected) return worker;
    }
    return undefined;
  }

  #start(): Worker {
    const { module, execArgv } = childModule();
    const child = fork(module, { execArgv, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const worker: Worker = { process: child, job: undefined };
    this.#workers.add(worker);
    child.on('message', (message: unknown) => {
      const { job } = worker;
      if (job === undefined || typeof message !== 'object' || message === null) return;
      if (!('id' in message) || message.id !== job.id || !('outcome' in message)) return;
      if (isOutcome(message.outcome)) job.end(message.outcome);
    });
    const end = (how: string): void => {
      this.#workers.delete(worker);
      worker.job?.end({ status: 'died', how });
    };
    child.on('error', (error) => end(error.message));
    child.on('exit', (code, signalName) => end(signalName ?? `exit code ${code}`));
    return worker;
  }
}

/** Run from sources, the child needs the same TypeScript loader as this process. */
function childModule(): { readonly module: string; readonly execArgv: string[] } {
  const here = import.meta.url;
  const extension = here.endsWith('.ts') ? 'ts' : 'js';
  const module = fileURLToPath(new URL(`./pool-process.${extension}`, here));
  if (extension === 'js') return { module, execArgv: [YOUNG_GENERATION] };
  const loader = pathToFileURL(createRequire(here).resolve('tsx/esm')).href;
  return { module, execArgv: [YOUNG_GENERATION, '--import', loader] };
}
