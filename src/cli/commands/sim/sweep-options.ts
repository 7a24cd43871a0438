/** Options of `assay sim sweep`, `merge`, `worker` and `theory`. */
import { JSON_OPTION, TEXT } from '../../io.ts';

const OUT = { out: { ...TEXT, describe: 'Results folder (default: runs/<name of the sweep>)' } };

const REDIS = 'Address of Redis or Valkey, e.g. redis://127.0.0.1:6379';

/** Options of `sim sweep`. */
export const SWEEP_OPTIONS = {
  ...OUT,
  set: {
    ...TEXT,
    array: true,
    default: [] as string[],
    describe: 'Change a key of the sweep, e.g. replicas=3; repeatable',
  },
  jobs: { ...TEXT, default: 'auto', describe: 'Processes at a time; auto: one per core' },
  engine: {
    choices: ['pool', 'inline', 'bullmq'] as const,
    default: 'pool' as const,
    describe: 'Who runs: processes, this process, or workers over Redis',
  },
  redis: { ...TEXT, describe: `${REDIS}, for bullmq` },
  shard: { ...TEXT, describe: 'Only this part, e.g. 3/64; auto: that of an array job' },
  'dry-run': { type: 'boolean', default: false, describe: 'Say what would run, and how long' },
  'keep-going': { type: 'boolean', default: false, describe: 'Go on after a run has failed' },
  ...JSON_OPTION,
  quiet: { type: 'boolean', default: false, describe: 'Print no tables and no progress' },
} as const;

/** What stands below the options of `sim sweep`. */
export const SWEEP_EPILOGUE = [
  'Finished runs are kept at once: the same command goes on where it was stopped.',
  'Writes cells.csv, runs.csv, runs.parquet, and differences.csv if there are arms.',
  'Exit codes: 0 done, 2 bad input or a run failed, 3 a promise of the protocol',
  'broke in a run, 130 interrupted: what was finished is kept.',
].join('\n');

/** Options of `sim merge`. */
export const MERGE_OPTIONS = {
  partial: { type: 'boolean', default: false, describe: 'Take what is there if runs are missing' },
  ...JSON_OPTION,
  quiet: { type: 'boolean', default: false, describe: 'Print no tables' },
} as const;

/** Options of `sim worker`. */
export const WORKER_OPTIONS = {
  redis: { ...TEXT, demandOption: true, describe: REDIS },
  jobs: { ...TEXT, default: 'auto', describe: 'Processes at a time; auto: one per core' },
  'lock-ms': { ...TEXT, default: '30000', describe: 'Silent for so long, it counts as dead' },
} as const;

/** Options of `sim theory`. */
export const THEORY_OPTIONS = {
  set: {
    ...TEXT,
    array: true,
    default: [] as string[],
    describe: 'Change a key of the file; repeatable',
  },
  ...JSON_OPTION,
} as const;
