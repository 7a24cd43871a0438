/** From the network of a scenario to the model that carries its messages. */
import type { Scenario } from '../../src/config/index.ts';
import type { EventLoop } from '../kernel/event-loop.ts';
import { RandomStream } from '../kernel/random.ts';
import { AnalyticNetwork } from './analytic.ts';
import { latencyModel } from './latency.ts';
import type { LinkConditions, NetworkClient, NetworkModel, Posted } from './model.ts';
import { buildOverlay } from './overlay.ts';

export type NetworkOptions<Message extends Posted> = {
  readonly network: Scenario['network'];
  readonly nodeCount: number;
  readonly seed: number;
  readonly loop: EventLoop;
  readonly client: NetworkClient<Message>;
  /** What faults do to links, if there are any. */
  readonly conditions: LinkConditions | undefined;
};

/** Returns the network model that a scenario asks for. */
export function createNetworkModel<Message extends Posted>({
  network,
  nodeCount,
  seed,
  ...rest
}: NetworkOptions<Message>): NetworkModel<Message> {
  const random = new RandomStream(seed, 'network');
  return new AnalyticNetwork({
    ...rest,
    seed,
    overlay: buildOverlay(nodeCount, network.degree, random),
    latency: latencyModel(network, { nodeCount, seed, random }),
    degree: network.degree,
    jitter: network.jitter,
    lossShare: network.lossShare,
    bandwidthMbps: network.bandwidthMbps,
  });
}
