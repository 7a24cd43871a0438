/**
 * The `analytic` network: arrival times of a flood in one pass.
 *
 * Every node forwards a message once, to all its neighbours but the one it came from; the arrival
 * at a node is the shortest path through the overlay (Dijkstra), where a link costs its delay with
 * jitter, the serialisation of all copies that leave the sender first, and for a lost copy the
 * heartbeat after which lazy gossip repairs it. Not modelled: queues behind other messages,
 * validation time, mesh degree, peer scores.
 */
import { assert } from '../../src/base/index.ts';
import { EventQueue, type Micros } from '../kernel/queue.ts';
import { hashUniform } from '../kernel/random.ts';
import type { LatencyModel } from './latency.ts';
import type { Arrival, Broadcast, NetworkModel, Transmission } from './model.ts';
import type { Overlay } from './overlay.ts';

/** GossipSub's heartbeat: how long until IHAVE and IWANT repair a lost copy. */
const REPAIR_US = 1_000_000;

export type AnalyticOptions = {
  readonly overlay: Overlay;
  readonly latency: LatencyModel;
  readonly seed: number;
  /** Random part of each delay, relative to it, 0..1: delays spread over 1 ± jitter/2. */
  readonly jitter: number;
  /** Share of copies lost on a link, 0..0.9. */
  readonly lossShare: number;
  /** Uplink of each node in Mbit/s; unlimited if absent. */
  readonly bandwidthMbps: number | undefined;
};

export class AnalyticNetwork implements NetworkModel {
  readonly #options: AnalyticOptions;
  readonly #copies: number;

  constructor(options: AnalyticOptions) {
    this.#options = options;
    const links = options.overlay.reduce((sum, neighbours) => sum + neighbours.length, 0);
    this.#copies = links - (options.overlay.length - 1);
  }

  broadcast(transmission: Transmission): Broadcast {
    const { overlay } = this.#options;
    const nodeCount = overlay.length;
    const arrivals: Arrival[] = [];
    const best = new Float64Array(nodeCount).fill(Number.POSITIVE_INFINITY);
    const isDone = new Uint8Array(nodeCount);
    const queue = new EventQueue<number>();
    best[transmission.from] = transmission.at;
    queue.push(transmission.at, transmission.from);
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const { at, payload: node } = next;
      if (isDone[node] === 1) continue;
      isDone[node] = 1;
      if (node !== transmission.from) arrivals.push({ node, at });
      for (const [place, neighbour] of (overlay[node] ?? []).entries()) {
        if (isDone[neighbour] === 1) continue;
        const arrival = at + this.#linkDelay({ ...transmission, from: node }, neighbour, place);
        if (arrival >= (best[neighbour] as number)) continue;
        best[neighbour] = arrival;
        queue.push(arrival, neighbour);
      }
    }
    return { arrivals, transmissions: nodeCount === 1 ? 0 : this.#copies };
  }

  direct({ to, ...transmission }: Transmission & { readonly to: number }): Micros {
    if (transmission.from === to) return transmission.at;
    return transmission.at + this.#linkDelay(transmission, to, 0);
  }

  /** @param place of the copy among those that leave the sender */
  #linkDelay({ from, message, sizeBytes }: Transmission, to: number, place: number): Micros {
    const { latency, seed, jitter, lossShare, bandwidthMbps } = this.#options;
    const spread = 1 + jitter * (hashUniform(seed, message, from, to) - 0.5);
    let delay = latency(from, to) * spread;
    if (bandwidthMbps !== undefined) delay += ((place + 1) * sizeBytes * 8) / bandwidthMbps;
    if (lossShare > 0 && hashUniform(seed ^ 0x6c6f7373, message, from, to) < lossShare) {
      delay += REPAIR_US;
    }
    assert(delay >= 0, 'no message arrives before it was sent');
    return Math.round(delay);
  }
}
