/** From the network of a scenario to the model that carries its messages. */
import type { Scenario } from '../../src/config/index.ts';
import type { EventLoop } from '../kernel/event-loop.ts';
import { RandomStream } from '../kernel/random.ts';
import { AnalyticNetwork } from './analytic.ts';
import { Carrier, drawLines } from './carrier.ts';
import { startChurn } from './churn.ts';
import { type Dial, drawDials } from './connections.ts';
import { GossipsubNetwork } from './gossipsub/network.ts';
import { latencyModel, regionsOf } from './latency.ts';
import { Attackers } from './mesh/attackers.ts';
import { MeshNetwork } from './mesh/network.ts';
import type { LinkConditions, NetworkClient, NetworkModel, Posted } from './model.ts';
import { buildOverlay, neighboursOf } from './overlay.ts';

export type NetworkOptions<Message extends Posted> = {
  readonly network: Scenario['network'];
  readonly nodeCount: number;
  readonly seed: number;
  readonly loop: EventLoop;
  readonly client: NetworkClient<Message>;
  /** What faults do to links, if there are any. */
  readonly conditions: LinkConditions | undefined;
  /** Tells whether all neighbours owe a message, as they do rounds of the beacon. */
  readonly isDue?: (message: Message) => boolean;
};

/** Returns the network model that a scenario asks for. */
export function createNetworkModel<Message extends Posted>(
  options: NetworkOptions<Message>,
): NetworkModel<Message> {
  const { network, nodeCount, seed, loop } = options;
  const model = createByFidelity(options);
  if (network.churn !== undefined) {
    const random = new RandomStream(seed, 'network/churn');
    startChurn(model, { churn: network.churn, nodeCount, loop, random });
  }
  return model;
}

/** Who is connected to whom when a run begins, each once; and in which region each node stands. */
export type Layout = { readonly links: readonly Dial[]; readonly regions: readonly string[] };

/** Returns the layout of a run's network, without its attackers: drawn as the models draw it. */
export function layoutOf(
  network: Scenario['network'],
  { nodeCount, seed }: { nodeCount: number; seed: number },
): Layout {
  if (network.fidelity !== 'analytic') {
    const random = new RandomStream(seed, 'network/places');
    const regions = regionsOf(network, { nodeCount, random });
    return { links: honestDials({ network, nodeCount, seed }), regions };
  }
  const random = new RandomStream(seed, 'network');
  const overlay = buildOverlay(nodeCount, network.degree, random);
  const links = Array.from({ length: nodeCount }, (_, from) => from).flatMap((from) =>
    neighboursOf(overlay, from).flatMap((to) => (from < to ? { from, to } : [])),
  );
  return { links, regions: regionsOf(network, { nodeCount, random }) };
}

function createByFidelity<Message extends Posted>(
  options: NetworkOptions<Message>,
): NetworkModel<Message> {
  switch (options.network.fidelity) {
    case 'analytic':
      return createAnalytic(options);
    case 'mesh':
      return createMesh(options);
    default:
      return createGossipsub(options);
  }
}

function createAnalytic<Message extends Posted>(
  options: NetworkOptions<Message>,
): NetworkModel<Message> {
  const { network, nodeCount, seed, loop, client, conditions } = options;
  const random = new RandomStream(seed, 'network');
  return new AnalyticNetwork({
    loop,
    client,
    conditions,
    seed,
    overlay: buildOverlay(nodeCount, network.degree, random),
    latency: latencyModel(network, { nodeCount, seed, random }),
    degree: network.degree,
    jitter: network.jitter,
    lossShare: network.lossShare,
    bandwidthMbps: network.bandwidthMbps,
  });
}

/** Returns the `mesh` network, with the attackers of the scenario. */
export function createMesh<Message extends Posted>(
  options: NetworkOptions<Message>,
): MeshNetwork<Message> {
  const { network, nodeCount: honestCount, seed, loop, client } = options;
  const random = new RandomStream(seed, 'network/mesh');
  const attackers =
    network.attack.length === 0
      ? undefined
      : new Attackers(network.attack, {
          honestCount,
          seed,
          random: new RandomStream(seed, 'network/attackers'),
        });
  const nodeCount = attackers?.nodeCount ?? honestCount;
  const honest = honestDials(options);
  return new MeshNetwork<Message>({
    network,
    loop,
    client,
    random,
    nodeCount,
    attackers,
    carrier: carrierOf(options, nodeCount),
    dials: attackers?.dials(honest, new RandomStream(seed, 'network/attack-dials')) ?? honest,
    isDue: options.isDue ?? (() => false),
  });
}

/** Returns the `gossipsub` network: the real class in virtual time. */
export function createGossipsub<Message extends Posted>(
  options: NetworkOptions<Message>,
): GossipsubNetwork<Message> {
  const { network, nodeCount, seed, loop, client } = options;
  return new GossipsubNetwork<Message>({
    network,
    loop,
    client,
    nodeCount,
    seed,
    carrier: carrierOf(options, nodeCount),
    dials: honestDials(options),
    isDue: options.isDue ?? (() => false),
  });
}

function honestDials({
  network,
  nodeCount,
  seed,
}: Pick<NetworkOptions<Posted>, 'network' | 'nodeCount' | 'seed'>) {
  const { connections } = network.mesh;
  return drawDials({ count: nodeCount, connections }, new RandomStream(seed, 'network/dials'));
}

function carrierOf(
  { network, seed, conditions }: Pick<NetworkOptions<Posted>, 'network' | 'seed' | 'conditions'>,
  nodeCount: number,
): Carrier {
  const places = new RandomStream(seed, 'network/places');
  return new Carrier({
    latency: latencyModel(network, { nodeCount, seed, random: places }),
    lines: drawLines(network, { nodeCount, random: new RandomStream(seed, 'network/lines') }),
    seed,
    jitter: network.jitter,
    lossShare: network.lossShare,
    conditions,
  });
}
