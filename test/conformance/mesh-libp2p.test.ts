/**
 * The mesh network against a real libp2p network in one process, streams and encryption included:
 * copies on links for each published message, relative to the size of the mesh, which comes from
 * the order of dials. Times are not compared, they are those of the CPU.
 */
import assert from 'node:assert/strict';
import { type GossipSub, gossipsub } from '@chainsafe/libp2p-gossipsub';
import { identify } from '@libp2p/identify';
import { memory } from '@libp2p/memory';
import { noise } from '@libp2p/noise';
import { yamux } from '@libp2p/yamux';
import { createLibp2p } from 'libp2p';
import { RandomStream } from '../../sim/kernel/random.ts';
import { drawDials } from '../../sim/network/connections.ts';
import { createMesh } from '../../sim/network/create.ts';
import { runWorkload } from '../support/gossip-workload.ts';
import { until } from '../support/libp2p-hosts.ts';

const NODES = 12;
const CONNECTIONS = 8;
const MESSAGES = 40;
const TOPIC = 'topic';
/** Twelve nodes differ from twelve others. */
const TOLERANCE = 0.2;

describe('the mesh network and a real libp2p network', function () {
  this.timeout(60_000);

  it('send as many copies of each published message over meshes of one size', async () => {
    const real = await realCopies();
    const simulated: number[] = [];
    for (const seed of [1, 2, 3, 4, 5]) {
      const { copies, model } = await runWorkload({
        ...{ nodeCount: NODES, messages: MESSAGES, seed },
        network:
          'fidelity: mesh, latency: { kind: constant, delayMs: 2 }, validationMs: 0, ' +
          `mesh: { connections: ${CONNECTIONS}, coalesceMs: 0, floodPublish: false }`,
        create: (options) => createMesh(options),
      });
      const meshes = Array.from({ length: NODES }, (_, node) => model.meshOf(node, 0).length);
      simulated.push(useOf(copies / MESSAGES, meanOf(meshes)));
    }
    const use = useOf(real.copies, real.mesh);
    const text = `${real.copies} copies on libp2p, mesh ${real.mesh}: ${use}; ${simulated}`;
    assert.ok(Math.abs(use / meanOf(simulated) - 1) < TOLERANCE, text);
  });
});

/** Copies of a message relative to one to each neighbour but the one that it came from. */
function useOf(copies: number, mesh: number): number {
  return copies / (NODES * (mesh - 1) + 1);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Copies for each published message, and the mean mesh. */
async function realCopies(): Promise<{ copies: number; mesh: number }> {
  const nodes = await Promise.all(Array.from({ length: NODES }, (_, index) => start(index)));
  try {
    let copies = 0;
    let delivered = 0;
    for (const { services } of nodes) {
      const { gossip } = services;
      gossip.subscribe(TOPIC);
      gossip.addEventListener('gossipsub:message', () => {
        delivered += 1;
      });
      countCopies(gossip, (count) => {
        copies += count;
      });
    }
    const dials = { count: NODES, connections: CONNECTIONS };
    for (const { from, to } of drawDials(dials, new RandomStream(1, 'dials'))) {
      const address = nodes[to]?.getMultiaddrs()[0];
      assert.ok(address !== undefined);
      await nodes[from]?.dial(address);
    }
    const meshes = () => nodes.map(({ services }) => meshSize(services.gossip));
    await until('all meshes are full', () => meshes().every((count) => count >= 4));
    copies = 0;
    for (let i = 0; i < MESSAGES; i++) {
      const before = delivered;
      await nodes[i % NODES]?.services.gossip.publish(TOPIC, Uint8Array.of(1, 2, 3, i));
      await until('it is everywhere', () => delivered === before + NODES - 1);
    }
    return { copies: copies / MESSAGES, mesh: meanOf(meshes()) };
  } finally {
    await Promise.all(nodes.map((node) => node.stop()));
  }
}

async function start(index: number) {
  return await createLibp2p({
    addresses: { listen: [`/memory/mesh-${index}`] },
    transports: [memory()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: { inboundConnectionThreshold: 1000, maxIncomingPendingConnections: 100 },
    services: {
      identify: identify(),
      gossip: gossipsub({
        globalSignaturePolicy: 'StrictNoSign',
        floodPublish: false,
        allowPublishToZeroTopicPeers: true,
        fallbackToFloodsub: false,
        scoreParams: { IPColocationFactorWeight: 0 },
        msgIdFn: ({ data }) => data,
      }),
    },
  });
}

/** Tells of every copy that a router puts on a stream. */
function countCopies(gossip: GossipSub, count: (copies: number) => void): void {
  const send: unknown = Reflect.get(gossip, 'sendRpc');
  assert.ok(typeof send === 'function');
  Reflect.set(gossip, 'sendRpc', (peer: string, rpc: { messages: readonly unknown[] }) => {
    count(rpc.messages.length);
    return Reflect.apply(send, gossip, [peer, rpc]);
  });
}

function meshSize(gossip: GossipSub): number {
  const mesh: unknown = Reflect.get(gossip, 'mesh');
  assert.ok(mesh instanceof Map);
  const peers: unknown = mesh.get(TOPIC);
  return peers instanceof Set ? peers.size : 0;
}
