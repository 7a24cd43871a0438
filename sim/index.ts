/** The simulator: the protocol's own code under virtual time, with dishonest actors. */
export { InvariantViolation } from '../src/invariants/index.ts';
export { type ClaimRow, claimRows } from './metrics/claims.ts';
export type { Expected, Rate } from './metrics/rate.ts';
export { type Effort, propagationReport } from './propagation/report.ts';
export { type PropagationResult, propagationMetrics } from './propagation/result.ts';
export { type PropagationOptions, runPropagation } from './propagation/run.ts';
export { claimsCsv } from './report/claims-csv.ts';
export {
  checkFolder,
  FOLDER_KIND,
  MANIFEST_FILE,
  type RunFiles,
  writeFolder,
} from './report/folder.ts';
export { RESULT_VERSION, type RunResult, summarise } from './report/result.ts';
export { commandLines, commandText, reportTable, type TableOptions } from './report/table.ts';
export { prepareOracle, type Run, type RunOptions, runScenario } from './run.ts';
export { createSimulation, type Simulation } from './setup.ts';
export type { RunTrace, TraceOptions } from './trace/run-trace.ts';
export { TraceFile } from './trace/trace-file.ts';
