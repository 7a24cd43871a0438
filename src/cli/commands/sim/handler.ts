/** Does the work of `assay sim run`: one scenario, its report, its output folder. */
import { join } from 'node:path';
import {
  checkFolder,
  claimRows,
  claimsCsv,
  commandLines,
  commandText,
  FOLDER_KIND,
  InvariantViolation,
  type Run,
  reportTable,
  runScenario,
  TraceFile,
  writeFolder,
} from '../../../../sim/index.ts';
import { AssayError } from '../../../base/index.ts';
import {
  configHash,
  configYaml,
  readDocument,
  resolveScenario,
  type Scenario,
} from '../../../config/index.ts';
import { executionClassOf, type OptimizationLevel } from '../../../inference/index.ts';
import type { Io } from '../../io.ts';
import { type Terminal, terminalOf } from '../../terminal.ts';
import { environmentOf } from './environment.ts';
import { startProgress } from './progress.ts';
import {
  type AskedTrace,
  askedTrace,
  type TraceValues,
  traceLine,
  withTrace,
} from './trace-options.ts';
import { VIOLATION_CODE } from './violation.ts';

/** Digits of the configuration hash that tell runs of changed scenarios apart. */
const SHORT_HASH = 8;
/** Error texts are indented by two and broken at 80. */
const REPLAY_COLUMNS = 76;

const LEVELS: readonly OptimizationLevel[] = ['disabled', 'basic', 'extended', 'all'];

/** Options of `sim run` as the command line gives them. */
export type RunValues = TraceValues & {
  readonly io: Io;
  readonly scenario: string;
  readonly seed?: string | undefined;
  readonly set: readonly string[];
  readonly out?: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
};

/**
 * Runs a scenario, prints its report and writes its folder.
 * @throws ConfigError, AssayError output-exists, output-unwritable, model-unreadable,
 *   execution-failed, not-a-seed, invariant-violated; what the signal aborted with
 */
export async function runSimulation(values: RunValues): Promise<void> {
  const { io } = values;
  const scenario = resolveScenario(readDocument(values.scenario), overridesOf(values));
  const folder = folderOf(values, scenario);
  checkFolder(folder);
  const asked = askedTrace(values);
  const startedAt = new Date();
  const run = await simulate(values, scenario, asked);
  io.signal.throwIfAborted();
  const rows = claimRows(run.simulation);
  const json = `${JSON.stringify(run.result, null, 2)}\n`;
  writeFolder(folder, {
    'manifest.json': manifestText(run, { values, scenario, startedAt, folder }),
    'config.resolved.yaml': configYaml(scenario),
    'result.json': json,
    'claims.csv': claimsCsv(rows),
  });
  if (values.json) io.out(json);
  else if (!values.quiet) {
    const { columns, hasColour } = terminalOf(process.stdout);
    const replay = replayWords(values, scenario.seed);
    io.out(reportTable(run.result, { columns: columns(), hasColour, replay, folder }));
    io.out(`  as a page: ${commandText(['npx', 'assay', 'sim', 'report', folder])}\n`);
  }
  const { runTrace } = run.simulation;
  if (asked && runTrace && !values.quiet) {
    io.err(traceLine(asked, runTrace.counts, asked.options));
  }
}

/** A seed on the command line is one more change of the scenario. */
export function overridesOf({ seed, set }: RunValues): readonly string[] {
  if (seed === undefined) return set;
  if (/^\d+$/.test(seed) && Number.isSafeInteger(Number(seed))) return [...set, `seed=${seed}`];
  throw new AssayError({
    code: 'not-a-seed',
    where: '--seed',
    message: `${JSON.stringify(seed)} is not a seed`,
    remedy: `Give one whole number from 0 to ${Number.MAX_SAFE_INTEGER}.`,
  });
}

