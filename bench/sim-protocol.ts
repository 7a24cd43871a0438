/**
 * Whole protocol runs: core steps per CPU second, memory, and how CPU time grows with validators
 * and with claims. Each run is a process of its own, because memory that was used once stays with
 * a process; it gets a young generation of 32 MiB, because most of what a step makes dies at once.
 */
import { execFileSync } from 'node:child_process';
import { runScenario } from '../sim/index.ts';
import { parseConfigText, resolveScenario } from '../src/config/index.ts';
import { print } from './report.ts';

export type ProtocolCase = {
  readonly validators: number;
  readonly claims: number;
  readonly rounds: number;
  readonly seats: number;
};

export type ProtocolRun = {
  readonly cpuSeconds: number;
  readonly steps: number;
  readonly verdicts: number;
  readonly peakMb: number;
  readonly digest: string;
};

/** Old objects may take 800 MiB: without a limit they take more, and it is a little faster. */
const NODE_FLAGS = ['--max-semi-space-size=32', '--max-old-space-size=800', '--import', 'tsx'];
const SHARDS = 256;

/** Runs one case in a process of its own, and prints it. */
export function benchProtocol(protocolCase: ProtocolCase): ProtocolRun {
  const words = ['bench/main.ts', 'sim', 'protocol', JSON.stringify(protocolCase)];
  const out = execFileSync(process.execPath, [...NODE_FLAGS, ...words], { encoding: 'utf8' });
  const line = out.split('\n').find((each) => each.startsWith('{'));
  const run = JSON.parse(line ?? '{}') as ProtocolRun;
  const { validators, claims, seats } = protocolCase;
  const perSecond = (run.steps / run.cpuSeconds / 1000).toFixed(0);
  print(
    `sim/protocol/validators=${validators},claims=${claims},seats=${seats} ` +
      `${run.cpuSeconds.toFixed(1)} CPU s, ${run.steps} steps, ${perSecond} k steps per CPU s, ` +
      `${run.verdicts} verdicts, at most ${run.peakMb.toFixed(0)} MiB, ${run.digest.slice(0, 8)}`,
  );
  return run;
}

/** The process of one case: prints the run as JSON. */
export async function benchProtocolHere(text: string): Promise<void> {
  const { validators, claims, rounds, seats } = JSON.parse(text) as ProtocolCase;
  const scenario = resolveScenario(
    parseConfigText(
      `name: bench
durationRounds: ${rounds}
network: { latency: { kind: constant, delayMs: 50 }, jitter: 0.1 }
validators: { count: ${validators} }
providers: { count: 1, stake: 1000000000000, executionMs: 1 }
workload:
  { claimsPerRound: ${claims / rounds}, arrivals: fixed, classes: { full: 1 }, distinctInputs: 8 }
oracle: { kind: modelled }
parameters: { roundMs: 1000, levels: [${seats}, 256], evidenceWindowRounds: 4, shards: ${SHARDS} }
`,
      'bench',
    ),
  );
  const before = process.cpuUsage();
  const { result } = await runScenario({ scenario, seed: 1 });
  const { user, system } = process.cpuUsage(before);
  const { right } = result.verdicts;
  const run: ProtocolRun = {
    cpuSeconds: (user + system) / 1e6,
    steps: result.eventCount,
    verdicts: right.valid,
    peakMb: process.resourceUsage().maxRSS / 1024,
    digest: result.traceDigest,
  };
  print(JSON.stringify(run));
}
