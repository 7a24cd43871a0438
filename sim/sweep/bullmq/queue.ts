/** The executor that hands units to workers over a queue on Redis. */
import type { Job, Queue, QueueEvents } from 'bullmq';
import { SweepError } from '../error.ts';
import type { Executor, Outcome, RunUnit } from '../executor.ts';
import { isOutcome } from '../record.ts';
import { type Broker, openBroker, queueName } from './connection.ts';

/** Units in the queue at a time: enough for many workers, little to lose. */
const SLOTS = 256;
/** An outcome waits so long for a sweep that is started again. */
const KEEP_SECONDS = 3600;
/** How often a job is begun: workers may die. */
const ATTEMPTS = 3;
/** Between two looks at all jobs, in case an event was lost. */
const POLL_MS = 5000;
const CLOSE_MS = 2000;

type Waiting = {
  readonly unit: RunUnit;
  readonly end: (outcome: Outcome) => void;
  readonly fail: (error: unknown) => void;
};

export class QueueExecutor implements Executor {
  readonly slots = SLOTS;
  readonly #broker: Broker;
  readonly #queue: Queue;
  readonly #events: QueueEvents;
  readonly #waiting = new Map<string, Waiting>();
  readonly #poll: NodeJS.Timeout;

  private constructor(broker: Broker, version: string) {
    this.#broker = broker;
    const { connection, bullmq } = broker;
    this.#queue = new bullmq.Queue(queueName(version), { connection });
    this.#events = new bullmq.QueueEvents(queueName(version), { connection });
    // connections are watched by the broker
    this.#queue.on('error', () => undefined);
    this.#events.on('error', () => undefined);
    this.#events.on('completed', ({ jobId }) => this.#look(jobId));
    this.#events.on('failed', ({ jobId }) => this.#look(jobId));
    const lookAtAll = (): void => {
      for (const key of this.#waiting.keys()) this.#look(key);
    };
    // Redis may have come back without its data
    broker.watch.on('ready', lookAtAll);
    this.#poll = setInterval(lookAtAll, POLL_MS);
    broker.gone.catch((error: unknown) => {
      for (const { fail } of this.#waiting.values()) fail(error);
    });
  }

  /**
   * Connects.
   * @param options.graceMs how long Redis may be away
   * @throws SweepError redis-missing, redis-address, redis-unreachable
   */
  static async open(options: {
    readonly url: string;
    readonly version: string;
    readonly graceMs?: number;
  }): Promise<QueueExecutor> {
    return new QueueExecutor(await openBroker(options.url, options.graceMs), options.version);
  }

  /** Returns how many workers of this version are connected. */
  workerCount(): Promise<number> {
    return this.#unlessGone(this.#queue.getWorkersCount());
  }

  async run(unit: RunUnit, signal: AbortSignal): Promise<Outcome> {
    signal.throwIfAborted();
    let abandon = (): void => undefined;
    try {
      await this.#unlessGone(this.#enqueue(unit));
      return await new Promise<Outcome>((end, fail) => {
        abandon = () => fail(signal.reason);
        signal.addEventListener('abort', abandon, { once: true });
        this.#waiting.set(unit.key, { unit, end, fail });
        this.#look(unit.key);
      });
    } finally {
      this.#waiting.delete(unit.key);
      signal.removeEventListener('abort', abandon);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#poll);
    // closing waits for Redis, which may be gone
    const closed = Promise.all([this.#queue.close(), this.#events.close()]).catch(() => undefined);
    const late = new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref());
    await Promise.race([closed, late]);
    this.#broker.watch.disconnect();
  }

  /** Adds a unit; an earlier one with an outcome is kept unless its run failed. */
  async #enqueue({ key, config, seed }: RunUnit): Promise<void> {
    const known: Job | undefined = await this.#queue.getJob(key);
    if (known !== undefined) {
      const value: unknown = known.returnvalue;
      const isFailed = isOutcome(value) ? value.status === 'failed' : await known.isFailed();
      if (isFailed) await known.remove();
    }
    const age = { age: KEEP_SECONDS };
    const options = { jobId: key, attempts: ATTEMPTS, removeOnComplete: age, removeOnFail: age };
    await this.#queue.add('run', { key, config, seed }, options);
  }

  /** Finds out how a job stands, and ends the wait for it if it has ended. */
  #look(key: string): void {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return;
    const { unit, end } = waiting;
    const look = async (): Promise<void> => {
      const job: Job | undefined = await this.#queue.getJob(key);
      if (job === undefined) return this.#enqueue(unit);
      const value: unknown = job.returnvalue;
      if (isOutcome(value)) return end(value);
      if (await job.isFailed()) {
        const message = `no worker finished it: ${job.failedReason ?? 'unknown reason'}`;
        end({ status: 'failed', code: 'worker-died', message });
      }
    };
    this.#unlessGone(look()).catch(waiting.fail);
  }

  /** Commands wait for a connection for ever; this does not. */
  #unlessGone<T>(work: Promise<T>): Promise<T> {
    const failed = work.catch((cause: unknown) => {
      if (cause instanceof SweepError) throw cause;
      const message = cause instanceof Error ? cause.message : String(cause);
      const where = this.#broker.connection.url;
      const remedy = 'What is finished was kept; the same command goes on.';
      throw new SweepError({ code: 'redis-refused', where, message, remedy }, { cause });
    });
    return Promise.race([failed, this.#broker.gone]);
  }
}
