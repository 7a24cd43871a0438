/**
 * The simulator's speed: `npm run bench -- sim`.
 *
 * Floods: copies on links per CPU second, uplinks included, beside the same algorithm in C on the
 * same input (`bench/yardstick/flood.c`, where a C compiler is there), in turns, checksums
 * compared. Then how CPU time grows with nodes and with messages, and the memory of a million
 * nodes with sixteen messages on their way. CPU time, not wall time: other processes may run.
 * Protocol runs: core steps per CPU second, growth, memory (`sim-protocol.ts`). One part alone:
 * `npm run bench -- sim floods`, `... sim protocol`.
 */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { print, quantile } from './report.ts';
import { type FloodCase, type FloodRun, prepareFlood, runFlood } from './sim-flood.ts';
import { benchProtocol, benchProtocolHere } from './sim-protocol.ts';
import { compileYardstick, runYardstick, writeYardstickInput } from './sim-yardstick.ts';

const ROUNDS = 5;
const MEGA = 1e6;

const CASES: readonly FloodCase[] = [
  { nodes: 1_000, messages: 4_000, gapUs: 20_000 },
  { nodes: 10_000, messages: 400, gapUs: 50_000 },
  { nodes: 100_000, messages: 30, gapUs: 100_000 },
  { nodes: 1_000_000, messages: 3, gapUs: 100_000 },
];
const MANY_MESSAGES: readonly FloodCase[] = [100, 400, 1_600].map((messages) => {
  return { nodes: 10_000, messages, gapUs: 50_000 };
});
const MEMORY_CASE: FloodCase = { nodes: 1_000_000, messages: 16, gapUs: 0 };

/** Runs all parts, or the one that is named. */
export async function bench(): Promise<void> {
  const [part, argument] = process.argv.slice(3);
  if (part === 'memory') return benchMemoryHere();
  if (part === 'protocol' && argument !== undefined) return await benchProtocolHere(argument);
  if (part === undefined || part === 'floods') {
    benchFloods();
    benchMemory();
  }
  if (part === undefined || part === 'protocol') benchProtocols();
}

/** One case at a time changes: validators, then claims. */
function benchProtocols(): void {
  const at = (validators: number, claims: number) =>
    benchProtocol({ validators, claims, rounds: Math.max(5, claims / 10), seats: 32 }).cpuSeconds;
  const byNodes = [250, 500, 1_000].map((validators) => [validators, at(validators, 100)] as const);
  print(`sim/protocol: CPU time grows with validators^${exponent(byNodes).toFixed(2)}`);
  const byClaims = [100, 300, 1_000].map((claims) => [claims, at(1_000, claims)] as const);
  print(`sim/protocol: CPU time grows with claims^${exponent(byClaims).toFixed(2)}`);
}

function benchFloods(): void {
  const yardstick = compileYardstick();
  if (yardstick === undefined) print('no C compiler: no yardstick');
  try {
    const times = CASES.map((each) => [each.nodes, benchFlood(each, yardstick?.program)] as const);
    print(`sim/flood: CPU time grows with nodes^${exponent(times).toFixed(2)} at equal deliveries`);
    const byMessages = MANY_MESSAGES.map((each) => {
      return [each.messages, benchFlood(each, undefined)] as const;
    });
    print(`sim/flood: CPU time grows with messages^${(1 + exponent(byMessages)).toFixed(2)}`);
  } finally {
    if (yardstick !== undefined) rmSync(yardstick.dir, { recursive: true });
  }
}

/** Measures one case in turns with the yardstick; returns the CPU time of a copy in seconds. */
function benchFlood(floodCase: FloodCase, yardstick: string | undefined): number {
  const flood = prepareFlood(floodCase);
  const input = yardstick === undefined ? undefined : writeYardstickInput(flood);
  const own: FloodRun[] = [];
  const others: FloodRun[] = [];
  // compiles the loops
  runFlood(flood);
  for (let round = 0; round < ROUNDS; round++) {
    own.push(runFlood(flood));
    if (yardstick === undefined || input === undefined) continue;
    others.push(runYardstick(yardstick, input));
  }
  if (input !== undefined) rmSync(input);
  const [first] = own;
  for (const other of [...own, ...others]) {
    if (other.checksum !== first?.checksum || other.copies !== first.copies) {
      throw new Error(`runs of one input differ: ${JSON.stringify([first, other])}`);
    }
  }
  const seconds = quantile(
    own.map(({ cpuSeconds }) => cpuSeconds),
    0.5,
  );
  const copies = first?.copies ?? 0;
  const name = `sim/flood/nodes=${floodCase.nodes},messages=${floodCase.messages}`;
  const speed = `${(copies / seconds / MEGA).toFixed(1)} M copies per CPU s`;
  const nanoseconds = `${((seconds * 1e9) / copies).toFixed(1)} ns each`;
  const reference = quantile(
    others.map(({ cpuSeconds }) => cpuSeconds),
    0.5,
  );
  const ratio =
    others.length === 0
      ? ''
      : `, C -O3 ${((reference * 1e9) / copies).toFixed(1)} ns: ` +
        `${(seconds / reference).toFixed(2)} times`;
  print(`${name.padEnd(44)} ${speed}, ${nanoseconds}${ratio}, n=${own.length}`);
  return seconds / copies;
}

/** Slope of a line through the logarithms: how time per copy grows. */
function exponent(points: readonly (readonly [number, number])[]): number {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [x0, y0] = [mean(logs.map(([x]) => x)), mean(logs.map(([, y]) => y))];
  const above = logs.reduce((sum, [x, y]) => sum + (x - x0) * (y - y0), 0);
  return above / logs.reduce((sum, [x]) => sum + (x - x0) ** 2, 0);
}

/** In a process of its own, because memory that was used once stays with a process. */
function benchMemory(): void {
  const words = ['--import', 'tsx', 'bench/main.ts', 'sim', 'memory'];
  const out = execFileSync(process.execPath, words, { encoding: 'utf8' });
  const lines = out.split('\n').filter((line) => line.startsWith('sim/'));
  for (const line of lines) print(line);
}

function benchMemoryHere(): void {
  const flood = prepareFlood(MEMORY_CASE);
  const builtMb = process.resourceUsage().maxRSS / 1024;
  const { cpuSeconds, copies } = runFlood(flood);
  const { nodes, messages } = MEMORY_CASE;
  const peakMb = process.resourceUsage().maxRSS / 1024;
  const nowMb = process.memoryUsage().rss / 2 ** 20;
  print(
    `sim/flood/memory/nodes=${nodes},inFlight=${messages} ` +
      `${nowMb.toFixed(0)} MiB after the run, at most ${peakMb.toFixed(0)} MiB, ` +
      `${builtMb.toFixed(0)} MiB while the overlay was built; ` +
      `${(copies / cpuSeconds / MEGA).toFixed(1)} M copies per CPU s, cold`,
  );
}
