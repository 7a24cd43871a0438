/**
 * The `analytic` network: arrival times of a flood in one pass.
 *
 * Every node forwards a message once, to all its neighbours but the one it came from; the arrival
 * at a node is the shortest path through the overlay (Dijkstra), where a link costs its delay with
 * jitter, the serialisation of all copies that leave the sender first, and for a lost copy the
 * heartbeat after which lazy gossip repairs it. A topic of its own has an overlay of its own among
 * those who hear it; who publishes there without hearing it hands the message to a few who do. Not
 * modelled: queues behind other messages, validation time, mesh degree, peer scores.
 */
import { assert } from '../../src/base/index.ts';
import type { EventKind, EventLoop } from '../kernel/event-loop.ts';
import { PayloadTable } from '../kernel/payload-table.ts';
import { EventQueue, type Micros } from '../kernel/queue.ts';
import { hashUniform, RandomStream } from '../kernel/random.ts';
import type { LatencyModel } from './latency.ts';
import {
  type LinkConditions,
  LOST,
  type NetworkClient,
  type NetworkModel,
  type Posted,
  type Topic,
} from './model.ts';
import { buildOverlay, type Overlay } from './overlay.ts';

/** GossipSub's heartbeat: how long until IHAVE and IWANT repair a lost copy. */
const REPAIR_US = 1_000_000;

export type AnalyticOptions<Message extends Posted> = {
  readonly loop: EventLoop;
  readonly client: NetworkClient<Message>;
  /** Neighbours in topic 0. */
  readonly overlay: Overlay;
  readonly latency: LatencyModel;
  readonly seed: number;
  /** Mean number of neighbours in the other topics. */
  readonly degree: number;
  /** Random part of each delay, relative to it, 0..1: delays spread over 1 ± jitter/2. */
  readonly jitter: number;
  /** Share of copies lost on a link, 0..0.9. */
  readonly lossShare: number;
  /** Uplink of each node in Mbit/s; unlimited if absent. */
  readonly bandwidthMbps: number | undefined;
  readonly conditions: LinkConditions | undefined;
};

type InFlight<Message> = { readonly from: number; readonly message: Message; arrivals: number };

/** Who hears a topic, and how they are connected. */
type Hearers = { readonly members: Set<number>; changes: number; graph: Graph | undefined };
type Graph = { readonly nodes: readonly number[]; readonly overlay: Overlay };

export class AnalyticNetwork<Message extends Posted> implements NetworkModel<Message> {
  readonly #options: AnalyticOptions<Message>;
  readonly #arrival: EventKind;
  readonly #flights = new PayloadTable<InFlight<Message>>();
  readonly #all: Graph;
  readonly #topics = new Map<Topic, Hearers>();
  readonly #isDown: Uint8Array;

  constructor(options: AnalyticOptions<Message>) {
    this.#options = options;
    const nodes = options.overlay.map((_, node) => node);
    this.#all = { nodes, overlay: options.overlay };
    this.#isDown = new Uint8Array(nodes.length);
    this.#arrival = options.loop.register((node, slot) => this.#arrive(node, slot));
  }

  subscribe(node: number, topic: Topic): void {
    const hearers = this.#topics.get(topic) ?? { members: new Set(), changes: 0, graph: undefined };
    this.#topics.set(topic, hearers);
    if (hearers.members.has(node)) return;
    hearers.members.add(node);
    hearers.changes += 1;
    hearers.graph = undefined;
  }

  unsubscribe(node: number, topic: Topic): void {
    const hearers = this.#topics.get(topic);
    if (hearers === undefined || !hearers.members.delete(node)) return;
    hearers.changes += 1;
    hearers.graph = undefined;
  }

  setUp(node: number, isUp: boolean): void {
    this.#isDown[node] = isUp ? 0 : 1;
  }

