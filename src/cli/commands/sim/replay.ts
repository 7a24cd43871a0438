/** Does the work of `assay sim replay`: a run of a results folder again, with its trace. */
import { reportTable, runScenario, TraceFile } from '../../../../sim/index.ts';
import { findStoredRun, type StoredRun } from '../../../../sim/sweep/index.ts';
import { AssayError } from '../../../base/index.ts';
import { configHash } from '../../../config/index.ts';
import { NotValidError } from '../../failure.ts';
import type { Io } from '../../io.ts';
import { terminalOf } from '../../terminal.ts';
import { readVersion } from '../../version.ts';
import { startProgress } from './progress.ts';
import { askedTrace, type TraceValues, traceLine, withTrace } from './trace-options.ts';

/** Options of `sim replay` as the command line gives them. */
export type ReplayValues = TraceValues & {
  readonly io: Io;
  readonly folder: string;
  readonly cell?: string | undefined;
  readonly replica?: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
};

/**
 * Runs a stored run again, makes sure that it comes out the same, and prints its report.
 * @throws NotValidError replay-differs; SweepError and ConfigError as `findStoredRun`; AssayError
 *   not-a-replica, trace-unwritable, and for options of traces; what the signal aborted with
 */
export async function replayRun(values: ReplayValues): Promise<void> {
  const { io, folder, cell } = values;
  const asked = askedTrace(values);
  const replica = replicaOf(values);
  const stored = findStoredRun(folder, { cell, replica, version: readVersion() });
  const { scenario, seed } = stored;
  const file = asked && new TraceFile(asked.path, asked.form);
  const progress = startProgress(io, {
    ...{ terminal: terminalOf(process.stderr), quiet: values.quiet, title: stored.label },
    phase: scenario.oracle.kind === 'measured' ? 'running the models' : 'simulating',
    virtualMsMax: scenario.durationRounds * scenario.parameters.roundMs,
    warnings: [],
  });
  const trace = asked && file && { ...asked.options, sink: file };
  const run = () =>
    runScenario({ scenario, seed, signal: io.signal, onProgress: progress.step, trace });
  const { simulation, result } = await withTrace(file, {
    run,
    isKept: () => false,
    signal: io.signal,
  }).finally(progress.end);
  checkDigest(stored, { digest: result.traceDigest, folder });
  if (values.json) io.out(`${JSON.stringify(result, null, 2)}\n`);
  else if (!values.quiet) {
    const { columns, hasColour } = terminalOf(process.stdout);
    const replay = ['npx', 'assay', 'sim', 'replay', folder, ...placeWords(values)];
    io.out(reportTable(result, { columns: columns(), hasColour, replay, folder }));
    io.out(`\nThe same as before: ${stored.digest.slice(0, 16)}… (${stored.label})\n`);
  }
  const { runTrace } = simulation;
  if (asked && runTrace && !values.quiet) {
    io.err(traceLine(asked, runTrace.counts, asked.options));
  }
}

function placeWords({ cell, replica }: ReplayValues): readonly string[] {
  return [
    ...(cell === undefined ? [] : ['--cell', cell]),
    ...(replica === undefined ? [] : ['--replica', replica]),
  ];
}

function replicaOf({ replica }: ReplayValues): number | undefined {
  if (replica === undefined) return undefined;
  if (/^\d{1,9}$/.test(replica)) return Number(replica);
  throw new AssayError({
    code: 'not-a-replica',
    where: `--replica ${replica}`,
    message: 'is no replica',
    remedy: 'Give a whole number from 0: runs.csv has a column of them.',
  });
}

/** The promise of every result: the same commit, configuration and seed, the same events. */
function checkDigest(
  { digest, scenario, label }: StoredRun,
  { digest: found, folder }: { readonly digest: string; readonly folder: string },
): void {
  if (digest === found) return;
  const measured = scenario.oracle.kind === 'measured';
  throw new NotValidError({
    code: 'replay-differs',
    where: `${folder}, ${label}`,
    message: `came out differently: its digest was ${digest}, now it is ${found}`,
    remedy: [
      'The program may have changed since (another commit of the same version), or the stored',
      `digest was. Configuration: ${configHash(scenario).slice(0, 16)}.`,
      ...(measured ? ['Real models may differ in their last bits on another processor.'] : []),
    ].join('\n  '),
  });
}
