/**
 * The nodes of a mesh network: who is up, who hears what, who is connected with whom, and what
 * becomes of meshes when a connection goes.
 *
 * Discovery is ideal: who looks for others finds them at once, and a connection takes one and a
 * half round trips. A node that is left with few connections dials again.
 */
import type { Scenario } from '../../../src/config/index.ts';
import type { EventKind, EventLoop } from '../../kernel/event-loop.ts';
import type { RandomStream } from '../../kernel/random.ts';
import type { Carrier } from '../carrier.ts';
import type { Topic } from '../model.ts';
import { CLOSED, type Link, Links, OPEN, PENDING } from './links.ts';
import { RelayWatch } from './relay-watch.ts';
import { deficitOf } from './score.ts';
import { FAILED, View } from './view.ts';

/** One and a half round trips, in one-way delays. */
const DIAL_DELAYS = 3;
/** Share of its connections below which a node dials again. */
const FEW_SHARE = 0.6;
/** Nodes tried at random for one dial. */
const TRIES = 8;
/** A message that is due counts as forwarded within this time, as on real nodes. */
const RELAY_WINDOW_US = 1_000_000;

export type PeersOptions = {
  readonly nodeCount: number;
  readonly mesh: Scenario['network']['mesh'];
  readonly loop: EventLoop;
  readonly carrier: Carrier;
  readonly random: RandomStream;
  /** Called when a connection is there, with the link of who dialled. */
  readonly onOpen: (link: Link) => void;
};

export class Peers<Message> {
  readonly links: Links;
  readonly nodeCount: number;
  readonly isUp: Uint8Array;
  /** Heartbeats of each node. */
  readonly ticks: Uint32Array;
  readonly watches: readonly RelayWatch[];
  /** Topics that each node hears. */
  readonly topicsOf: Topic[][];
  readonly #options: PeersOptions;
  readonly #views: (View<Message> | undefined)[][] = [];
  readonly #members: number[][] = [];
  readonly #opened: EventKind;

  constructor(options: PeersOptions) {
    const { nodeCount, loop } = options;
    this.#options = options;
    this.nodeCount = nodeCount;
    this.links = new Links(nodeCount);
    this.isUp = new Uint8Array(nodeCount).fill(1);
    this.ticks = new Uint32Array(nodeCount);
    this.watches = Array.from({ length: nodeCount }, () => new RelayWatch(RELAY_WINDOW_US));
    this.topicsOf = Array.from({ length: nodeCount }, () => []);
    this.#opened = loop.register((link) => this.#open(link));
  }

  /** What a node knows of a topic that it hears. */
  view(topic: Topic, node: number): View<Message> | undefined {
    return this.#views[topic]?.[node];
  }

  /** Nodes that hear a topic. */
  members(topic: Topic): readonly number[] {
    return this.#members[topic] ?? [];
  }

  /** @returns the new view, or `undefined` if the node hears the topic already */
  join(topic: Topic, node: number): View<Message> | undefined {
    const views = this.#views[topic] ?? [];
    this.#views[topic] = views;
    if (views[node] !== undefined) return undefined;
    const view = new View<Message>();
    views[node] = view;
    this.topicsOf[node]?.push(topic);
    const members = this.#members[topic] ?? [];
    members.push(node);
    this.#members[topic] = members;
    return view;
  }

