/**
 * The `gossipsub` network: the class of real nodes in virtual time, one router for each node, over
 * the same delays, lines and connections as the `mesh` network.
 *
 * Nodes start, connect and form meshes before time 0. After each event of the loop the driver
 * awaits `settle`: what the routers do next hangs on promises.
 *
 * Limits: no streams, no encryption, no downlink queue, no overlay attackers; a router that is down
 * keeps beating, alone.
 */

import { defined } from '../../../src/base/index.ts';
import type { Scenario } from '../../../src/config/index.ts';
import type { EventKind, EventLoop } from '../../kernel/event-loop.ts';
import { PayloadTable } from '../../kernel/payload-table.ts';
import type { Micros } from '../../kernel/queue.ts';
import { RandomStream } from '../../kernel/random.ts';
import type { Carrier } from '../carrier.ts';
import type { Dial } from '../connections.ts';
import { RelayWatch } from '../mesh/relay-watch.ts';
import { LOST, type NetworkClient, type NetworkModel, type Posted, type Topic } from '../model.ts';
import { WarmLoop } from '../warm-loop.ts';
import { Connections } from './connections.ts';
import type { Router, RouterHooks } from './router.ts';
import { VirtualTime } from './virtual-time.ts';

export type GossipsubOptions<Message extends Posted> = {
  readonly network: Scenario['network'];
  readonly loop: EventLoop;
  readonly client: NetworkClient<Message>;
  readonly carrier: Carrier;
  readonly nodeCount: number;
  readonly seed: number;
  readonly dials: readonly Dial[];
  /** Tells whether a message is owed to whole meshes, as rounds of the beacon are. */
  readonly isDue: (message: Message) => boolean;
};

/** All nodes start within this time, then dial within as much. */
const START_US = 1_000_000;
/** As on real nodes: a message that is due, and one that nobody hears yet. */
const RELAY_WINDOW_US = 1_000_000;
const RETRY_US = 100_000;
const RETRY_MAX = 300;
/** Time after which no router asks for a message any more. */
const FORGET_US = 120_000_000;

type Spreading<Message> = {
  readonly message: Message;
  readonly isDue: boolean;
  readonly publishedAt: Micros;
  /** Who sent it to whom: from · nodes + to; for what is due only. */
  readonly copies: Set<number>;
};

