/** Does the work of `assay sim worker`: runs units from the queue until it is stopped. */
import { runWorker } from '../../../../sim/sweep/index.ts';
import { AssayError } from '../../../base/index.ts';
import type { Io } from '../../io.ts';
import { readPositive } from '../../values.ts';
import { readVersion } from '../../version.ts';
import { readJobs } from './sweep.ts';

/** Less than this, and a busy machine is taken for a dead one. */
const LOCK_MS_MIN = 1000;

/**
 * Works for sweeps until Ctrl-C.
 * @throws SweepError redis-missing, redis-address, redis-unreachable; AssayError
 *   not-a-job-count, lock-too-short
 */
export async function runWorkerCommand(values: {
  readonly io: Io;
  readonly redis: string;
  readonly jobs: string;
  readonly lockMs: string;
}): Promise<void> {
  const { io, redis: url } = values;
  const jobs = readJobs(values.jobs);
  const lockMs = readPositive(values.lockMs, '--lock-ms');
  if (lockMs < LOCK_MS_MIN) {
    throw new AssayError({
      code: 'lock-too-short',
      where: '--lock-ms',
      message: `must be ${LOCK_MS_MIN} or more, found ${lockMs}`,
      remedy: 'Leave it out for 30000.',
    });
  }
  let done = 0;
  await runWorker({
    url,
    version: readVersion(),
    jobs,
    lockMs,
    signal: io.signal,
    onEvent: (event) => {
      if (event.kind === 'ready') io.err(`worker ready, ${jobs} at a time; Ctrl-C ends it\n`);
      else {
        done += 1;
        io.err(`${JSON.stringify({ event: 'run', run: event.key, status: event.status, done })}\n`);
      }
    },
  });
}