  /** @returns the view that is no longer kept */
  leave(topic: Topic, node: number): View<Message> | undefined {
    const view = this.view(topic, node);
    if (view === undefined) return undefined;
    (this.#views[topic] ?? [])[node] = undefined;
    this.topicsOf[node] = (this.topicsOf[node] ?? []).filter((each) => each !== topic);
    this.#members[topic] = this.members(topic).filter((each) => each !== node);
    return view;
  }

  /** Links of a node that are open. */
  open(node: number): readonly Link[] {
    const { state } = this.links;
    return (this.links.of[node] ?? []).filter((link) => state[link] === OPEN);
  }

  /** Links of a node, open or dialled, to nodes that hear a topic. */
  towards(topic: Topic, node: number): readonly Link[] {
    const { state, to } = this.links;
    const views = this.#views[topic];
    return (this.links.of[node] ?? []).filter(
      (link) => state[link] !== CLOSED && views?.[to[link] as number] !== undefined,
    );
  }

  /** Dials members of a topic until `wanted` of them are connected, or all. */
  seek(topic: Topic, node: number, wanted: number): void {
    const members = this.members(topic).filter((other) => other !== node && this.isUp[other] === 1);
    let missing = Math.min(wanted, members.length) - this.towards(topic, node).length;
    if (missing <= 0) return;
    for (const other of this.#options.random.shuffled(members)) {
      if (missing === 0) return;
      if (this.dial(node, other)) missing -= 1;
    }
  }

  /** Lets `from` dial `to`. @returns whether that is a new connection */
  dial(from: number, to: number): boolean {
    const { carrier, loop } = this.#options;
    if (this.isUp[from] === 0 || this.isUp[to] === 0) return false;
    const known = this.links.between(from, to);
    if (known !== undefined && this.links.state[known] !== CLOSED) return false;
    const at = loop.now + Math.ceil(DIAL_DELAYS * carrier.delayUs(from, to));
    const link = known ?? this.links.dial(from, to, at);
    for (const end of [link, link ^ 1]) {
      this.links.state[end] = PENDING;
      this.links.openAt[end] = at;
      this.links.isOutbound[end] = end === link ? 1 : 0;
    }
    loop.push(at, this.#opened, link, 0);
    return true;
  }

  /** Dials somebody if few connections are left. */
  refill(node: number): void {
    const { mesh, random } = this.#options;
    const { state } = this.links;
    const few = Math.min(mesh.connections * FEW_SHARE, (this.nodeCount - 1) * FEW_SHARE);
    let count = 0;
    for (const link of this.links.of[node] ?? []) if (state[link] !== CLOSED) count += 1;
    for (let i = 0; i < TRIES && count < few; i++) {
      const other = random.below(this.nodeCount);
      if (other !== node && this.dial(node, other)) return;
    }
  }

  /** Closes all connections of a node that goes down. */
  goDown(node: number): void {
    this.isUp[node] = 0;
    for (const link of this.links.of[node] ?? []) this.#close(link);
  }

  /** Dials again whom a node was connected with. */
  goUp(node: number): void {
    this.isUp[node] = 1;
    for (const link of this.links.of[node] ?? []) this.dial(node, this.links.to[link] as number);
  }

  /** Takes a neighbour out of a mesh, and notes what it still owed. */
  prune(view: View<Message>, link: Link): void {
    const place = this.links.place[link] as number;
    if (!view.has(place)) return;
    const { score } = this.#options.mesh;
    if (score.meshFailureWeight !== 0) {
      const now = this.#options.loop.now;
      const deficit = deficitOf(view, place, { now, parameters: score });
      view.set(place, FAILED, view.get(place, FAILED) + deficit * deficit);
    }
    view.remove(link, place);
  }

  #open(link: Link): void {
    const { links } = this;
    if (links.state[link] !== PENDING || links.openAt[link] !== this.#options.loop.now) return;
    links.state[link] = OPEN;
    links.state[link ^ 1] = OPEN;
    this.#options.onOpen(link);
  }

  #close(link: Link): void {
    const { links } = this;
    if (links.state[link] === CLOSED) return;
    for (const end of [link, link ^ 1]) {
      links.state[end] = CLOSED;
      const isGood = (links.score[end] as number) > 0;
      const place = links.place[end] as number;
      if (isGood) links.misbehaviour[end] = 0;
      for (const topic of this.topicsOf[links.from[end] as number] ?? []) {
        const view = this.view(topic, links.from[end] as number);
        if (view === undefined) continue;
        this.prune(view, end);
        // good scores are forgotten, bad ones wait for the peer to return
        if (isGood) view.forget(place);
      }
    }
  }
}