export class GossipsubNetwork<Message extends Posted> implements NetworkModel<Message> {
  readonly #options: GossipsubOptions<Message>;
  readonly #loop: WarmLoop;
  readonly #virtual: VirtualTime;
  readonly #action: EventKind;
  readonly #actions = new PayloadTable<() => void>();
  readonly #connections: Connections;
  readonly #watches: readonly RelayWatch[];
  readonly #spreading = new Map<number, Spreading<Message>>();
  /** Lets the routers score what happens in a topic. */
  #scoreTopic: (topic: Topic) => void = () => undefined;
  /** What was asked for before the routers were there. */
  #early: (() => void)[] = [];
  #routers: readonly Router[] = [];
  #published = 0;
  #frames = 0;
  #mustBoot = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(options: GossipsubOptions<Message>) {
    const { network, seed, carrier, nodeCount } = options;
    this.#options = options;
    this.#loop = new WarmLoop(options.loop, Math.round(network.mesh.warmUpMs * 1000));
    this.#virtual = new VirtualTime(this.#loop, new RandomStream(seed, 'network/gossipsub/class'));
    this.#action = this.#loop.register((slot) => this.#run(this.#actions.take(slot)));
    this.#watches = Array.from({ length: nodeCount }, () => new RelayWatch(RELAY_WINDOW_US));
    this.#connections = new Connections({
      nodeCount,
      random: new RandomStream(seed, 'network/gossipsub/peers'),
      delayUs: (from, to) => carrier.delayUs(from, to),
      later: (delayUs, action) => this.#later(this.#loop.now + delayUs, action),
      onOpen: (from, to) => {
        this.#router(from).connect(this.#router(to), 'outbound');
        this.#router(to).connect(this.#router(from), 'inbound');
      },
      onClose: (from, to) => {
        this.#router(from).disconnect(this.#router(to));
        this.#router(to).disconnect(this.#router(from));
      },
    });
    const boot = options.loop.register(() => {
      this.#mustBoot = true;
    });
    options.loop.push(options.loop.now, boot, 0, 0);
  }

  /** Neighbours in the mesh of a node, for tests and reports. */
  meshOf(node: number, topic: Topic): readonly number[] {
    return this.#router(node).meshOf(nameOf(topic));
  }

  subscribe(node: number, topic: Topic): void {
    this.#soon(() => this.#hear(node, topic));
  }

  unsubscribe(node: number, topic: Topic): void {
    this.#soon(() => {
      if (this.#connections.leave(node, topic)) this.#router(node).unsubscribe(nameOf(topic));
    });
  }

  setUp(node: number, isUp: boolean): void {
    this.#soon(() => this.#connections.setUp(node, isUp));
  }

  publish(from: number, topic: Topic, message: Message): void {
    this.#soon(() => {
      this.#published += 1;
      const number = this.#published;
      const isDue = this.#options.isDue(message);
      const publishedAt = this.#loop.now;
      this.#spreading.set(number, { message, isDue, publishedAt, copies: new Set() });
      this.#forget();
      if (!this.#connections.hears(from, topic)) {
        this.#connections.seek(from, topic, this.#options.network.mesh.degree);
      }
      this.#publishSoon(from, topic, { number, retries: RETRY_MAX });
    });
  }

  send(from: number, to: number, message: Message): void {
    const { carrier, client } = this.#options;
    const { id, sizeBytes } = message;
    if (from !== to) client.sent(message, 1);
    this.#soon(() => {
      const at = this.#loop.now;
      const arrival = from === to ? at : carrier.arrival(from, to, { id, sizeBytes, at });
      if (arrival === LOST) return;
      this.#later(arrival, () => {
        if (this.#connections.isUp(to)) client.deliver(to, from, message);
      });
    });
  }

  roundTripUs(from: number, to: number, { id, sizeBytes }: Posted): number {
    if (from === to) return 0;
    const { carrier, loop } = this.#options;
    const at = loop.now;
    const there = carrier.arrival(from, to, { id, sizeBytes, at });
    if (there === LOST) return LOST;
    const back = carrier.arrival(to, from, { id, sizeBytes, at: there });
    return back === LOST ? LOST : back - at;
  }

  async settle(): Promise<void> {
    if (this.#mustBoot) await this.#boot();
    await this.#virtual.settle();
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Makes the routers, and lets them start and connect in the time before 0. */
  async #boot(): Promise<void> {
    this.#mustBoot = false;
    const { Router: Class, identification } = await import('./router.ts');
    const { routerSettings, topicParameters } = await import('./settings.ts');
    const { nodeCount, seed, network } = this.#options;
    const topics: Record<string, ReturnType<typeof topicParameters>> = {};
    this.#scoreTopic = (topic) => {
      topics[nameOf(topic)] ??= topicParameters(network);
    };
    const settings = { ...routerSettings(network, topics), ...identification() };
    const names = new Map<string, number>();
    const routers: Router[] = [];
    this.#scoreTopic(0);
    for (let index = 0; index < nodeCount; index++) {
      routers.push(await Class.create(names, { index, seed, settings, hooks: this.#hooks(index) }));
    }
    this.#routers = routers;
    this.#plan();
    while (this.#loop.run(1)) await this.#virtual.settle();
    await this.#virtual.settle();
    for (const act of this.#early) {
      this.#run(act);
      await this.#virtual.settle();
    }
    this.#early = [];
  }

  #plan(): void {
    const { seed, dials } = this.#options;
    const random = new RandomStream(seed, 'network/gossipsub/start');
    const begin = this.#loop.now;
    for (const router of this.#routers) {
      this.#later(begin + random.below(START_US), () => {
        this.#connections.join(router.index, 0);
        this.#attempt(router.start().then(() => router.subscribe(nameOf(0))));
      });
    }
    const starts = this.#routers.map(() => begin + START_US + random.below(START_US));
    for (const { from, to } of dials) {
      this.#later(defined(starts[from], 'a dial has a dialler'), () => {
        this.#connections.dial(from, to);
      });
    }
  }

  #hooks(node: number): RouterHooks {
    const { mesh } = this.#options.network;
    const coalesceUs = Math.round(mesh.coalesceMs * 1000);
    return {
      sent: (peer, bytes, messages) => this.#carry(node, peer, { bytes, messages }),
      received: (from, number) => this.#received(node, from, number),
      heartbeat: () => this.#watches[node]?.tick(this.meshOf(node, 0), this.#loop.now),
      coalesce: (send) => {
        if (coalesceUs === 0) send();
        else this.#later(this.#loop.now + coalesceUs, send);
      },
      opinion: (peer) =>
        this.#watches[node]?.isPunished(peer) === true ? mesh.score.relayPenalty : 0,
    };
  }

  #hear(node: number, topic: Topic): void {
    if (!this.#connections.join(node, topic)) return;
    this.#scoreTopic(topic);
    const { degree } = this.#options.network.mesh;
    this.#connections.seek(node, topic, degree);
    this.#router(node).subscribe(nameOf(topic));
  }

  /** As on real nodes, a message waits while nobody is known to hear its topic. */
  #publishSoon(
    from: number,
    topic: Topic,
    { number, retries }: { number: number; retries: number },
  ): void {
    const router = this.#router(from);
    const spreading = this.#spreading.get(number);
    if (spreading === undefined || !this.#connections.isUp(from)) return;
    if (!router.hasSubscribers(nameOf(topic)) && retries > 0) {
      const next = { number, retries: retries - 1 };
      this.#later(this.#loop.now + RETRY_US, () => this.#publishSoon(from, topic, next));
      return;
    }
    this.#attempt(router.publish(nameOf(topic), number, spreading.message.sizeBytes));
    if (spreading.isDue) this.#watch(from, spreading);
  }

  /** Carries an RPC to a neighbour. */
  #carry(
    from: number,
    to: number,
    { bytes, messages }: { bytes: Uint8Array; messages: readonly number[] },
  ): void {
    const { carrier, client } = this.#options;
    for (const number of messages) {
      const message = this.#spreading.get(number)?.message;
      if (message !== undefined) client.sent(message, 1);
    }
    if (messages.length === 0 && this.#loop.isWarm) client.controlled(1, bytes.length);
    this.#frames += 1;
    const parcel = { id: this.#frames, sizeBytes: bytes.length, at: this.#loop.now };
    const again = carrier.duplicates(from, to, parcel);
    for (let i = 0; i <= again; i++) {
      const arrival = carrier.arrival(from, to, parcel);
      if (arrival === LOST) continue;
      const at = this.#connections.inOrder(from, to, arrival);
      this.#later(at, () => this.#arrive(from, to, bytes));
    }
  }

  #arrive(from: number, to: number, bytes: Uint8Array): void {
    if (!this.#connections.isOpen(from, to)) return;
    const messages = this.#router(to).take(this.#router(from), bytes);
    for (const number of messages) {
      const spreading = this.#spreading.get(number);
      if (spreading?.isDue === true) spreading.copies.add(from * this.#options.nodeCount + to);
    }
  }

  /** A router has a message for its node, which takes its time to check it. */
  #received(node: number, from: number, number: number): void {
    const validationUs = Math.round(this.#options.network.validationMs * 1000);
    if (validationUs === 0) this.#judge(node, from, number);
    else this.#later(this.#loop.now + validationUs, () => this.#judge(node, from, number));
  }

  #judge(node: number, from: number, number: number): void {
    const spreading = this.#spreading.get(number);
    if (spreading === undefined || !this.#connections.isUp(node)) return;
    const { message, isDue } = spreading;
    try {
      const verdict = this.#options.client.deliver(node, from, message);
      this.#router(node).judge(number, { from: this.#router(from), verdict, isDue });
      if (isDue && verdict === 'accept') this.#watch(node, spreading);
    } catch (error) {
      // thrown in a listener of the class, it would end the process
      this.#failure ??= { error };
    }
  }

  #watch(node: number, { copies }: Spreading<Message>): void {
    const { nodeCount } = this.#options;
    const isKnown = (peer: number): boolean => copies.has(peer * nodeCount + node);
    this.#watches[node]?.accepted({ isKnown }, this.meshOf(node, 0), this.#loop.now);
  }

  #forget(): void {
    for (const [number, { publishedAt }] of this.#spreading) {
      if (publishedAt + FORGET_US >= this.#loop.now) return;
      this.#spreading.delete(number);
    }
  }

  #later(at: Micros, action: () => void): void {
    this.#loop.push(at, this.#action, this.#actions.add(action), 0);
  }

  /** Does something now, or as soon as there are routers. */
  #soon(act: () => void): void {
    if (this.#loop.isWarm) this.#run(act);
    else this.#early.push(act);
  }

  #run(act: () => void): void {
    this.#virtual.enter();
    act();
  }

  #attempt(promise: Promise<void>): void {
    promise.catch((error: unknown) => {
      this.#failure ??= { error };
    });
  }

  #router(node: number): Router {
    return defined(this.#routers[node], 'a node has a router');
  }
}

function nameOf(topic: Topic): string {
  return `topic-${topic}`;
}
