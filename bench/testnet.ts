/**
 * A network of real processes under load: final verdicts per second, CPU per verdict beside its
 * lower bound, time from the drawing beacon to the certificate, memory of a validator.
 *
 * `npm run bench -- testnet [validators] [claims per round] [seconds] [period]`, e.g.
 * `testnet 16 20 40 3s`. One provider, full assurance, loopback. The bound is what no
 * implementation can leave out: one execution and two signatures for each seat, one aggregate
 * check for each node and verdict; each is measured here, in this process, before the load.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NodeId, sha256, utf8 } from '../src/base/index.ts';
import { planOf, TESTNET_FILES } from '../src/cli/commands/testnet/plan.ts';
import { Processes } from '../src/cli/commands/testnet/processes.ts';
import { encodeTensors } from '../src/compare/index.ts';
import { createSigner, realCrypto } from '../src/crypto/index.ts';
import { buildModel, openModel, openOnnxEngine } from '../src/inference/index.ts';
import { readNetworkFile } from '../src/network-file/index.ts';
import { type NodeStatus, Requester } from '../src/node/index.ts';
import { cpuSecondsOf, pause, untilReady } from './processes.ts';
import { print, quantile } from './report.ts';

export async function bench(): Promise<void> {
  const [validators = '16', perRound = '20', seconds = '40', period = '3s'] = process.argv.slice(3);
  const dir = mkdtempSync(join(tmpdir(), 'assay-bench-'));
  const periodMs = period.endsWith('ms')
    ? Number.parseInt(period, 10)
    : Number.parseFloat(period) * 1000;
  const plan = await planOf(dir, {
    validators: Number(validators),
    providers: 1,
    dishonest: 0,
    periodMs,
    models: ['mlp'],
  });
  // compiles once, before all processes want it at a time
  execFileSync(process.execPath, ['src/cli/assay.js', '--version']);
  const bound = await measureBound(Number(validators));
  const processes = new Processes({ dir, plan, logLevel: 'debug' });
  try {
    processes.startAll();
    const file = readNetworkFile(join(dir, TESTNET_FILES.network));
    const requester = await untilReady(() => Requester.open({ file, softwareVersion: 'bench' }));
    const provider = file.providers[0];
    await untilReady(() => requester.client.host.dial(provider?.addresses[0] ?? ''));
    await untilAllInSync(requester, Number(validators));
    const load = { perRound: Number(perRound), periodMs, provider: provider?.id as NodeId };
    const stop = startLoad(requester, load);
    // the first verdicts come three rounds after the first claims
    await pause(5 * periodMs);
    const first = await sampleOf(
      requester,
      processes,
      plan.nodes.map(({ name }) => name),
    );
    await pause(Number(seconds) * 1000);
    const last = await sampleOf(
      requester,
      processes,
      plan.nodes.map(({ name }) => name),
    );
    await stop();
    report(first, last, { bound, validators: Number(validators) });
    reportLatency(readFileSync(join(dir, 'validator-1.log'), 'utf8'), plan.beacon);
    await requester.close();
  } finally {
    await processes.stopAll();
    rmSync(dir, { recursive: true, force: true });
  }
}

type Sample = {
  readonly at: number;
  readonly cpuSeconds: number;
  readonly finals: number;
  readonly promised: number;
  readonly statuses: readonly NodeStatus[];
};

async function sampleOf(
  requester: Requester,
  processes: Processes,
  names: readonly string[],
): Promise<Sample> {
  const statuses = await requester.client.statuses(AbortSignal.timeout(20_000));
  const finals = statuses.map(({ counters }) => counters.finalValid).sort((a, b) => a - b);
  const cpuSeconds = names.reduce((sum, name) => {
    const state = processes.state(name);
    return sum + (state.kind === 'running' ? cpuSecondsOf(state.pid) : 0);
  }, 0);
  return {
    at: performance.now(),
    cpuSeconds,
    finals: finals[finals.length >> 1] ?? 0,
    promised: Math.max(...statuses.map(({ counters }) => counters.claimsPromised)),
    statuses,
  };
}

function report(
  first: Sample,
  last: Sample,
  { bound, validators }: { bound: number; validators: number },
): void {
  const seconds = (last.at - first.at) / 1000;
  const verdicts = last.finals - first.finals;
  const cpuMs = (1000 * (last.cpuSeconds - first.cpuSeconds)) / verdicts;
  const others = last.statuses.filter(({ role }) => role === 'validator');
  const rss = others.map(({ rssBytes }) => rssBytes / 2 ** 20).sort((a, b) => a - b);
  const lag = others.map((status) => status.loopDelayP99Ms).sort((a, b) => a - b);
  print(`testnet/verdicts/validators=${validators}: ${(verdicts / seconds).toFixed(1)} per s`);
  print(
    `  ${verdicts} final in ${seconds.toFixed(0)} s, ${last.promised - first.promised} promised`,
  );
  print(
    `testnet/cpu: ${cpuMs.toFixed(0)} ms per verdict, bound ${bound.toFixed(0)} ms: ` +
      `${(cpuMs / bound).toFixed(1)} times`,
  );
  print(`testnet/rss: validators ${rss[0]?.toFixed(0)} to ${rss.at(-1)?.toFixed(0)} MiB`);
  print(`testnet/loop-delay-p99: ${lag[0]} to ${lag.at(-1)} ms`);
  const states = new Map<string, number>();
  for (const { state } of last.statuses) states.set(state, (states.get(state) ?? 0) + 1);
  print(`testnet/states: ${[...states].map(([s, n]) => `${n} ${s}`).join(', ')}`);
}

type LogLine = { readonly time: number; readonly event: string; readonly subject: string };

/** From the nominal time of the drawing beacon to the certificate, as one validator logged it. */
function reportLatency(log: string, beacon: { genesisMs: number; periodMs: number }): void {
  const drawn = new Map<string, number>();
  const latencies: number[] = [];
  for (const line of log.split('\n')) {
    if (!line.includes('"subject-drawn"') && !line.includes('"certified"')) continue;
    const { time, event, subject } = JSON.parse(line) as LogLine;
    if (event === 'subject-drawn') {
      const round = Math.floor((time - beacon.genesisMs) / beacon.periodMs);
      drawn.set(subject, beacon.genesisMs + round * beacon.periodMs);
    } else {
      const at = drawn.get(subject);
      if (at !== undefined) latencies.push(time - at);
      drawn.delete(subject);
    }
  }
  const ms = (q: number): string => quantile(latencies, q).toFixed(0);
  print(
    `testnet/beacon-to-certificate: p50 ${ms(0.5)} ms, p99 ${ms(0.99)} ms, n ${latencies.length}`,
  );
}