/** The folder of a run: as named, or by scenario, seed and changes. */
export function folderOf(
  { out, set }: RunValues,
  scenario: { readonly name: string; readonly seed: number },
): string {
  if (out === '') {
    throw new AssayError({
      code: 'no-folder',
      where: '--out',
      message: 'names no folder',
      remedy: 'Name one, or leave it out.',
    });
  }
  if (out !== undefined) return out;
  const hash = set.length > 0 ? `-${configHash(scenario).slice(0, SHORT_HASH)}` : '';
  return join('runs', `${scenario.name}-${scenario.seed}${hash}`);
}

async function simulate(
  values: RunValues,
  scenario: Scenario,
  asked: AskedTrace | undefined,
): Promise<Run> {
  const { io } = values;
  const phase = scenario.oracle.kind === 'measured' ? 'running the models' : 'simulating';
  const virtualMsMax = scenario.durationRounds * scenario.parameters.roundMs;
  const progress = startProgress(io, {
    ...progressPlace(values, scenario),
    phase,
    virtualMsMax,
    warnings: scenario.ablate.length === 0 ? [] : [`rules are off: ${scenario.ablate.join(', ')}`],
  });
  const { seed } = scenario;
  const file = asked && new TraceFile(asked.path, asked.form);
  const trace = asked && file && { ...asked.options, sink: file };
  const { signal } = io;
  try {
    return await withTrace(file, {
      run: () => runScenario({ scenario, seed, signal, onProgress: progress.step, trace }),
      isKept: (error) => error instanceof InvariantViolation,
      signal,
    });
  } catch (error) {
    if (!(error instanceof InvariantViolation)) throw error;
    const replay = commandLines(replayWords(values, scenario.seed), REPLAY_COLUMNS);
    const detail = {
      code: VIOLATION_CODE,
      where: `${values.scenario}, seed ${scenario.seed}`,
      message: `the protocol broke its promise "${error.invariant}": ${error.detail}`,
      remedy: [`${written(asked)} Replay it:`, ...replay.map((line) => `  ${line}`)].join('\n'),
    };
    throw new AssayError(detail, { cause: error });
  } finally {
    progress.end();
  }
}

function written(asked: AskedTrace | undefined): string {
  if (asked === undefined) return 'Nothing was written.';
  return `The trace up to there is in ${asked.path}, nothing else was written.`;
}

/** Where and under which name progress is shown. */
export function progressPlace(
  { quiet }: RunValues,
  { name, seed }: { readonly name: string; readonly seed: number },
): { readonly terminal: Terminal; readonly quiet: boolean; readonly title: string } {
  return { terminal: terminalOf(process.stderr), quiet, title: `${name}, seed ${seed}` };
}

/** The command that gives the same result. */
export function replayWords({ scenario, set }: RunValues, seed: number): readonly string[] {
  const changes = set.flatMap((change) => ['--set', change]);
  return ['npx', 'assay', 'sim', 'run', scenario, '--seed', String(seed), ...changes];
}

function manifestText(
  { result }: Run,
  at: { values: RunValues; scenario: Scenario; startedAt: Date; folder: string },
): string {
  const endedAt = new Date();
  const manifest = {
    kind: FOLDER_KIND,
    ...environmentOf(),
    executionClasses: executionClasses(at.scenario),
    scenario: result.scenario,
    seed: result.seed,
    configHash: result.configHash,
    traceDigest: result.traceDigest,
    command: [...replayWords(at.values, result.seed), '--out', at.folder],
    startedAt: at.startedAt.toISOString(),
    endedAt: endedAt.toISOString(),
    wallMs: endedAt.getTime() - at.startedAt.getTime(),
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** What really ran the models: runtime and instruction set, which the simulation does not name. */
function executionClasses({ oracle }: Scenario): readonly string[] {
  if (oracle.kind !== 'measured') return [];
  return LEVELS.filter((level) => (oracle.honestClasses[level] ?? 0) > 0).map(executionClassOf);
}
