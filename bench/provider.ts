/**
 * How many claims one provider process answers and seals per second at a rate of 1/100, and what
 * gossip carries for it: a header a round, however many claims.
 *
 * `npm run bench -- provider [seconds] [requests at a time]`. Four validators, one provider, a
 * round of 3 s, requests over libp2p from this process, which shares the machine.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planOf, TESTNET_FILES } from '../src/cli/commands/testnet/plan.ts';
import { Processes } from '../src/cli/commands/testnet/processes.ts';
import { encodeTensors } from '../src/compare/index.ts';
import { readNetworkFile } from '../src/network-file/index.ts';
import { type NodeStatus, Requester } from '../src/node/index.ts';
import { cpuSecondsOf, pause, untilReady } from './processes.ts';
import { print } from './report.ts';

const REQUESTERS = 4;

export async function bench(): Promise<void> {
  const [seconds = '20', concurrency = '32'] = process.argv.slice(3);
  const dir = mkdtempSync(join(tmpdir(), 'assay-bench-'));
  // compiles once, before all processes want it at a time
  execFileSync(process.execPath, ['src/cli/assay.js', '--version']);
  const shape = { validators: 4, providers: 1, dishonest: 0, periodMs: 3000, models: ['mlp'] };
  const plan = await planOf(dir, shape);
  const processes = new Processes({ dir, plan, logLevel: 'warn' });
  const requesters: Requester[] = [];
  try {
    processes.startAll();
    const file = readNetworkFile(join(dir, TESTNET_FILES.network));
    const address = file.providers[0]?.addresses[0] ?? '';
    while (requesters.length < REQUESTERS) {
      const open = () => Requester.open({ file, softwareVersion: 'bench' });
      const requester = await untilReady(open);
      await untilReady(() => requester.client.host.dial(address));
      requesters.push(requester);
    }
    await untilReady(() => infer(requesters[0], 0));
    const before = await providerStatus(requesters[0]);
    const deadline = performance.now() + Number(seconds) * 1000;
    const began = performance.now();
    const cpuBefore = cpuOf(processes);
    let failed = 0;
    let count = 0;
    const worker = async (_: unknown, k: number): Promise<void> => {
      while (performance.now() < deadline) {
        count += 1;
        await infer(requesters[k % REQUESTERS], count).catch(() => {
          failed += 1;
        });
      }
    };
    await Promise.all(Array.from({ length: Number(concurrency) }, worker));
    const elapsed = (performance.now() - began) / 1000;
    const cpuSeconds = cpuOf(processes) - cpuBefore;
    // the last batch is sealed two rounds after its last claim
    await pause(3 * shape.periodMs);
    const after = await providerStatus(requesters[0]);
    const promised = after.counters.claimsPromised - before.counters.claimsPromised;
    const sealed = after.counters.batchesSealed - before.counters.batchesSealed;
    const lost = after.counters.batchesVoid - before.counters.batchesVoid;
    print(`provider/claims/rate=1:100: ${(promised / elapsed).toFixed(0)} per s`);
    print(`  ${promised} promised in ${elapsed.toFixed(0)} s, ${failed} requests failed`);
    print(`  ${sealed} batches sealed, ${lost} void: ${sealed} headers for all of them`);
    const cpuMs = (1000 * cpuSeconds) / promised;
    print(`provider/cpu: ${cpuMs.toFixed(2)} ms per claim, with its executions`);
    print(`provider/rss: ${(after.rssBytes / 2 ** 20).toFixed(0)} MiB`);
  } finally {
    await Promise.all(requesters.map((requester) => requester.close()));
    await processes.stopAll();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** CPU time of the provider and its executor so far, s. */
function cpuOf(processes: Processes): number {
  const state = processes.state('provider-1');
  return state.kind === 'running' ? cpuSecondsOf(state.pid) : 0;
}

async function infer(requester: Requester | undefined, k: number): Promise<void> {
  const data = Float32Array.from({ length: 256 }, (_, i) => Math.sin(i + k));
  const input = encodeTensors([{ name: 'x', type: 'float32', shape: [1, 256], data }]);
  const signal = AbortSignal.timeout(20_000);
  await requester?.infer({ model: 'mlp', input, assurance: 'rare', signal });
}

async function providerStatus(requester: Requester | undefined): Promise<NodeStatus> {
  const statuses = await requester?.client.statuses(AbortSignal.timeout(20_000));
  const provider = statuses?.find(({ role }) => role === 'provider');
  if (provider === undefined) throw new Error('the provider does not answer');
  return provider;
}
