/**
 * The mesh network against the class of real nodes in virtual time, on the same workload, and both
 * against closed forms. More nodes, other delays: `npm run bench -- network`.
 */
import assert from 'node:assert/strict';
import { createGossipsub, createMesh } from '../../sim/network/create.ts';
import { type Note, quantileOf, runWorkload, type Workload } from '../support/gossip-workload.ts';

/** What the models may differ by. */
const TOLERANCE = 0.15;
const NODES = 100;

type Network = ReturnType<typeof createMesh<Note>> | ReturnType<typeof createGossipsub<Note>>;

describe('the mesh network and the class of real nodes', () => {
  const scenes: readonly (readonly [string, string, Partial<Workload<Network>>])[] = [
    ['with the settings of real nodes around the world', '', {}],
    [
      'when nothing waits',
      'latency: { kind: constant, delayMs: 25 }, validationMs: 0, mesh: { coalesceMs: 0 }',
      {},
    ],
    [
      'over thin lines that lose messages, without flooding',
      'latency: { kind: lognormal, medianMs: 40 }, bandwidthMbps: 5, lossShare: 0.05, ' +
        'mesh: { floodPublish: false }',
      { sizeBytes: 1000 },
    ],
  ];
  for (const [name, network, options] of scenes) {
    it(`agree ${name}`, async () => {
      const [mesh, real] = await both(network, options);
      for (const share of [0.1, 0.5, 0.9, 0.99]) {
        close(
          quantileOf(mesh.delaysMs, share),
          quantileOf(real.delaysMs, share),
          `p${100 * share}`,
        );
      }
      close(mesh.duplicates, real.duplicates, 'duplicates for each delivery');
      close(meanMesh(mesh.model), meanMesh(real.model), 'neighbours in the mesh');
      assert.ok(mesh.share > 0.999 && real.share > 0.999);
    });
  }

  it('send D − 2 duplicates and take the hops of a tree, D being the mean mesh', async () => {
    const even = 'latency: { kind: constant, delayMs: 25 }, jitter: 0, validationMs: 0';
    const network = `${even}, mesh: { coalesceMs: 0, floodPublish: false }`;
    for (const { duplicates, model, delaysMs } of await both(network, {})) {
      const degree = meanMesh(model);
      close(duplicates, degree - 2, 'duplicates');
      // a node reaches D, each of these D − 1 more: twice the depth of such a tree bounds all
      const depth = Math.ceil(Math.log(NODES) / Math.log(degree - 1));
      const hops = (delaysMs.at(-1) ?? 0) / 25;
      assert.ok(hops >= depth - 1 && hops <= 2 * depth, `${hops} hops, depth ${depth}`);
    }
  });
});

async function both(network: string, options: Partial<Workload<Network>>) {
  const workload = { nodeCount: NODES, messages: 20, perSecond: 4, tailSeconds: 3, ...options };
  const separator = network === '' ? '' : ', ';
  const yaml = (fidelity: string) => `fidelity: ${fidelity}${separator}${network}`;
  return [
    await runWorkload<Network>({
      ...workload,
      network: yaml('mesh'),
      create: (each) => createMesh(each),
    }),
    await runWorkload<Network>({
      ...workload,
      network: yaml('gossipsub'),
      create: (each) => createGossipsub(each),
    }),
  ] as const;
}

function meanMesh(model: Network): number {
  let sum = 0;
  for (let node = 0; node < NODES; node++) sum += model.meshOf(node, 0).length;
  return sum / NODES;
}

function close(actual: number, wanted: number, what: string): void {
  const ratio = actual / wanted;
  const text = `${what}: ${actual.toFixed(2)} against ${wanted.toFixed(2)}`;
  assert.ok(Math.abs(ratio - 1) <= TOLERANCE, text);
}