/** CPU ms that one verdict costs at least, all nodes together. */
async function measureBound(seats: number): Promise<number> {
  const signers = Array.from({ length: seats }, (_, i) => createSigner(sha256(utf8(`bench/${i}`))));
  const [one] = signers;
  if (one === undefined) throw new Error('no seats');
  const message = utf8('bench');
  const keys = signers.map(({ voteKey }) => voteKey);
  const sum = realCrypto.aggregate(signers.map((signer) => signer.signVote(message)));
  const sign = cpuMs(200, () => one.sign(message));
  const vote = cpuMs(50, () => one.signVote(message));
  const check = cpuMs(50, () => realCrypto.verifyAggregate(keys, message, sum ?? message));
  const engine = openOnnxEngine();
  const model = openModel(buildModel('mlp', { seed: 1 }));
  const data = new Float32Array(256).fill(0.5);
  const inputs = [
    { name: model.report.inputs[0]?.name ?? 'x', type: 'float32', shape: [1, 256], data },
  ] as const;
  const limits = { timeoutMs: 10_000, memoryBytes: 2 ** 31 };
  let execution = 0;
  for (let i = 0; i < 100; i++) {
    const result = await engine.run(model, inputs, limits);
    if (result.kind === 'outputs') execution += result.executionMs / 100;
  }
  await engine.close();
  print(
    `testnet/bound: execution ${execution.toFixed(2)}, signature ${sign.toFixed(2)}, ` +
      `vote ${vote.toFixed(2)}, aggregate check ${check.toFixed(2)} ms`,
  );
  return seats * (execution + sign + vote + check);
}

function cpuMs(count: number, action: () => unknown): number {
  action();
  const before = process.cpuUsage();
  for (let i = 0; i < count; i++) action();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / count;
}

/** Asks for `perRound` inferences each round, spread over it; returns how to stop. */
function startLoad(
  requester: Requester,
  { perRound, periodMs, provider }: { perRound: number; periodMs: number; provider: NodeId },
): () => Promise<void> {
  const underWay = new Set<Promise<unknown>>();
  let count = 0;
  let failed = 0;
  const timer = setInterval(() => {
    count += 1;
    const data = Float32Array.from({ length: 256 }, (_, i) => Math.sin(i + count));
    const input = encodeTensors([{ name: 'x', type: 'float32', shape: [1, 256], data }]);
    const asked = requester
      .infer({
        model: 'mlp',
        input,
        assurance: 'full',
        provider,
        signal: AbortSignal.timeout(20_000),
      })
      .catch(() => {
        failed += 1;
      })
      .finally(() => underWay.delete(asked));
    underWay.add(asked);
  }, periodMs / perRound);
  return async () => {
    clearInterval(timer);
    await Promise.all(underWay);
    if (failed > 0) print(`  ${failed} of ${count} requests failed`);
  };
}

async function untilAllInSync(requester: Requester, validators: number): Promise<void> {
  await untilReady(async () => {
    const statuses = await requester.client.statuses(AbortSignal.timeout(5_000));
    const up = statuses.filter(({ state, role }) => role === 'validator' && state === 'in-sync');
    if (up.length >= validators) return;
    const states = statuses.map(({ state, reason }) => `${state} ${reason}`);
    throw new Error(`${up.length} of ${validators} in sync: ${[...new Set(states)].join(', ')}`);
  });
}
