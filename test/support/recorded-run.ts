/**
 * A small run with its trace, kept in memory: a few seconds of a network in which one provider
 * cheats and one validator cries foul. The same each time.
 */
import { runScenario } from '../../sim/index.ts';
import { parseConfigText, resolveScenario } from '../../src/config/index.ts';
import type { TraceRecord } from '../../src/trace/index.ts';

const SCENARIO = `
name: small-run
durationRounds: 6
validators: { count: 24, stake: { distribution: zipf }, silentShare: 0.1 }
providers: { count: 2, stake: 1000000000 }
workload: { claimsPerRound: 3, classes: { full: 0.7, standard: 0.3 } }
oracle: { kind: modelled }
parameters: { roundMs: 1000, levels: [7, 16, 128] }
network: { fidelity: mesh }
adversaries:
  - { behaviour: substitute-model, share: 0.5, cheatShare: 0.5 }
  - { behaviour: false-challenger, share: 0.1 }
`;

/** Returns the records of the run, from `start` to `end`. */
export async function recordRun(): Promise<readonly TraceRecord[]> {
  const records: TraceRecord[] = [];
  const scenario = resolveScenario(parseConfigText(SCENARIO, 'a small run'));
  const sink = { write: (record: TraceRecord) => records.push(record) };
  await runScenario({ scenario, seed: 7, trace: { sink, software: 'test' } });
  return records;
}
