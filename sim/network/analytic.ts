/**
 * The `analytic` network: floods over a random overlay whose arrival times are known when copies
 * are sent, so that most copies need no event (`Flood`).
 *
 * A topic of its own has an overlay of its own among those who hear it; who publishes there without
 * hearing it hands the message to a few who do. What is sent straight takes the delay between the
 * two nodes. All that leaves a node goes through its uplink, one copy after the other. Not
 * modelled: downlinks, validation time, mesh degree, peer scores; what changes the members of a
 * topic moves no flood that is under way.
 */
import { assert } from '../../src/base/index.ts';
import type { EventKind, EventLoop } from '../kernel/event-loop.ts';
import { PayloadTable } from '../kernel/payload-table.ts';
import type { Micros } from '../kernel/queue.ts';
import { hashUniform, RandomStream } from '../kernel/random.ts';
import { Flood, type FloodOptions, type Graph, REPAIR_US } from './flood.ts';
import type { LatencyModel } from './latency.ts';
import { LOST, type NetworkClient, type NetworkModel, type Posted, type Topic } from './model.ts';
import {
  buildOverlay,
  measureLinks,
  NO_WAY_BACK,
  NODE_BITS,
  NODE_MASK,
  type Overlay,
} from './overlay.ts';

export type AnalyticOptions<Message extends Posted> = Omit<FloodOptions, 'nodeCount'> & {
  readonly loop: EventLoop;
  readonly client: NetworkClient<Message>;
  /** Neighbours in topic 0; its links are measured here. */
  readonly overlay: Overlay;
  readonly latency: LatencyModel;
  /** Mean number of neighbours in the other topics. */
  readonly degree: number;
};

/** Names the draws of messages that go straight, and of first hops. */
const STRAIGHT = 0x7374726c;
const STRAIGHT_LOSS = 0x6c6f7373;
const FIRST_HOP = 0x66616e6f;

type Post<Message> = { readonly from: number; readonly message: Message };

/** Who hears a topic; the graph is built when it is needed. */
type Hearers = { readonly members: Set<number>; changes: number; graph: Graph | undefined };

export class AnalyticNetwork<Message extends Posted> implements NetworkModel<Message> {
  readonly #options: AnalyticOptions<Message>;
  readonly #flood: Flood;
  readonly #all: Graph;
  readonly #topics = new Map<Topic, Hearers>();
  readonly #isDown: Uint8Array;
  /** What floods carry, by their slots. */
  readonly #posts: (Post<Message> | undefined)[] = [];
  readonly #straight: EventKind;
  readonly #straightPosts = new PayloadTable<Post<Message>>();
  readonly #copy: EventKind;

  constructor(options: AnalyticOptions<Message>) {
    const { loop, overlay, latency } = options;
    this.#options = options;
    measureLinks(overlay, latency, (node) => node);
    this.#all = { overlay, nodes: undefined };
    this.#isDown = new Uint8Array(overlay.nodeCount);
    this.#copy = loop.register((word, slot) => this.#takeCopy(word, slot));
    this.#straight = loop.register((node, slot) => this.#takeStraight(node, slot));
    this.#flood = new Flood({ ...options, nodeCount: overlay.nodeCount }, this.#copy);
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
    if (isUp) this.#flood.forget(node);
  }

