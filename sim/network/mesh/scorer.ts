/** Counts what neighbours do, and what each node thinks of them from heartbeat to heartbeat. */
import type { Micros } from '../../kernel/queue.ts';
import type { Topic } from '../model.ts';
import type { Attackers } from './attackers.ts';
import type { Link } from './links.ts';
import type { Live } from './live.ts';
import type { Peers } from './peers.ts';
import { behaviourScore, fade, faded, type ScoreParameters, topicScore } from './score.ts';
import { DELIVERED, FIRST, INVALID, type View } from './view.ts';

export type ScorerOptions<Message> = {
  readonly peers: Peers<Message>;
  readonly score: ScoreParameters;
  /** Who shares addresses; honest nodes have one each. */
  readonly attackers: Attackers | undefined;
};

const SECOND_US = 1_000_000;

export class Scorer<Message> {
  readonly #options: ScorerOptions<Message>;
  /** When the counts of each node faded last. */
  readonly #fadedAt: Float64Array;

  constructor(options: ScorerOptions<Message>) {
    this.#options = options;
    this.#fadedAt = new Float64Array(options.peers.nodeCount).fill(Number.NEGATIVE_INFINITY);
  }

  /** A neighbour delivered a message that the node accepted. */
  delivered(node: number, link: Link, live: Live<Message>): void {
    const { peers, score } = this.#options;
    const view = peers.view(live.topic, node);
    if (!score.enabled || view === undefined) return;
    const place = peers.links.place[link] as number;
    const cap = score.firstDeliveriesCap;
    view.set(place, FIRST, Math.min(cap, view.get(place, FIRST) + 1));
    if (score.meshDeliveriesWeight === 0) return;
    for (const each of view.mesh) {
      if (!live.isKnown(each)) continue;
      const at = peers.links.place[each] as number;
      const count = view.get(at, DELIVERED) + 1;
      view.set(at, DELIVERED, Math.min(score.meshDeliveriesCap, count));
    }
  }

  /** A neighbour delivered a message that the node rejected. */
  rejected(node: number, link: Link, topic: Topic): void {
    const { peers } = this.#options;
    const view = peers.view(topic, node);
    const place = peers.links.place[link] as number;
    view?.set(place, INVALID, view.get(place, INVALID) + 1);
  }

  /** Counts a rejected message against everybody who sent it while it was checked. */
  rejectedAll(node: number, live: Live<Message>): void {
    for (const link of this.#options.peers.links.of[node] ?? []) {
      if (live.isKnown(link)) this.rejected(node, link, live.topic);
    }
  }

  /** Lets counts fade and computes what the node thinks of each neighbour. */
  heartbeat(node: number, now: Micros): void {
    const { peers, score } = this.#options;
    if (!score.enabled) return;
    const views = (peers.topicsOf[node] ?? []).flatMap((topic) => peers.view(topic, node) ?? []);
    const watch = peers.watches[node];
    const meshed = peers.view(0, node)?.mesh ?? [];
    watch?.tick(meshed, now);
    this.#fade(node, views, now);
    const { links } = peers;
    for (const link of links.of[node] ?? []) {
      const place = links.place[link] as number;
      let earned = 0;
      for (const view of views) earned += topicScore(view, place, { now, parameters: score });
      const misbehaviour = links.misbehaviour[link] as number;
      const sameAddress = this.#sameAddress(node, link);
      const punished = watch?.isPunished(link) === true ? score.relayPenalty : 0;
      links.score[link] =
        Math.min(score.topicCap, earned) +
        behaviourScore({ misbehaviour, sameAddress }, score) +
        punished;
    }
  }

  /** Neighbours of a node at the address of one of them. */
  #sameAddress(node: number, link: Link): number {
    const { peers, attackers } = this.#options;
    const address = attackers?.addressOf(peers.links.to[link] as number);
    if (address === undefined) return 1;
    return peers
      .open(node)
      .filter((each) => attackers?.addressOf(peers.links.to[each] as number) === address).length;
  }

  #fade(node: number, views: readonly View<Message>[], now: Micros): void {
    const { peers, score } = this.#options;
    const { links } = peers;
    const since = this.#fadedAt[node] as number;
    const seconds = Number.isFinite(since) ? Math.floor((now - since) / SECOND_US) : 0;
    this.#fadedAt[node] = Number.isFinite(since) ? since + seconds * SECOND_US : now;
    for (let i = 0; i < seconds; i++) {
      for (const link of links.of[node] ?? []) {
        const broken = links.misbehaviour[link] as number;
        if (broken > 0) links.misbehaviour[link] = faded(broken, score.behaviourDecay, score);
        for (const view of views) fade(view, links.place[link] as number, score);
      }
    }
  }
}
