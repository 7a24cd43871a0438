/**
 * The meshes of a node: whom it grafts and prunes, at each heartbeat and when others ask.
 *
 * After the pseudo-code of gossipsub v1.1 as @libp2p/gossipsub 17 runs it (`src/gossipsub.ts`,
 * `heartbeat`, `handleGraft`, `handlePrune`, `graftOnSubscribe`). Peer exchange is off.
 */
import type { Scenario } from '../../../src/config/index.ts';
import type { EventLoop } from '../../kernel/event-loop.ts';
import type { Micros } from '../../kernel/queue.ts';
import type { RandomStream } from '../../kernel/random.ts';
import type { Topic } from '../model.ts';
import type { Link } from './links.ts';
import { OPEN } from './links.ts';
import type { Peers } from './peers.ts';
import type { Traffic } from './traffic.ts';
import { BACKOFF, type View } from './view.ts';

/** Heartbeats between two looks at backoffs that ended. */
const BACKOFF_SWEEP_TICKS = 15;
const OPPORTUNISTIC_TICKS = 60;
const OPPORTUNISTIC_PEERS = 2;
/** Who grafts this soon after it was pruned breaks two rules. */
const GRAFT_FLOOD_US = 10_000_000;
/** Backoff that a node asks for when it leaves a topic. */
export const LEAVE_BACKOFF_US = 10_000_000;

export type UpkeepOptions<Message> = {
  readonly peers: Peers<Message>;
  readonly traffic: Traffic<Message>;
  readonly mesh: Scenario['network']['mesh'];
  readonly loop: EventLoop;
  readonly random: RandomStream;
};

export class Upkeep<Message> {
  readonly #options: UpkeepOptions<Message>;
  readonly #pruneBackoffUs: Micros;
  readonly #heartbeatUs: Micros;

  constructor(options: UpkeepOptions<Message>) {
    this.#options = options;
    this.#pruneBackoffUs = Math.round(options.mesh.pruneBackoffMs * 1000);
    this.#heartbeatUs = Math.round(options.mesh.heartbeatMs * 1000);
  }

