/** Sweeps: many runs of one scenario, by whoever runs them, into one folder. */
export {
  aggregate,
  requireComplete,
  type SweepResults,
  writeTables,
} from './aggregate.ts';
export { QueueExecutor } from './bullmq/queue.ts';
export { LOCK_MS, runWorker } from './bullmq/worker.ts';
export { cellLabel, settingText } from './cells.ts';
export { SweepError } from './error.ts';
export { type Executor, InlineExecutor, runUnit, VIOLATED } from './executor.ts';
export { type ExperimentKind, kindOf, type Prediction } from './experiment.ts';
export { SweepFolder } from './folder.ts';
export { type Manifest, manifestDocument, manifestOf, readManifest } from './manifest.ts';
export { experimentOf, type PlannedCell, planSweep, type SweepPlan } from './plan.ts';
export { PoolExecutor } from './pool.ts';
export { PROPAGATION_METRICS } from './propagation.ts';
export { replayOf } from './replay.ts';
export { runSweep, type SweepEnd, type SweepEvent, type Task, unitOf } from './run-sweep.ts';
export { readShard, type Shard } from './shard.ts';
export { findStoredRun, type RunPlace, type StoredRun } from './stored-run.ts';
export { summaryLines } from './summary-table.ts';
export { meanRunMs, type Survey, surveySweep } from './survey.ts';
