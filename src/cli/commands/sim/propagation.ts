/** Does the work of `assay sim run` for a propagation experiment. */
import {
  checkFolder,
  commandText,
  type Effort,
  FOLDER_KIND,
  type PropagationResult,
  propagationReport,
  runPropagation,
  writeFolder,
} from '../../../../sim/index.ts';
import { configYaml, readDocument, resolvePropagation } from '../../../config/index.ts';
import { terminalOf } from '../../terminal.ts';
import { environmentOf } from './environment.ts';
import { folderOf, overridesOf, progressPlace, type RunValues, replayWords } from './handler.ts';
import { startProgress } from './progress.ts';

const MICROSECONDS = 1e6;
const MILLISECONDS = 1000;
const KILOBYTE = 1024;

/**
 * Runs a propagation experiment, prints its report and writes its folder.
 * @throws ConfigError, AssayError output-exists, output-unwritable, not-a-seed, uplink-overloaded;
 *   what the signal aborted with
 */
export async function runPropagationFile(values: RunValues): Promise<void> {
  const { io } = values;
  const scenario = resolvePropagation(readDocument(values.scenario), overridesOf(values));
  const folder = folderOf(values, scenario);
  checkFolder(folder);
  const startedAt = new Date();
  const before = process.cpuUsage();
  const { messages, ratePerSecond, warmUpMs, drainMs } = scenario.propagation;
  const sendingMs = ratePerSecond === undefined ? 0 : (MILLISECONDS * messages) / ratePerSecond;
  const progress = startProgress(io, {
    ...progressPlace(values, scenario),
    phase: 'building the network',
    virtualMsMax: warmUpMs + sendingMs + drainMs,
    warnings: [],
  });
  let result: PropagationResult;
  try {
    result = await runPropagation(scenario, scenario.seed, {
      signal: io.signal,
      onProgress: progress.step,
    });
  } finally {
    progress.end();
  }
  io.signal.throwIfAborted();
  const { user, system } = process.cpuUsage(before);
  const effort: Effort = {
    cpuSeconds: (user + system) / MICROSECONDS,
    rssBytes: process.resourceUsage().maxRSS * KILOBYTE,
  };
  const replay = replayWords(values, scenario.seed);
  const json = `${JSON.stringify(result, null, 2)}\n`;
  const manifest = {
    ...{ kind: FOLDER_KIND, ...environmentOf() },
    ...{ scenario: result.scenario, seed: result.seed, configHash: result.configHash },
    traceDigest: result.traceDigest,
    command: [...replay, '--out', folder],
    startedAt: startedAt.toISOString(),
    endedAt: new Date().toISOString(),
    ...effort,
  };
  writeFolder(folder, {
    'manifest.json': `${JSON.stringify(manifest, null, 2)}\n`,
    'config.resolved.yaml': configYaml(scenario),
    'result.json': json,
  });
  if (values.json) io.out(json);
  else if (!values.quiet) {
    const columns = terminalOf(process.stdout).columns();
    io.out(propagationReport(result, { columns, replay, folder, effort }));
    io.out(`  as a page: ${commandText(['npx', 'assay', 'sim', 'report', folder])}\n`);
  }
}
