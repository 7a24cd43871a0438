/** Does the work of `assay sim sweep`: plans, runs what is missing, makes the tables. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
  aggregate,
  type Executor,
  experimentOf,
  InlineExecutor,
  type Manifest,
  manifestOf,
  meanRunMs,
  PoolExecutor,
  planSweep,
  QueueExecutor,
  readManifest,
  readShard,
  runSweep,
  type Shard,
  type Survey,
  type SweepEnd,
  type SweepEvent,
  SweepFolder,
  type SweepPlan,
  surveySweep,
  writeTables,
} from '../../../../sim/sweep/index.ts';
import { AssayError } from '../../../base/index.ts';
import { type ConfigDocument, readDocument, resolveSweep } from '../../../config/index.ts';
import type { Io } from '../../io.ts';
import { terminalOf } from '../../terminal.ts';
import { readVersion } from '../../version.ts';
import { environmentOf } from './environment.ts';
import { dryRunAnswer } from './sweep-dry-run.ts';
import { SweepDisplay } from './sweep-progress.ts';
import { printSweep, requireSuccess } from './sweep-report.ts';

/** A run that takes longer than this is not tried for an estimate. */
const TRIAL_MS = 10_000;
/** More processes than any machine has cores. */
const JOBS_MAX = 1024;

/** Options of `sim sweep` as the command line gives them. */
export type SweepValues = {
  readonly io: Io;
  readonly sweep: string;
  readonly out?: string | undefined;
  readonly set: readonly string[];
  readonly jobs: string;
  readonly engine: 'pool' | 'inline' | 'bullmq';
  readonly redis?: string | undefined;
  readonly shard?: string | undefined;
  readonly dryRun: boolean;
  readonly keepGoing: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
};

type Opened = {
  readonly plan: SweepPlan;
  readonly path: string;
  readonly shard: Shard | undefined;
  readonly survey: Survey;
  readonly folder: SweepFolder;
};

/**
 * Runs what is missing of a sweep, and makes its tables.
 * @throws ConfigError, SweepError, AssayError run-failed, invariant-violated, not-a-job-count,
 *   no-redis; what the signal aborted with
 */
export async function runSweepCommand(values: SweepValues): Promise<void> {
  const { io } = values;
  const opened = openSweep(values);
  if (values.dryRun) return printDryRun(values, opened);
  const { plan, path, shard, survey } = opened;
  const manifest = manifestOf(plan);
  const executor = await openExecutor(values);
  try {
    const folder = SweepFolder.open(path, plan, manifest);
    folder.noteEnvironment(environmentOf());
    const display = new SweepDisplay({
      io,
      survey,
      terminal: terminalOf(process.stderr),
      title: plan.sweep.name,
      quiet: values.quiet,
    });
    if (shard !== undefined) display.note(`${shard.source}: part ${shard.index} of ${shard.count}`);
    if (executor instanceof QueueExecutor && (await executor.workerCount()) === 0) {
      display.note(`no worker yet: assay sim worker --redis ${values.redis}`);
    }
    const { signal } = io;
    const { keepGoing } = values;
    const onEvent = (event: SweepEvent) => display.step(event);
    const end = await runSweep({ plan, folder, executor, shard, keepGoing, signal, onEvent })
      .finally(() => display.end())
      .catch((error: unknown) => {
        if (signal.aborted && !values.quiet) io.err(`interrupted: ${HOW_TO_GO_ON}\n`);
        throw error;
      });
    finish(values, { plan, folder, manifest, end, isPart: shard !== undefined });
  } finally {
    await executor.close();
  }
}

const HOW_TO_GO_ON = 'what was finished is kept, and the same command goes on';

function openSweep(values: SweepValues): Opened {
  const document = readDocument(values.sweep);
  refuseScenario(document);
  const sweep = resolveSweep(document, values.set);
  const shard = values.shard === undefined ? undefined : readShard(values.shard, process.env);
  const plan = planSweep(sweep, { document, version: readVersion() });
  const path = readFolder(values.out) ?? join('runs', sweep.name);
  const folder = SweepFolder.look(path, plan);
  const survey = surveySweep(plan, { folder, shard, before: cellsBefore(path) });
  return { plan, path, shard, survey, folder };
}

