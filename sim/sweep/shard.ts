/** A fixed part of a sweep for one of several machines: nothing is agreed on, nothing is locked. */
import { SweepError } from './error.ts';

/** Part `index` (0 .. count−1) of `count`. */
export type Shard = {
  readonly index: number;
  readonly count: number;
  /** Where it was read. */
  readonly source: string;
};

/** More machines than any array job has. */
const COUNT_MAX = 1_000_000;

type Environment = Readonly<Record<string, string | undefined>>;

/** How array jobs tell a task which one it is: index, count, and the first index. */
const SCHEDULERS = [
  {
    name: 'Slurm',
    index: 'SLURM_ARRAY_TASK_ID',
    count: 'SLURM_ARRAY_TASK_COUNT',
    first: 'SLURM_ARRAY_TASK_MIN',
  },
  {
    name: 'Kubernetes',
    index: 'JOB_COMPLETION_INDEX',
    count: 'JOB_COMPLETIONS',
    first: undefined,
  },
  { name: 'PBS', index: 'PBS_ARRAY_INDEX', count: 'PBS_ARRAY_COUNT', first: undefined },
] as const;

/**
 * Reads `3/64`, counted from 0, or `auto`: the variables of the array job that this process is in.
 * @throws SweepError not-a-shard, no-array-job
 */
export function readShard(text: string, environment: Environment): Shard {
  if (text === 'auto') return shardOfJob(environment);
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  return checked({ index: Number(index), count: Number(count), source: `--shard ${text}` });
}

/** Tells whether the unit at this position belongs to the shard. */
export function isInShard({ index, count }: Shard, position: number): boolean {
  return position % count === index;
}

function shardOfJob(environment: Environment): Shard {
  for (const { name, index, count, first } of SCHEDULERS) {
    const [own, of] = [environment[index], environment[count]];
    if (own === undefined) continue;
    if (of === undefined) {
      throw new SweepError({
        code: 'no-array-job',
        where: '--shard auto',
        message: `${index} is ${own}, but ${count} is not set: how many parts are there?`,
        remedy: `Set ${count}, or give --shard ${own}/<count>.`,
      });
    }
    const offset = first === undefined ? 0 : Number(environment[first] ?? 0);
    const source = `${name}: ${index}=${own}, ${count}=${of}`;
    return checked({ index: Number(own) - offset, count: Number(of), source });
  }
  const names = SCHEDULERS.map(({ index }) => index).join(', ');
  throw new SweepError({
    code: 'no-array-job',
    where: '--shard auto',
    message: `this is no array job: none of ${names} is set`,
    remedy: 'Give the part by number, for example --shard 0/4, or leave the option out.',
  });
}

function checked(shard: Shard): Shard {
  const { index, count, source } = shard;
  const isCount = Number.isSafeInteger(count) && count >= 1 && count <= COUNT_MAX;
  if (isCount && Number.isSafeInteger(index) && index >= 0 && index < count) return shard;
  throw new SweepError({
    code: 'not-a-shard',
    where: source,
    message: 'is no part of a sweep',
    remedy: 'Parts are counted from 0: --shard 0/4, 1/4, 2/4, 3/4.',
  });
}
