/**
 * The `mesh` network: GossipSub v1.1 and v1.2 link by link, in events of the run's loop.
 *
 * Every copy, announcement, request, graft and prune is an event. Nodes connect and meshes form in
 * the time before 0. Sources: the specification of gossipsub, and @libp2p/gossipsub 17.1.1, whose
 * order of decisions it follows; `test/conformance/mesh.test.ts` compares the two.
 *
 * Limits: no peer exchange, no direct peers, one connection for a pair; a neighbour's subscription
 * is known as soon as there is a connection; a connection that a shard made stays.
 */
import type { Scenario } from '../../../src/config/index.ts';
import type { EventKind, EventLoop } from '../../kernel/event-loop.ts';
import { PayloadTable } from '../../kernel/payload-table.ts';
import type { Micros } from '../../kernel/queue.ts';
import type { RandomStream } from '../../kernel/random.ts';
import type { Carrier } from '../carrier.ts';
import type { Dial } from '../connections.ts';
import { LOST, type NetworkClient, type NetworkModel, type Posted, type Topic } from '../model.ts';
import { WarmLoop } from '../warm-loop.ts';
import type { Attackers } from './attackers.ts';
import { LazyGossip } from './lazy.ts';
import { type Link, OPEN, PENDING } from './links.ts';
import { ACCEPTED, IGNORED, Live, NOWHERE, REJECTED, SEEN, UNSEEN } from './live.ts';
import { Peers } from './peers.ts';
import { Scorer } from './scorer.ts';
import { type Control, Traffic } from './traffic.ts';
import { Upkeep } from './upkeep.ts';

export type MeshOptions<Message extends Posted> = {
  readonly network: Scenario['network'];
  readonly loop: EventLoop;
  readonly client: NetworkClient<Message>;
  readonly carrier: Carrier;
  readonly random: RandomStream;
  /** Nodes of the network, attackers included. */
  readonly nodeCount: number;
  /** Who dials whom, and in which order. */
  readonly dials: readonly Dial[];
  /** Attackers on the overlay, if there are any; they have the highest numbers. */
  readonly attackers: Attackers | undefined;
  /** Tells whether a message is owed to whole meshes, as rounds of the beacon are. */
  readonly isDue: (message: Message) => boolean;
};

/** All nodes dial, and begin their heartbeats, within this time. */
const START_US = 1_000_000;
/** Heartbeats for which a message is kept after the last node took it, besides the cache. */
const KEPT_HEARTBEATS = 2;

export class MeshNetwork<Message extends Posted> implements NetworkModel<Message> {
  readonly #options: MeshOptions<Message>;
  readonly #loop: WarmLoop;
  readonly #peers: Peers<Message>;
  readonly #traffic: Traffic<Message>;
  readonly #upkeep: Upkeep<Message>;
  readonly #lazy: LazyGossip<Message>;
  readonly #scorer: Scorer<Message>;
  readonly #actions = new PayloadTable<() => void>();
  readonly #kinds: Readonly<Record<'checked' | 'forward' | 'heartbeat' | 'action', EventKind>>;
  readonly #heartbeatUs: Micros;
  readonly #validationUs: Micros;
  readonly #coalesceUs: Micros;