  /** Fills the mesh of a topic that a node begins to hear. */
  join(node: number, topic: Topic): void {
    const view = this.#view(node, topic);
    if (view === undefined) return;
    const candidates = this.#candidates(view, { node, topic });
    for (const link of candidates.slice(0, this.#options.mesh.degree)) {
      this.#graft(view, link, topic);
    }
  }

  /** Tells the mesh of a topic that a node leaves it. */
  leave(view: View<Message>, topic: Topic): void {
    for (const link of [...view.mesh]) {
      this.#options.traffic.say(link, { kind: 'prune', topic, backoffUs: LEAVE_BACKOFF_US });
    }
  }

  /** A neighbour began to hear a topic. @param link to the neighbour */
  subscribed(node: number, link: Link, topic: Topic): void {
    const view = this.#view(node, topic);
    if (view === undefined || view.mesh.length >= this.#options.mesh.degreeLow) return;
    if (this.#isCandidate(view, link)) this.#graft(view, link, topic);
  }

  /** A neighbour took the node into its mesh. */
  grafted(node: number, link: Link, topic: Topic): void {
    const { peers, mesh, loop, traffic } = this.#options;
    const { links } = peers;
    const view = this.#view(node, topic);
    const place = links.place[link] as number;
    if (view === undefined || view.has(place)) return;
    const backoffEnd = view.get(place, BACKOFF);
    const isBackingOff = backoffEnd !== 0 && loop.now < backoffEnd;
    if (isBackingOff) {
      const isFlood = loop.now < backoffEnd + GRAFT_FLOOD_US - this.#pruneBackoffUs;
      links.misbehaviour[link] = (links.misbehaviour[link] as number) + (isFlood ? 2 : 1);
    }
    const isFull = view.mesh.length >= mesh.degreeHigh && links.isOutbound[link] === 0;
    if (isBackingOff || (links.score[link] as number) < 0 || isFull) {
      this.#backOff(view, place, this.#pruneBackoffUs);
      traffic.say(link, { kind: 'prune', topic, backoffUs: this.#pruneBackoffUs });
    } else view.add(link, place, loop.now);
  }

  /** A neighbour took the node out of its mesh. */
  pruned(
    node: number,
    link: Link,
    { topic, backoffUs }: { topic: Topic; backoffUs: Micros },
  ): void {
    const view = this.#view(node, topic);
    if (view === undefined) return;
    this.#options.peers.prune(view, link);
    this.#backOff(view, this.#options.peers.links.place[link] as number, backoffUs);
  }

  /** Mends the mesh of a topic. @returns neighbours outside of it, in random order */
  heartbeat(node: number, topic: Topic): readonly Link[] {
    const { peers, mesh } = this.#options;
    const view = this.#view(node, topic);
    if (view === undefined) return [];
    const tick = peers.ticks[node] as number;
    if (tick % BACKOFF_SWEEP_TICKS === 0) this.#sweepBackoffs(view, node);
    const { score, isOutbound } = peers.links;
    for (const link of [...view.mesh]) {
      if ((score[link] as number) < 0) this.#prune(view, link, topic);
    }
    const needsNone = view.mesh.length >= mesh.degreeLow && tick % OPPORTUNISTIC_TICKS !== 0;
    const outbound = view.mesh.filter((link) => isOutbound[link] === 1).length;
    if (needsNone && view.mesh.length <= mesh.degreeHigh && outbound >= mesh.degreeOut) {
      return this.#outside(view, { node, topic });
    }
    const candidates = this.#candidates(view, { node, topic });
    if (view.mesh.length < mesh.degreeLow) {
      const missing = mesh.degree - view.mesh.length;
      for (const link of candidates.splice(0, missing)) this.#graft(view, link, topic);
    }
    if (view.mesh.length > mesh.degreeHigh) this.#shrink(view, topic);
    if (view.mesh.length >= mesh.degreeLow) this.#reachOut(view, candidates, topic);
    if (tick % OPPORTUNISTIC_TICKS === 0) this.#improve(view, candidates, topic);
    return this.#outside(view, { node, topic });
  }

  /** Prunes to the degree: the best, some that the node dialled, the others at random. */
  #shrink(view: View<Message>, topic: Topic): void {
    const { peers, mesh, random } = this.#options;
    const { score, isOutbound } = peers.links;
    const sorted = [...view.mesh].sort((a, b) => (score[b] as number) - (score[a] as number));
    const best = sorted.slice(0, mesh.degreeScore);
    const ranked = [...best, ...random.shuffled(sorted.slice(mesh.degreeScore))];
    const kept = ranked.slice(0, mesh.degree);
    const rest = ranked.slice(mesh.degree);
    let outbound = kept.filter((link) => isOutbound[link] === 1).length;
    for (const link of rest.filter((each) => isOutbound[each] === 1)) {
      if (outbound >= mesh.degreeOut) break;
      const victim = kept.findLastIndex((each) => isOutbound[each] === 0);
      if (victim === -1) break;
      kept[victim] = link;
      outbound += 1;
    }
    for (const link of sorted) if (!kept.includes(link)) this.#prune(view, link, topic);
  }

  /** Grafts neighbours that the node dialled itself, until there are enough of them. */
  #reachOut(view: View<Message>, candidates: Link[], topic: Topic): void {
    const { peers, mesh } = this.#options;
    const { isOutbound } = peers.links;
    const missing = mesh.degreeOut - view.mesh.filter((link) => isOutbound[link] === 1).length;
    if (missing <= 0) return;
    const dialled = candidates.filter((link) => isOutbound[link] === 1).slice(0, missing);
    for (const link of dialled) {
      candidates.splice(candidates.indexOf(link), 1);
      this.#graft(view, link, topic);
    }
  }

  /** Grafts better neighbours into a mesh whose median is poor. */
  #improve(view: View<Message>, candidates: readonly Link[], topic: Topic): void {
    const { peers, mesh } = this.#options;
    if (!mesh.score.enabled || view.mesh.length < 2) return;
    const { score } = peers.links;
    const scores = view.mesh.map((link) => score[link] as number).sort((a, b) => a - b);
    const median = scores[Math.floor(scores.length / 2)] ?? 0;
    if (median >= mesh.score.opportunisticGraftThreshold) return;
    const better = candidates.filter((link) => (score[link] as number) > median);
    for (const link of better.slice(0, OPPORTUNISTIC_PEERS)) this.#graft(view, link, topic);
  }

  /** Neighbours that may be grafted, in random order. */
  #candidates(view: View<Message>, at: { node: number; topic: Topic }): Link[] {
    const { peers, random } = this.#options;
    return random
      .shuffled(peers.towards(at.topic, at.node))
      .filter((link) => this.#isCandidate(view, link));
  }

  #isCandidate(view: View<Message>, link: Link): boolean {
    const { links } = this.#options.peers;
    const place = links.place[link] as number;
    const isGood = links.state[link] === OPEN && (links.score[link] as number) >= 0;
    return isGood && !view.has(place) && view.get(place, BACKOFF) === 0;
  }

  /** Neighbours outside of the mesh that may hear of messages. */
  #outside(view: View<Message>, { node, topic }: { node: number; topic: Topic }): readonly Link[] {
    const { peers, mesh } = this.#options;
    const { place, score, state } = peers.links;
    return peers.towards(topic, node).filter((link) => {
      if (state[link] !== OPEN || view.has(place[link] as number)) return false;
      return (score[link] as number) >= mesh.score.gossipThreshold;
    });
  }

  #graft(view: View<Message>, link: Link, topic: Topic): void {
    const { peers, traffic, loop } = this.#options;
    view.add(link, peers.links.place[link] as number, loop.now);
    traffic.say(link, { kind: 'graft', topic });
  }

  #prune(view: View<Message>, link: Link, topic: Topic): void {
    const { peers, traffic } = this.#options;
    peers.prune(view, link);
    this.#backOff(view, peers.links.place[link] as number, this.#pruneBackoffUs);
    traffic.say(link, { kind: 'prune', topic, backoffUs: this.#pruneBackoffUs });
  }

  #backOff(view: View<Message>, place: number, backoffUs: Micros): void {
    const end = this.#options.loop.now + backoffUs;
    if (view.get(place, BACKOFF) < end) view.set(place, BACKOFF, end);
  }

  #sweepBackoffs(view: View<Message>, node: number): void {
    const { peers, loop } = this.#options;
    for (const link of peers.links.of[node] ?? []) {
      const place = peers.links.place[link] as number;
      if (view.get(place, BACKOFF) + this.#heartbeatUs < loop.now) view.set(place, BACKOFF, 0);
    }
  }

  #view(node: number, topic: Topic): View<Message> | undefined {
    return this.#options.peers.view(topic, node);
  }
}
