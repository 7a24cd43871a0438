/**
 * Networks of every fidelity on one workload, side by side: delivery times, duplicates, what a
 * second of CPU time carries. The comparison that the tests make at 100 nodes, at more of them.
 *
 * `npm run bench -- network [nodes]`, 100, 200 and 300 if absent; then the class of real nodes at
 * 1,000 nodes and one message a second, and the mesh at 10,000.
 */
import { Kernel } from '../sim/kernel/kernel.ts';
import { createGossipsub, createMesh } from '../sim/network/create.ts';
import { type Note, quantileOf, runWorkload } from '../test/support/gossip-workload.ts';
import { print } from './report.ts';

type Network = ReturnType<typeof createMesh<Note>> | ReturnType<typeof createGossipsub<Note>>;

type Row = {
  readonly p50: number;
  readonly p99: number;
  readonly duplicates: number;
  readonly mesh: number;
  readonly copiesPerSecond: number;
  readonly virtualPerSecond: number;
};

const SEEDS = [1, 2, 3];
const REAL_NODES = 1_000;
const MESH_NODES = 10_000;

/** Prints all tables. */
export async function bench(): Promise<void> {
  const named = process.argv[3];
  const counts = named === undefined ? [100, 200, 300] : [Number(named)];
  print('network/fidelity: p50 ms, p99 ms, duplicates, mesh; link copies and virtual s per CPU s');
  for (const nodeCount of counts) {
    for (const seed of SEEDS) {
      const workload = { nodeCount, seed, messages: 30, perSecond: 1 };
      const mesh = await measure('mesh', workload);
      const real = await measure('gossipsub', workload);
      const name = `network/compare/nodes=${nodeCount}/seed=${seed}`;
      printRow(`${name}/mesh`, mesh);
      printRow(`${name}/gossipsub`, real);
      const ratio = (key: keyof Row) => `${key} ${(mesh[key] / real[key]).toFixed(3)}`;
      const keys = ['p50', 'p99', 'duplicates', 'mesh'] as const;
      print(`${name}/ratio: ${keys.map(ratio).join(', ')}`);
      print(`${name}/formula: D − 2 = ${(mesh.mesh - 2).toFixed(2)} duplicates`);
    }
  }
  if (named !== undefined) return;
  const real = { nodeCount: REAL_NODES, seed: 1, messages: 30, perSecond: 1 };
  printRow(`network/gossipsub/nodes=${REAL_NODES}`, await measure('gossipsub', real));
  const large = { nodeCount: MESH_NODES, seed: 1, messages: 60, perSecond: 20 };
  printRow(`network/mesh/nodes=${MESH_NODES}`, await measure('mesh', large));
}

/** Runs a workload; what happens before its first message is not counted. */
async function measure(
  fidelity: 'mesh' | 'gossipsub',
  workload: { nodeCount: number; seed: number; messages: number; perSecond: number },
): Promise<Row> {
  let startedAt = process.cpuUsage();
  let isStarted = false;
  const { nodeCount, messages, perSecond } = workload;
  const tailSeconds = 5;
  const outcome = await runWorkload<Network>({
    ...workload,
    tailSeconds,
    loop: new Kernel(),
    network: `fidelity: ${fidelity}, mesh: { coalesceMs: 0 }`,
    create: fidelity === 'mesh' ? (each) => createMesh(each) : (each) => createGossipsub(each),
    isDue: () => {
      if (!isStarted) startedAt = process.cpuUsage();
      isStarted = true;
      return false;
    },
  });
  const { user, system } = process.cpuUsage(startedAt);
  const seconds = (user + system) / 1_000_000;
  let neighbours = 0;
  for (let node = 0; node < nodeCount; node++) neighbours += outcome.model.meshOf(node, 0).length;
  return {
    p50: quantileOf(outcome.delaysMs, 0.5),
    p99: quantileOf(outcome.delaysMs, 0.99),
    duplicates: outcome.duplicates,
    mesh: neighbours / nodeCount,
    copiesPerSecond: outcome.copies / seconds,
    virtualPerSecond: (messages / perSecond + tailSeconds) / seconds,
  };
}

function printRow(name: string, row: Row): void {
  const rates = [Math.round(row.copiesPerSecond), row.virtualPerSecond.toFixed(1)];
  const texts = [row.p50.toFixed(1), row.p99.toFixed(1), row.duplicates.toFixed(2)];
  print(`${name.padEnd(44)} ${[...texts, row.mesh.toFixed(2), ...rates].join('  ')}`);
}
