/** Loads BullMQ and ioredis, which are optional, and watches whether Redis is there. */
import type * as bullmq from 'bullmq';
import type { Redis } from 'ioredis';
import { SweepError } from '../error.ts';

/** How long Redis may be away before a sweep gives up: a restart takes less. */
export const GRACE_MS = 10_000;

const RETRY_MS = 250;
const CONNECT_MS = 5000;

/** What the queue and its workers are made with. */
export type Broker = {
  readonly bullmq: typeof bullmq;
  /** Options that BullMQ connects with. */
  readonly connection: {
    readonly url: string;
    readonly maxRetriesPerRequest: null;
    readonly retryStrategy: () => number;
  };
  /** A connection of its own, to see whether Redis is there. */
  readonly watch: Redis;
  /** Rejects with a SweepError when Redis has been away for too long. */
  readonly gone: Promise<never>;
};

/**
 * Connects to Redis.
 * @param url such as `redis://127.0.0.1:6379`
 * @throws SweepError redis-missing, redis-address, redis-unreachable
 */
export async function openBroker(url: string, graceMs = GRACE_MS): Promise<Broker> {
  requireAddress(url);
  const packages = await load();
  let isUp = false;
  const watch = new packages.Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (isUp && times * RETRY_MS <= graceMs ? RETRY_MS : null),
  });
  let reason = 'it does not answer';
  watch.on('error', (error: Error) => {
    reason = error.message === '' ? error.name : error.message;
  });
  await watch.connect().catch((cause: unknown) => {
    const detail = { message: `Redis cannot be reached (${reason})`, remedy: IS_IT_UP };
    throw new SweepError({ code: 'redis-unreachable', where: url, ...detail }, { cause });
  });
  isUp = true;
  const gone = new Promise<never>((_, reject) => {
    watch.on('end', () => {
      const message = `Redis has been away for ${graceMs / 1000} s (${reason})`;
      reject(new SweepError({ code: 'redis-unreachable', where: url, message, remedy: GO_ON }));
    });
  });
  // whoever waits for it hears of it; nobody may be waiting when a connection is closed
  gone.catch(() => undefined);
  const connection = { url, maxRetriesPerRequest: null, retryStrategy: () => RETRY_MS } as const;
  return { bullmq: packages.bullmq, connection, watch, gone };
}

/** Returns the name of the queue: workers of another version do not see it. */
export function queueName(version: string): string {
  return `assay-${version}`;
}

const IS_IT_UP = 'Start it, or check the address: --redis redis://host:6379.';
const GO_ON = 'What is finished was kept. When Redis is back, the same command goes on.';

function requireAddress(url: string): void {
  if (/^rediss?:\/\/\S+$/.test(url)) return;
  const message = 'is no address of Redis';
  const remedy = 'For example --redis redis://127.0.0.1:6379.';
  throw new SweepError({ code: 'redis-address', where: `--redis ${url}`, message, remedy });
}

async function load(): Promise<{ bullmq: typeof bullmq; Redis: typeof Redis }> {
  try {
    const [queues, ioredis] = await Promise.all([import('bullmq'), import('ioredis')]);
    return { bullmq: queues, Redis: ioredis.Redis };
  } catch (cause) {
    const detail = {
      code: 'redis-missing',
      where: '--redis',
      message: 'the packages bullmq and ioredis are not installed',
      remedy: 'npm install bullmq ioredis; or use --jobs on one machine, --shard on several.',
    };
    throw new SweepError(detail, { cause });
  }
}