  publish(from: number, topic: Topic, message: Message): void {
    const graph = topic === 0 ? this.#all : this.#graphOf(topic);
    const { overlay, nodes } = graph;
    if (this.#isDown[from] === 1 || overlay.nodeCount === 0) return;
    const slot = this.#flood.open(graph, message);
    this.#posts[slot] = { from, message };
    const at = this.#flood.relative(this.#options.loop.now);
    const node = nodes === undefined ? from : nodes.indexOf(from);
    if (node < 0) this.#hand(slot, graph, { from, message });
    else {
      this.#flood.takes(this.#flood.flight(slot).best, node, at);
      this.#forward(slot, node, { at, back: NO_WAY_BACK, message });
    }
    this.#closeIfOver(slot);
  }

  send(from: number, to: number, message: Message): void {
    const { loop, client } = this.#options;
    if (this.#isDown[from] === 1) return;
    const delay = from === to ? 0 : this.#straightUs({ from, to, at: loop.now }, message);
    if (from !== to) {
      const further = this.#options.conditions?.duplicates(from, to, loop.now, message.id) ?? 0;
      client.sent(message, 1 + further);
    }
    if (delay === LOST) return;
    const slot = this.#straightPosts.add({ from, message });
    loop.push(loop.now + delay, this.#straight, to, slot);
  }

  roundTripUs(from: number, to: number, exchange: Posted): number {
    if (from === to) return 0;
    const { now } = this.#options.loop;
    const there = this.#straightUs({ from, to, at: now }, exchange);
    const back = this.#straightUs({ from: to, to: from, at: now + there }, exchange);
    return there === LOST || back === LOST ? LOST : there + back;
  }

  #takeStraight(node: number, slot: number): void {
    const { from, message } = this.#straightPosts.take(slot);
    if (this.#isDown[node] === 0) this.#options.client.deliver(node, from, message);
  }

  /** @param word of the link that the copy came by */
  #takeCopy(word: number, slot: number): void {
    const { loop, client } = this.#options;
    const flight = this.#flood.flight(slot);
    const { overlay, nodes } = flight.graph;
    const node = word & NODE_MASK;
    const back = word >>> NODE_BITS;
    const nodeOfRun = nodes === undefined ? node : (nodes[node] as number);
    const at = this.#flood.relative(loop.now);
    flight.pending -= 1;
    if (this.#isDown[nodeOfRun] === 0 && this.#flood.takes(flight.best, node, at)) {
      const post = this.#posts[slot];
      assert(post !== undefined, 'a flood carries a message');
      const from = back === NO_WAY_BACK ? post.from : neighbour({ overlay, nodes }, node, back);
      const verdict = client.deliver(nodeOfRun, from, post.message);
      // a node may go down by what it takes
      if (verdict === 'accept' && this.#isDown[nodeOfRun] === 0) {
        this.#forward(slot, node, { at, back, message: post.message });
      }
    }
    this.#closeIfOver(slot);
  }

  #forward(
    slot: number,
    node: number,
    { at, back, message }: { at: number; back: number; message: Message },
  ): void {
    const copies = this.#flood.forward(slot, node, at, back);
    if (copies > 0) this.#options.client.sent(message, copies);
  }

  #closeIfOver(slot: number): void {
    if (this.#flood.flight(slot).pending > 0) return;
    this.#flood.close(slot);
    this.#posts[slot] = undefined;
  }

  /** Gives a message to a few who hear its topic, for somebody who does not. */
  #hand(slot: number, { nodes }: Graph, { from, message }: Post<Message>): void {
    const { loop, client, seed, degree } = this.#options;
    const hearers = nodes ?? [];
    const count = Math.min(hearers.length, degree);
    const draw = hashUniform(seed ^ FIRST_HOP, message.id, from, 0);
    const start = Math.floor(draw * hearers.length);
    const flight = this.#flood.flight(slot);
    client.sent(message, count);
    for (let i = 0; i < count; i++) {
      const node = (start + i) % hearers.length;
      const to = hearers[node] as number;
      const delay = this.#straightUs({ from, to, at: loop.now }, message);
      if (delay === LOST) continue;
      flight.pending += 1;
      const word = node | (NO_WAY_BACK << NODE_BITS);
      loop.push(loop.now + delay, this.#copy, word, slot);
    }
  }

  /** Time of a message between any two nodes, or `LOST`; takes the uplink from now on. */
  #straightUs(
    { from, to, at }: { readonly from: number; readonly to: number; readonly at: Micros },
    { id, sizeBytes }: Posted,
  ): number {
    const { loop, latency, seed, jitter, lossShare, conditions } = this.#options;
    const queuedUs = this.#flood.queueUs(from, loop.now, sizeBytes);
    const extra = conditions?.extraUs(from, to, at, id) ?? 0;
    if (extra === LOST) return LOST;
    const spread = 1 + jitter * (hashUniform(seed ^ STRAIGHT, id, from, to) - 0.5);
    const isLost = lossShare > 0 && hashUniform(seed ^ STRAIGHT_LOSS, id, from, to) < lossShare;
    const delay = Math.round(latency(from, to) * spread);
    assert(delay >= 0, 'no message arrives before it was sent');
    return queuedUs + delay + (isLost ? REPAIR_US : 0) + extra;
  }

  #graphOf(topic: Topic): Graph {
    const hearers = this.#topics.get(topic);
    if (hearers === undefined || hearers.members.size === 0) return NOBODY;
    if (hearers.graph === undefined) {
      const nodes = Int32Array.from(hearers.members).sort();
      const { seed, degree, latency } = this.#options;
      const random = new RandomStream(seed, `network/topic/${topic}/${hearers.changes}`);
      const overlay = buildOverlay(nodes.length, degree, random);
      measureLinks(overlay, latency, (node) => nodes[node] as number);
      hearers.graph = { nodes, overlay };
    }
    return hearers.graph;
  }
}

/** The graph of a topic that nobody hears. */
const NOBODY: Graph = {
  overlay: { nodeCount: 0, offsets: new Int32Array(1), links: new Int32Array(0) },
  nodes: new Int32Array(0),
};

/** Node of the run that a link of a node leads to. */
function neighbour({ overlay, nodes }: Graph, node: number, place: number): number {
  const link = (overlay.offsets[node] as number) + place;
  const to = (overlay.links[2 * link] as number) & NODE_MASK;
  return nodes === undefined ? to : (nodes[to] as number);
}
