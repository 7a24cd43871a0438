/** Finds peers whose gossip stream ended while they stay connected: they would hear nothing. */
import type { NodeId } from '../../base/index.ts';
import { peerIdOf } from './identity.ts';
import type { Router } from './router.ts';

export class StreamWatch {
  readonly #router: Router;
  readonly #withStreams = new Set<NodeId>();
  /** Peers without a gossip stream to them at the last beat, though there should be one. */
  #streamless = new Set<NodeId>();

  constructor(router: Router) {
    this.#router = router;
  }

  /** Returns who had no stream at this beat and at the one before. */
  beat(connected: Iterable<NodeId>): readonly NodeId[] {
    const before = this.#streamless;
    const streamless = new Set<NodeId>();
    const { peers, streamsOutbound } = this.#router;
    for (const peer of connected) {
      const source = peerIdOf(peer).toString();
      if (streamsOutbound.has(source)) this.#withStreams.add(peer);
      else if (this.#withStreams.has(peer) || peers.has(source)) streamless.add(peer);
    }
    this.#streamless = streamless;
    return [...streamless].filter((peer) => before.has(peer));
  }

  /** A peer is gone. */
  forget(peer: NodeId): void {
    this.#withStreams.delete(peer);
  }
}
