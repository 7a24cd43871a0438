/**
 * What a trace costs: `npm run bench -- trace`. The same protocol run of a million events without a
 * trace, with one as JSON Lines, and with one for Perfetto, in turns; CPU time of each, and how
 * many times that of the run alone. Digests must be equal.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runScenario, TraceFile } from '../sim/index.ts';
import { readDocument, resolveScenario } from '../src/config/index.ts';
import type { TraceForm } from '../src/trace/index.ts';
import { print, quantile } from './report.ts';

const ROUNDS = 3;
const SCENARIO = 'configs/scenarios/global-1k.yaml';
const CHANGES = ['durationRounds=6'];
const FORMS: readonly (TraceForm | undefined)[] = [undefined, 'records', 'chrome'];

type Traced = { readonly cpuSeconds: number; readonly bytes: number; readonly records: number };

/** Runs all forms in turns. */
export async function bench(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-bench-trace-'));
  const runs = new Map<TraceForm | undefined, Traced[]>(FORMS.map((form) => [form, []]));
  const digests = new Set<string>();
  let events = 0;
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const form of FORMS) {
        const { traced, digest, eventCount } = await run(form, join(folder, 'trace'));
        runs.get(form)?.push(traced);
        digests.add(digest);
        events = eventCount;
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  if (digests.size !== 1) throw new Error('a trace changed the run');
  const alone = medianOf(runs.get(undefined) ?? []);
  print(`trace/none     ${events} events, ${alone.toFixed(2)} CPU s, n=${ROUNDS}`);
  for (const form of ['records', 'chrome'] as const) {
    const [first, ...others] = runs.get(form) ?? [];
    if (first === undefined) continue;
    const seconds = medianOf([first, ...others]);
    const size = `${first.records} records, ${(first.bytes / 1e6).toFixed(0)} MB`;
    const ratio = `${(seconds / alone).toFixed(2)} times the run alone`;
    print(`trace/${form.padEnd(8)} ${size}, ${seconds.toFixed(2)} CPU s: ${ratio}`);
  }
}

async function run(form: TraceForm | undefined, path: string) {
  const scenario = resolveScenario(readDocument(SCENARIO), CHANGES);
  const file = form === undefined ? undefined : new TraceFile(path, form);
  const trace = file && { sink: file, software: 'bench' };
  const before = process.cpuUsage();
  const { simulation, result } = await runScenario({ scenario, seed: 1, trace });
  file?.end();
  const { user, system } = process.cpuUsage(before);
  const traced: Traced = {
    cpuSeconds: (user + system) / 1e6,
    bytes: file === undefined ? 0 : statSync(path).size,
    records: simulation.runTrace?.counts.records ?? 0,
  };
  return { traced, digest: result.traceDigest, eventCount: result.eventCount };
}

function medianOf(runs: readonly Traced[]): number {
  return quantile(
    runs.map(({ cpuSeconds }) => cpuSeconds),
    0.5,
  );
}
