/**
 * Attackers on the overlay: nodes beyond those of the network that speak gossip, sit in meshes, and
 * withhold, flood or lie. What they do follows the plans of libp2p/gossipsub-hardening: sybils that
 * degrade, cold boot and dawn (they connect first), covert flash (good until a time), eclipse of
 * one, of publishers and of the network, censoring, one address for many.
 *
 * Limits: they do not adapt to what they see, and do not guess ids of messages to come.
 */
import type { Attack } from '../../../src/config/index.ts';
import type { Micros } from '../../kernel/queue.ts';
import { hashUniform, type RandomStream } from '../../kernel/random.ts';
import type { Dial } from '../connections.ts';
import { Live } from './live.ts';
import type { MeshNetwork } from './network.ts';
import type { Peers } from './peers.ts';
import type { Traffic } from './traffic.ts';

/** What an attacker acts with. */
export type AttackTools<Message> = {
  readonly network: Pick<MeshNetwork<never>, 'publishInvalid'>;
  readonly peers: Peers<Message>;
  readonly traffic: Traffic<Message>;
  readonly now: Micros;
};

type Crew = {
  readonly attack: Attack;
  readonly first: number;
  readonly count: number;
  readonly victims: ReadonlySet<number>;
};

/** Invented ids in one announcement. */
const LIES = 16;
const SPAM_BYTES = 256;
/** Spam has random draws of its own. */
const SPAM_IDS = 0x20000000;
const DROP = 0x64726f70;
const RATE = 0x72617465;

export class Attackers {
  /** Nodes of the network with all attackers. */
  readonly nodeCount: number;
  readonly #honestCount: number;
  readonly #seed: number;
  readonly #crews: readonly Crew[];
  #spam = 0;

  /** @param honestCount nodes of the network without attackers */
  constructor(
    attacks: readonly Attack[],
    { honestCount, seed, random }: { honestCount: number; seed: number; random: RandomStream },
  ) {
    this.#honestCount = honestCount;
    this.#seed = seed;
    let first = honestCount;
    this.#crews = attacks.map((attack) => {
      const count = Math.ceil(attack.share * honestCount);
      const nodes = Array.from({ length: honestCount }, (_, node) => node);
      const wanted = 'victims' in attack ? attack.victims : 0;
      const crew = {
        attack,
        first,
        count,
        victims: new Set(random.shuffled(nodes).slice(0, wanted)),
      };
      first += count;
      return crew;
    });
    this.nodeCount = first;
  }

  /** Honest nodes that an attack is aimed at. */
  get victims(): readonly number[] {
    return this.#crews.flatMap(({ victims }) => [...victims]);
  }

  has(node: number): boolean {
    return node >= this.#honestCount;
  }

  /** Whether an attacker connects before honest nodes do. */
  connectsFirst(node: number): boolean {
    return this.#crewOf(node)?.attack.connectFirst === true;
  }

  /** Returns the number of the address that a node shares with others, if it does. */
  addressOf(node: number): number | undefined {
    const crew = this.#crewOf(node);
    if (crew === undefined || crew.attack.addresses === 0) return undefined;
    return crew.first + ((node - crew.first) % crew.attack.addresses);
  }

  /** Returns all dials: those of honest nodes that attackers leave, and their own. */
  dials(honest: readonly Dial[], random: RandomStream): Dial[] {
    const dials = honest.filter(({ from, to }) => {
      return !this.#crews.some((crew) => isTaken(crew, random, [from, to]));
    });
    for (const crew of this.#crews) dials.push(...this.#ownDials(crew, random));
    return dials;
  }

  /** Tells whether a node keeps a message for itself. */
  drops(node: number, live: Live<unknown>, now: Micros): boolean {
    const crew = this.#crewOf(node);
    if (crew === undefined || now < crew.attack.fromMs * 1000) return false;
    switch (crew.attack.kind) {
      case 'sybil':
        return hashUniform(this.#seed ^ DROP, live.id, node, 0) < crew.attack.dropShare;
      case 'censor':
        return crew.victims.has(live.source);
      case 'spam':
        return false;
      default:
        return true;
    }
  }

  /** Lets an attacker do what it does beside forwarding. */
  heartbeat<Message>(node: number, tools: AttackTools<Message>): void {
    const crew = this.#crewOf(node);
    if (crew === undefined || tools.now < crew.attack.fromMs * 1000) return;
    const { attack } = crew;
    if (!('perHeartbeat' in attack)) return;
    const part = hashUniform(this.#seed ^ RATE, node, tools.peers.ticks[node] ?? 0, 0);
    const times = Math.floor(attack.perHeartbeat + part);
    for (let i = 0; i < times; i++) this.#act(attack.kind, node, tools);
  }

  #act<Message>(kind: Attack['kind'], node: number, tools: AttackTools<Message>): void {
    const { network, peers, traffic } = tools;
    this.#spam += 1;
    const id = SPAM_IDS + this.#spam;
    if (kind === 'spam') network.publishInvalid(node, { id, sizeBytes: SPAM_BYTES });
    const isLiar = kind === 'ihave-spam';
    const lives = isLiar ? inventions(node, id, peers.nodeCount) : [];
    for (const link of peers.open(node)) {
      if (kind === 'graft-flood') traffic.say(link, { kind: 'graft', topic: 0 });
      if (isLiar) traffic.say(link, { kind: 'ihave', topic: 0, lives });
    }
  }

  /** Victims are dialled until their connections are as many as others have; else at random. */
  #ownDials({ attack, first, count, victims }: Crew, random: RandomStream): Dial[] {
    const honest = Array.from({ length: this.#honestCount }, (_, node) => node);
    const crew = Array.from({ length: count }, (_, i) => first + i);
    if (attack.kind === 'eclipse') {
      return [...victims].flatMap((to) => {
        const taken = Math.round(attack.connections * attack.victimLinkShare);
        return random
          .shuffled(crew)
          .slice(0, taken)
          .map((from) => ({ from, to }));
      });
    }
    return crew.flatMap((from) =>
      random
        .shuffled(honest)
        .slice(0, attack.connections)
        .map((to) => ({ from, to })),
    );
  }

  #crewOf(node: number): Crew | undefined {
    if (node < this.#honestCount) return undefined;
    return this.#crews.find(({ first, count }) => node >= first && node < first + count);
  }
}

function isTaken(
  { attack, victims }: Crew,
  random: RandomStream,
  ends: readonly number[],
): boolean {
  if (attack.kind !== 'eclipse' || !ends.some((node) => victims.has(node))) return false;
  return random.chance(attack.victimLinkShare);
}

function inventions(node: number, id: number, nodeCount: number): readonly Live<never>[] {
  const base = { message: undefined, topic: 0, sizeBytes: SPAM_BYTES, isDue: false, source: node };
  return Array.from(
    { length: LIES },
    () => new Live<never>({ ...base, id, nodeCount, linkCount: 0 }),
  );
}
