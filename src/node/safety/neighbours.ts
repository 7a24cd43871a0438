/** Who is around, as far as it matters to whether a node takes part. */
import type { NodeId } from '../../base/index.ts';
import type { SetChain } from '../../core/index.ts';
import type { Host, Topic } from '../libp2p/index.ts';

/** What is asked of a host. */
export type Around = Pick<Host, 'id' | 'peers' | 'meshSizes' | 'onPeer' | 'onElsewhere'>;

/** Whether anybody is connected who passes gossip on: requesters do not. */
export function hasNeighbours(host: Pick<Host, 'peers'>): boolean {
  return host.peers().some(({ role }) => role !== 'requester');
}

/** Topics in which no neighbour is, though there are some. */
export function emptyTopics(host: Pick<Host, 'peers' | 'meshSizes'>): readonly Topic[] {
  if (!hasNeighbours(host)) return [];
  const { beacon, claims } = host.meshSizes();
  const topics: readonly (Topic | false)[] = [beacon === 0 && 'beacon', claims === 0 && 'claims'];
  return topics.filter((topic) => topic !== false);
}

/** Whether anybody else is in the latest set. */
export function needsPeers({ head }: SetChain, self: NodeId): boolean {
  return head.state.network.validators.some(({ id }) => id !== self);
}

/** Whether an identity is a validator or a provider of the network. */
export function isMember(chain: SetChain, id: NodeId): boolean {
  return chain.isValidator(id) || chain.isProvider(id);
}
