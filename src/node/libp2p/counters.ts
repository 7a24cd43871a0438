/** Counters of a host, from zero. */
import type { Rpc } from './router.ts';
import type { GossipCounters, HostCounters, Topic } from './types.ts';

/** Returns counters that have counted nothing. */
export function zeroCounters(): HostCounters {
  return {
    ...{ delivered: 0, dropped: 0, expired: 0, published: 0, unpublished: 0 },
    ...{ directSent: 0, directDropped: 0, directReceived: 0, banned: 0, mismatches: 0 },
    ...{ gossipBytesIn: 0, gossipBytesOut: 0, publishRetries: 0 },
    gossip: { beacon: zeroGossip(), claims: zeroGossip() },
  };
}

/**
 * Counts the messages of an RPC, copies of known ones too.
 * @param topicOf tells what a topic carries, `undefined` for topics of others
 */
export function countMessages(
  counters: HostCounters,
  { rpc, way }: { readonly rpc: Rpc; readonly way: 'received' | 'sent' },
  topicOf: (name: string) => Topic | undefined,
): void {
  for (const { topic: name, data } of rpc.messages) {
    const topic = topicOf(name);
    if (topic !== undefined) counters.gossip[topic][way] += 1;
    if (way === 'sent') counters.gossipBytesOut += data?.length ?? 0;
  }
}

function zeroGossip(): GossipCounters {
  return {
    ...{ received: 0, sent: 0, accept: 0, ignore: 0, reject: 0, dropped: 0, expired: 0 },
    ...{ published: 0, unpublished: 0 },
  };
}