  publish(from: number, topic: Topic, message: Message): void {
    const { loop, client } = this.#options;
    const graph = topic === 0 ? this.#all : this.#graphOf(topic);
    const flood = new Flood(graph, this.#isDown, (a, b, at, place) =>
      this.#linkDelay(message, { from: a, to: b, at, place }),
    );
    flood.run(from, loop.now, this.#firstHops(graph, from, message.id));
    client.sent(message, flood.copies);
    if (flood.arrivals.length === 0) return;
    const slot = this.#flights.add({ from, message, arrivals: flood.arrivals.length });
    for (const { node, at } of flood.arrivals) loop.push(at, this.#arrival, node, slot);
  }

  send(from: number, to: number, message: Message): void {
    const { loop, client } = this.#options;
    const delay = from === to ? 0 : this.#linkDelay(message, { from, to, at: loop.now, place: 0 });
    if (from !== to) client.sent(message, 1);
    if (delay === LOST) return;
    const slot = this.#flights.add({ from, message, arrivals: 1 });
    loop.push(loop.now + delay, this.#arrival, to, slot);
  }

  roundTripUs(from: number, to: number, exchange: Posted): number {
    if (from === to) return 0;
    const at = this.#options.loop.now;
    const there = this.#linkDelay(exchange, { from, to, at, place: 0 });
    const back = this.#linkDelay(exchange, { from: to, to: from, at: at + there, place: 0 });
    return there === LOST || back === LOST ? LOST : there + back;
  }

  #arrive(node: number, slot: number): void {
    const flight = this.#flights.get(slot);
    flight.arrivals -= 1;
    if (flight.arrivals === 0) this.#flights.take(slot);
    if (this.#isDown[node] === 1) return;
    this.#options.client.deliver(node, flight.from, flight.message);
  }

  #graphOf(topic: Topic): Graph {
    const hearers = this.#topics.get(topic);
    if (hearers === undefined) return { nodes: [], overlay: [] };
    if (hearers.graph === undefined) {
      const nodes = [...hearers.members].sort((a, b) => a - b);
      const { seed, degree } = this.#options;
      const random = new RandomStream(seed, `network/topic/${topic}/${hearers.changes}`);
      const overlay =
        nodes.length === 0
          ? []
          : buildOverlay(nodes.length, degree, random).map((neighbours) =>
              neighbours.map((place) => nodes[place] as number),
            );
      hearers.graph = { nodes, overlay };
    }
    return hearers.graph;
  }

  /** Whom a publisher hands its message that does not hear the topic itself. */
  #firstHops({ nodes }: Graph, from: number, id: number): readonly number[] | undefined {
    if (nodes.length === this.#isDown.length || nodes.includes(from)) return undefined;
    const { seed, degree } = this.#options;
    const count = Math.min(nodes.length, degree);
    const start = Math.floor(hashUniform(seed ^ 0x66616e6f, id, from, 0) * nodes.length);
    return Array.from({ length: count }, (_, i) => nodes[(start + i) % nodes.length] as number);
  }

  /** Delay of a copy, or `LOST`. @param place of the copy among those that leave the sender */
  #linkDelay(
    { id, sizeBytes }: Posted,
    { from, to, at, place }: { from: number; to: number; at: Micros; place: number },
  ): number {
    const { latency, seed, jitter, lossShare, bandwidthMbps, conditions } = this.#options;
    const extra = conditions?.extraUs(from, to, at, id) ?? 0;
    if (extra === LOST) return LOST;
    const spread = 1 + jitter * (hashUniform(seed, id, from, to) - 0.5);
    let delay = latency(from, to) * spread;
    if (bandwidthMbps !== undefined) delay += ((place + 1) * sizeBytes * 8) / bandwidthMbps;
    if (lossShare > 0 && hashUniform(seed ^ 0x6c6f7373, id, from, to) < lossShare) {
      delay += REPAIR_US;
    }
    assert(delay >= 0, 'no message arrives before it was sent');
    return Math.round(delay) + extra;
  }
}

type LinkDelay = (from: number, to: number, at: Micros, place: number) => number;

/** One flood over a graph: who gets the message first when. */
class Flood {
  readonly arrivals: { readonly node: number; readonly at: Micros }[] = [];
  copies = 0;
  readonly #graph: Graph;
  readonly #isDown: Uint8Array;
  readonly #delay: LinkDelay;
  readonly #queue = new EventQueue<number>();
  readonly #best = new Map<number, Micros>();
  readonly #neighbours: ReadonlyMap<number, readonly number[]> | undefined;

  constructor(graph: Graph, isDown: Uint8Array, delay: LinkDelay) {
    this.#graph = graph;
    this.#isDown = isDown;
    this.#delay = delay;
    if (graph.nodes.length === isDown.length) return;
    this.#neighbours = new Map(graph.nodes.map((node, i) => [node, graph.overlay[i] ?? []]));
  }

  /** @param hops neighbours of a sender that stands outside the graph */
  run(from: number, at: Micros, hops: readonly number[] | undefined): void {
    const done = new Set<number>([from]);
    this.#best.set(from, at);
    this.#forward(from, at, { done, neighbours: hops ?? this.#of(from) });
    for (let next = this.#queue.pop(); next !== undefined; next = this.#queue.pop()) {
      const { at: arrival, payload: node } = next;
      if (done.has(node)) continue;
      done.add(node);
      this.arrivals.push({ node, at: arrival });
      if (this.#isDown[node] === 1) continue;
      const neighbours = this.#of(node);
      // it does not send it back where it came from
      this.copies -= 1;
      this.#forward(node, arrival, { done, neighbours });
    }
  }

  #of(node: number): readonly number[] {
    return this.#neighbours === undefined
      ? (this.#graph.overlay[node] ?? [])
      : (this.#neighbours.get(node) ?? []);
  }

  #forward(
    node: number,
    at: Micros,
    { done, neighbours }: { done: ReadonlySet<number>; neighbours: readonly number[] },
  ): void {
    this.copies += neighbours.length;
    for (const [place, neighbour] of neighbours.entries()) {
      if (done.has(neighbour)) continue;
      const delay = this.#delay(node, neighbour, at, place);
      if (delay === LOST) continue;
      const arrival = at + delay;
      if (arrival >= (this.#best.get(neighbour) ?? Number.POSITIVE_INFINITY)) continue;
      this.#best.set(neighbour, arrival);
      this.#queue.push(arrival, neighbour);
    }
  }
}