  constructor(options: MeshOptions<Message>) {
    const { network, client, carrier, random, nodeCount } = options;
    const { mesh } = network;
    this.#options = options;
    this.#heartbeatUs = Math.round(mesh.heartbeatMs * 1000);
    this.#validationUs = Math.round(network.validationMs * 1000);
    this.#coalesceUs = Math.round(mesh.coalesceMs * 1000);
    const loop = new WarmLoop(options.loop, Math.round(mesh.warmUpMs * 1000));
    this.#loop = loop;
    const onOpen = (link: Link) => this.#opened(link);
    const peers = new Peers<Message>({ nodeCount, mesh, loop, carrier, random, onOpen });
    this.#peers = peers;
    this.#traffic = new Traffic<Message>({
      loop,
      links: peers.links,
      carrier,
      onCopy: (link, live) => this.#copyArrived(link, live),
      onControl: (link, control) => this.#controlArrived(link, control),
      controlled: (messages, bytes) => {
        if (loop.isWarm) client.controlled(messages, bytes);
      },
    });
    const parts = { peers, traffic: this.#traffic, mesh, loop, random };
    this.#upkeep = new Upkeep<Message>(parts);
    this.#lazy = new LazyGossip<Message>(parts);
    this.#scorer = new Scorer<Message>({ peers, score: mesh.score, attackers: options.attackers });
    this.#kinds = {
      checked: loop.register((link, slot) => this.#checked(link, slot)),
      forward: loop.register((link, slot) => this.#forward(link, slot)),
      heartbeat: loop.register((node) => this.#heartbeat(node)),
      action: loop.register((slot) => this.#actions.take(slot)()),
    };
    this.#start();
  }

  /** Neighbours in the mesh of a node, for tests and reports. */
  meshOf(node: number, topic: Topic): readonly number[] {
    const mesh = this.#peers.view(topic, node)?.mesh ?? [];
    return mesh.map((link) => this.#peers.links.to[link] as number);
  }

  /** What a node thinks of another one, 0 if they are not connected. */
  scoreOf(node: number, neighbour: number): number {
    const link = this.#peers.links.between(node, neighbour);
    return link === undefined ? 0 : (this.#peers.links.score[link] as number);
  }

  /** Messages that spread or may be asked for: what the memory of the model grows with. */
  get spreadingCount(): number {
    return this.#traffic.spreadingCount;
  }

  subscribe(node: number, topic: Topic): void {
    if (this.#peers.join(topic, node) === undefined) return;
    this.#peers.seek(topic, node, this.#options.network.mesh.degree);
    for (const link of this.#peers.towards(topic, node)) {
      if (this.#peers.links.state[link] === OPEN)
        this.#traffic.say(link, { kind: 'subscribe', topic });
    }
    this.#upkeep.join(node, topic);
  }

  unsubscribe(node: number, topic: Topic): void {
    const view = this.#peers.leave(topic, node);
    if (view !== undefined) this.#upkeep.leave(view, topic);
  }

  setUp(node: number, isUp: boolean): void {
    if ((this.#peers.isUp[node] === 1) === isUp) return;
    if (isUp) this.#peers.goUp(node);
    else this.#peers.goDown(node);
  }

  publish(from: number, topic: Topic, message: Message): void {
    const { sizeBytes, id } = message;
    this.#spread(from, { topic, message, sizeBytes, id, isDue: this.#options.isDue(message) });
  }

  /** Lets an attacker publish what every honest node rejects. @param id names its random draws */
  publishInvalid(from: number, { id, sizeBytes }: Posted): void {
    this.#spread(from, { topic: 0, message: undefined, sizeBytes, id, isDue: false });
  }

  send(from: number, to: number, message: Message): void {
    const { carrier, client } = this.#options;
    const { id, sizeBytes } = message;
    if (from !== to) client.sent(message, 1);
    const at = this.#loop.now;
    const arrival = from === to ? at : carrier.arrival(from, to, { id, sizeBytes, at });
    if (arrival === LOST) return;
    this.#later(arrival, () => {
      if (this.#peers.isUp[to] === 1) client.deliver(to, from, message);
    });
  }

  roundTripUs(from: number, to: number, { id, sizeBytes }: Posted): number {
    if (from === to) return 0;
    const { carrier } = this.#options;
    const at = this.#loop.now;
    const there = carrier.arrival(from, to, { id, sizeBytes, at });
    if (there === LOST) return LOST;
    const back = carrier.arrival(to, from, { id, sizeBytes, at: there });
    return back === LOST ? LOST : back - at;
  }

  /** Connects all nodes and lets their meshes form. */
  #start(): void {
    const { nodeCount, dials, random, attackers } = this.#options;
    const begin = this.#loop.now;
    for (let node = 0; node < nodeCount; node++) {
      this.#peers.join(0, node);
      this.#loop.push(begin + random.below(START_US), this.#kinds.heartbeat, node, 0);
    }
    const starts = Float64Array.from({ length: nodeCount }, () => begin + random.below(START_US));
    for (const { from, to } of dials) {
      const isEarly = attackers?.connectsFirst(from) === true;
      const at = isEarly ? begin : (starts[from] as number);
      this.#later(at, () => this.#peers.dial(from, to));
    }
    while (this.#loop.run(Number.MAX_SAFE_INTEGER));
  }

  #later(at: Micros, action: () => void): void {
    this.#loop.push(at, this.#kinds.action, this.#actions.add(action), 0);
  }

  #opened(link: Link): void {
    const { links } = this.#peers;
    for (const end of [link, link ^ 1]) {
      for (const topic of this.#peers.topicsOf[links.from[end] as number] ?? []) {
        this.#traffic.say(end, { kind: 'subscribe', topic });
      }
    }
  }

  #spread(
    from: number,
    { topic, ...rest }: Omit<ConstructorParameters<typeof Live<Message>>[0], Unstated>,
  ): void {
    const { nodeCount, network, client } = this.#options;
    const peers = this.#peers;
    if (peers.isUp[from] === 0) return;
    const view = peers.view(topic, from);
    if (view === undefined) peers.seek(topic, from, network.mesh.degree);
    const sizes = { nodeCount, linkCount: peers.links.count };
    const live = new Live<Message>({ ...rest, ...sizes, topic, source: from });
    live.fate[from] = ACCEPTED;
    live.usedAt = this.#loop.now;
    this.#traffic.begin(live);
    view?.windows[0]?.push(live);
    if (live.isDue && view !== undefined) {
      peers.watches[from]?.accepted(live, view.mesh, this.#loop.now);
    }
    const links = this.#publishTargets(from, topic);
    if (live.message !== undefined) client.sent(live.message, links.length);
    for (const link of links) {
      const opens = peers.links.state[link] === PENDING ? (peers.links.openAt[link] as number) : 0;
      const at = Math.max(this.#loop.now + this.#coalesceUs, opens);
      live.references += 1;
      this.#later(at, () => {
        live.references -= 1;
        this.#traffic.copy(link, live);
      });
    }
  }

  /** All neighbours in the topic, or its mesh and others up to the degree. */
  #publishTargets(from: number, topic: Topic): readonly Link[] {
    const { mesh } = this.#options.network;
    const { score } = this.#peers.links;
    const neighbours = this.#peers
      .towards(topic, from)
      .filter((link) => (score[link] as number) >= mesh.score.publishThreshold);
    if (mesh.floodPublish) return neighbours;
    const own = this.#peers.view(topic, from)?.mesh ?? [];
    const others = neighbours.filter((link) => !own.includes(link));
    const missing = Math.max(0, mesh.degree - own.length);
    return [...own, ...this.#options.random.shuffled(others).slice(0, missing)];
  }

  /** A copy is at its receiver: a duplicate, or to be checked. */
  #copyArrived(link: Link, live: Live<Message>): void {
    const { network } = this.#options;
    const { links, isUp } = this.#peers;
    const node = links.to[link] as number;
    const back = link ^ 1;
    if (isUp[node] === 0) return;
    if ((links.score[back] as number) < network.mesh.score.graylistThreshold) return;
    live.note(back);
    if (live.fate[node] !== UNSEEN) {
      if (live.fate[node] === REJECTED) this.#scorer.rejected(node, back, live.topic);
      return;
    }
    live.fate[node] = SEEN;
    if (live.sizeBytes >= network.mesh.idontwantMinBytes) this.#tellMesh(node, back, live);
    live.references += 1;
    if (this.#validationUs === 0) this.#checked(link, live.slot);
    else this.#loop.push(this.#loop.now + this.#validationUs, this.#kinds.checked, link, live.slot);
  }

  #tellMesh(node: number, back: Link, live: Live<Message>): void {
    for (const link of this.#peers.view(live.topic, node)?.mesh ?? []) {
      if (link !== back) this.#traffic.say(link, { kind: 'idontwant', lives: [live] });
    }
  }

  /** A message was checked: it is handled, and forwarded if the node accepts it. */
  #checked(link: Link, slot: number): void {
    const live = this.#traffic.live(slot);
    live.references -= 1;
    const { links, isUp } = this.#peers;
    const node = links.to[link] as number;
    const view = this.#peers.view(live.topic, node);
    if (isUp[node] === 0 || view === undefined) return;
    const verdict = this.#verdict(node, links.from[link] as number, live);
    live.fate[node] = { accept: ACCEPTED, ignore: IGNORED, reject: REJECTED }[verdict];
    if (verdict === 'reject') this.#scorer.rejectedAll(node, live);
    if (verdict !== 'accept') return;
    live.usedAt = this.#loop.now;
    view.windows[0]?.push(live);
    this.#scorer.delivered(node, link ^ 1, live);
    if (live.isDue) this.#peers.watches[node]?.accepted(live, view.mesh, this.#loop.now);
    live.references += 1;
    if (this.#coalesceUs === 0) this.#forward(link, slot);
    else this.#loop.push(this.#loop.now + this.#coalesceUs, this.#kinds.forward, link, slot);
  }

  #verdict(node: number, from: number, live: Live<Message>) {
    const { attackers, client } = this.#options;
    if (attackers?.has(node) === true) return 'accept';
    return live.message === undefined ? 'reject' : client.deliver(node, from, live.message);
  }

  /** Sends a message to the mesh, except to those who have it. @param link it came over */
  #forward(link: Link, slot: number): void {
    const live = this.#traffic.live(slot);
    live.references -= 1;
    const { links, isUp } = this.#peers;
    const node = links.to[link] as number;
    if (isUp[node] === 0) return;
    const { attackers, client } = this.#options;
    if (attackers?.drops(node, live, this.#loop.now) === true) return;
    let copies = 0;
    for (const next of this.#peers.view(live.topic, node)?.mesh ?? []) {
      if (live.isKnown(next) && !live.isDue) continue;
      copies += 1;
      this.#traffic.copy(next, live);
    }
    if (live.message !== undefined && copies > 0) client.sent(live.message, copies);
  }

  #controlArrived(link: Link, control: Control<Message>): void {
    const { links, isUp } = this.#peers;
    const node = links.to[link] as number;
    const back = link ^ 1;
    if (isUp[node] === 0) return;
    const { graylistThreshold } = this.#options.network.mesh.score;
    if ((links.score[back] as number) < graylistThreshold) return;
    switch (control.kind) {
      case 'subscribe':
        return this.#upkeep.subscribed(node, back, control.topic);
      case 'graft':
        return this.#upkeep.grafted(node, back, control.topic);
      case 'prune':
        return this.#upkeep.pruned(node, back, control);
      case 'ihave':
        return this.#lazy.announced(node, back, control);
      case 'iwant':
        return this.#serve(node, back, control.lives);
      default:
        for (const live of control.lives) live.note(back);
    }
  }

  #serve(node: number, link: Link, wanted: readonly Live<Message>[]): void {
    const { attackers, client } = this.#options;
    for (const live of this.#lazy.asked(node, link, wanted)) {
      if (live.slot === NOWHERE || attackers?.drops(node, live, this.#loop.now) === true) continue;
      if (live.message !== undefined) client.sent(live.message, 1);
      this.#traffic.copy(link, live);
    }
  }

  #heartbeat(node: number): void {
    const { attackers } = this.#options;
    const peers = this.#peers;
    this.#loop.push(this.#loop.now + this.#heartbeatUs, this.#kinds.heartbeat, node, 0);
    if (node === 0) this.#sweep();
    if (peers.isUp[node] === 0) return;
    peers.ticks[node] = (peers.ticks[node] as number) + 1;
    this.#lazy.heartbeat(node);
    this.#scorer.heartbeat(node, this.#loop.now);
    for (const topic of peers.topicsOf[node] ?? []) {
      const outside = this.#upkeep.heartbeat(node, topic);
      const view = peers.view(topic, node);
      if (view === undefined) continue;
      this.#lazy.announce(view, topic, outside);
      this.#lazy.shift(view);
    }
    if (this.#loop.isWarm) peers.refill(node);
    attackers?.heartbeat(node, {
      network: this,
      peers,
      traffic: this.#traffic,
      now: this.#loop.now,
    });
  }

  #sweep(): void {
    const { cacheHeartbeats } = this.#options.network.mesh;
    this.#traffic.sweep(this.#loop.now - (cacheHeartbeats + KEPT_HEARTBEATS) * this.#heartbeatUs);
  }
}

/** What the network itself knows of a message that begins to spread. */
type Unstated = 'nodeCount' | 'linkCount' | 'source';
