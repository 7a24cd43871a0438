/**
 * Lazy gossip: what a node tells neighbours outside of its mesh that it has, what they ask for, and
 * who promised what and did not send it.
 *
 * After `handleIHave`, `handleIWant`, `applyIwantPenalties` and `doEmitGossip` of
 * @libp2p/gossipsub 17.
 */
import type { Scenario } from '../../../src/config/index.ts';
import type { EventLoop } from '../../kernel/event-loop.ts';
import type { Micros } from '../../kernel/queue.ts';
import type { RandomStream } from '../../kernel/random.ts';
import type { Topic } from '../model.ts';
import type { Link } from './links.ts';
import { type Live, UNSEEN } from './live.ts';
import type { Peers } from './peers.ts';
import type { Traffic } from './traffic.ts';
import type { View } from './view.ts';

/** Announcements from a neighbour, and requests by it, that count in a heartbeat. */
const ANNOUNCEMENTS_MAX = 10;
const REQUESTS_MAX = 10;
/** Ids in an announcement, and asked of a neighbour in a heartbeat. */
const IDS_MAX = 512;
const ASKED_MAX = 5000;
/** How long a neighbour has to send what it announced. */
const PROMISE_US = 3_000_000;

type Promised<Message> = {
  readonly live: Live<Message>;
  readonly link: Link;
  readonly end: Micros;
};

export type LazyOptions<Message> = {
  readonly peers: Peers<Message>;
  readonly traffic: Traffic<Message>;
  readonly mesh: Scenario['network']['mesh'];
  readonly loop: EventLoop;
  readonly random: RandomStream;
};

export class LazyGossip<Message> {
  readonly #options: LazyOptions<Message>;
  readonly #promises: Promised<Message>[][];

  constructor(options: LazyOptions<Message>) {
    this.#options = options;
    this.#promises = Array.from({ length: options.peers.nodeCount }, () => []);
  }

  /** Announces what the last heartbeats brought. @param outside neighbours outside of the mesh */
  announce(view: View<Message>, topic: Topic, outside: readonly Link[]): void {
    const { mesh, random, traffic } = this.#options;
    const recent = view.windows.slice(0, mesh.cacheGossipHeartbeats).flat();
    if (recent.length === 0 || outside.length === 0) return;
    const targets = Math.max(mesh.degreeLazy, Math.floor(mesh.gossipFactor * outside.length));
    const links = targets >= outside.length ? outside : random.shuffled(outside).slice(0, targets);
    for (const link of links) {
      const lives = recent.length > IDS_MAX ? random.shuffled(recent).slice(0, IDS_MAX) : recent;
      traffic.say(link, { kind: 'ihave', topic, lives });
    }
  }

  /** A neighbour has messages: asks for those that the node never saw. */
  announced(
    node: number,
    link: Link,
    heard: { topic: Topic; lives: readonly Live<Message>[] },
  ): void {
    const { peers, random, traffic, mesh, loop } = this.#options;
    const { links } = peers;
    if ((links.score[link] as number) < mesh.score.gossipThreshold) return;
    const count = (links.announced[link] as number) + 1;
    links.announced[link] = count;
    if (count > ANNOUNCEMENTS_MAX || peers.view(heard.topic, node) === undefined) return;
    const room = ASKED_MAX - (links.asked[link] as number);
    const unseen = heard.lives.filter((live) => live.fate[node] === UNSEEN).slice(0, room);
    if (unseen.length === 0) return;
    links.asked[link] = (links.asked[link] as number) + unseen.length;
    const promised = unseen[random.below(unseen.length)];
    if (promised !== undefined) {
      this.#promises[node]?.push({ live: promised, link, end: loop.now + PROMISE_US });
    }
    traffic.say(link, { kind: 'iwant', lives: unseen });
  }

  /** A neighbour asks for messages. @returns those that it gets */
  asked(node: number, link: Link, lives: readonly Live<Message>[]): readonly Live<Message>[] {
    const { peers, mesh } = this.#options;
    const { links } = peers;
    if ((links.score[link] as number) < mesh.score.gossipThreshold) return [];
    const count = (links.requested[link] as number) + 1;
    links.requested[link] = count;
    if (count > REQUESTS_MAX) return [];
    return lives.filter((live) =>
      peers.view(live.topic, node)?.windows.some((window) => window.includes(live)),
    );
  }

  /** Punishes broken promises and forgets the counts of the last heartbeat. */
  heartbeat(node: number): void {
    const { peers, loop } = this.#options;
    const { links } = peers;
    for (const link of links.of[node] ?? []) {
      links.announced[link] = 0;
      links.asked[link] = 0;
      links.requested[link] = 0;
    }
    const promises = this.#promises[node];
    for (
      let next = promises?.[0];
      next !== undefined && next.end < loop.now;
      next = promises?.[0]
    ) {
      promises?.shift();
      if (next.live.fate[node] !== UNSEEN) continue;
      links.misbehaviour[next.link] = (links.misbehaviour[next.link] as number) + 1;
    }
  }

  /** Begins a new window of what can be announced and asked for. */
  shift(view: View<Message>): void {
    view.windows.unshift([]);
    if (view.windows.length > this.#options.mesh.cacheHeartbeats) view.windows.pop();
  }
}