/** @throws AssayError is-a-scenario */
function refuseScenario({ value, source }: ConfigDocument): void {
  if (typeof value !== 'object' || value === null || 'base' in value) return;
  if (!SCENARIO_KEYS.some((key) => key in value)) return;
  throw new AssayError({
    code: 'is-a-scenario',
    where: source,
    message: 'is a scenario: one run',
    remedy: `Use: assay sim run ${source}. A sweep names it as its base.`,
  });
}

/** Keys that scenarios have, and sweeps never. */
const SCENARIO_KEYS = ['validators', 'network', 'workload', 'propagation', 'durationRounds'];

/** An empty name would be the working directory. @throws AssayError no-folder */
function readFolder(out: string | undefined): string | undefined {
  if (out !== '') return out;
  throw new AssayError({
    code: 'no-folder',
    where: '--out',
    message: 'names no folder',
    remedy: 'Name one, or leave it out.',
  });
}

/** Cells as they were when the folder was last written. */
function cellsBefore(path: string): Manifest['cells'] {
  try {
    return readManifest(path).cells;
  } catch {
    // A folder that is not there yet has none; one that is wrong was refused before.
    return {};
  }
}

function finish(
  values: SweepValues,
  at: {
    readonly plan: SweepPlan;
    readonly folder: SweepFolder;
    readonly manifest: Manifest;
    readonly end: SweepEnd;
    readonly isPart: boolean;
  },
): void {
  const { plan, folder, manifest, end, isPart } = at;
  const { basePath } = manifest;
  const isWhole = !isPart && !end.isStopped;
  if (isWhole) {
    const results = aggregate(plan, folder);
    const files = writeTables(results, { folder, basePath });
    printSweep(values, { plan, results, files, path: folder.path });
  } else if (!values.quiet && !values.json) {
    values.io.out(`${end.made} runs made. When all parts are: assay sim merge ${folder.path}\n`);
  }
  requireSuccess(end.failures, basePath);
}

/** @throws AssayError not-a-job-count, no-redis; SweepError if Redis cannot be used */
async function openExecutor(values: SweepValues): Promise<Executor> {
  const { engine, redis, jobs } = values;
  if (engine === 'inline') return new InlineExecutor();
  if (engine === 'pool') return new PoolExecutor(readJobs(jobs));
  if (redis !== undefined) return QueueExecutor.open({ url: redis, version: readVersion() });
  throw new AssayError({
    code: 'no-redis',
    where: '--redis',
    message: 'the engine bullmq needs the address of Redis',
    remedy: 'For example --redis redis://127.0.0.1:6379.',
  });
}

/** Reads a number of processes; `auto` is one per core. @throws AssayError not-a-job-count */
export function readJobs(text: string): number {
  if (text === 'auto') return availableParallelism();
  const jobs = Number(text);
  if (Number.isSafeInteger(jobs) && jobs >= 1 && jobs <= JOBS_MAX) return jobs;
  throw new AssayError({
    code: 'not-a-job-count',
    where: `--jobs ${text}`,
    message: 'is no number of processes',
    remedy: `Give auto, or a whole number from 1 to ${JOBS_MAX}.`,
  });
}

async function printDryRun(values: SweepValues, opened: Opened): Promise<void> {
  const { plan, folder, survey, path, shard } = opened;
  const known = meanRunMs(survey, folder);
  const trial = known === undefined ? await tryOne(plan, survey, values.io.signal) : undefined;
  const slots = values.engine === 'pool' ? readJobs(values.jobs) : 1;
  const estimate = {
    runMs: known ?? trial,
    isTrial: known === undefined,
    slots,
    trialMs: TRIAL_MS,
  };
  const { json, lines } = dryRunAnswer({ plan, survey, path, shard, estimate });
  values.io.out(values.json ? `${JSON.stringify(json, null, 2)}\n` : `${lines.join('\n')}\n`);
}

/** Runs the first missing run, and throws away what comes out. */
async function tryOne(
  plan: SweepPlan,
  { first }: Survey,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (first === undefined) return undefined;
  const tooLong = AbortSignal.timeout(TRIAL_MS);
  const startedAt = performance.now();
  try {
    const either = AbortSignal.any([signal, tooLong]);
    await experimentOf(plan, first.cell).run(first.seed, either);
    return performance.now() - startedAt;
  } catch {
    // How long it takes is not known: it was too long, or it fails as it will in the sweep.
    signal.throwIfAborted();
    return undefined;
  }
}
