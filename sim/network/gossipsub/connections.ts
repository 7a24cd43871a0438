/**
 * Connections between routers: who is up, who hears what, who is connected, with ideal discovery.
 * A connection takes one and a half round trips and keeps the order of what it carries.
 */
import type { Micros } from '../../kernel/queue.ts';
import type { RandomStream } from '../../kernel/random.ts';
import type { Topic } from '../model.ts';

/** One and a half round trips, in one-way delays. */
const DIAL_DELAYS = 3;

export type ConnectionsOptions = {
  readonly nodeCount: number;
  readonly random: RandomStream;
  readonly delayUs: (from: number, to: number) => number;
  readonly later: (delayUs: Micros, action: () => void) => void;
  readonly onOpen: (from: number, to: number) => void;
  readonly onClose: (from: number, to: number) => void;
};

type Connection = {
  readonly from: number;
  readonly to: number;
  state: 'dialled' | 'open' | 'closed';
};

export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #isUp: Uint8Array;
  /** Connections of each node, by the other end. */
  readonly #of: readonly Map<number, Connection>[];
  readonly #members = new Map<Topic, Set<number>>();
  readonly #lastArrival = new Map<number, Micros>();

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    this.#isUp = new Uint8Array(options.nodeCount).fill(1);
    this.#of = Array.from({ length: options.nodeCount }, () => new Map());
  }

  isUp(node: number): boolean {
    return this.#isUp[node] === 1;
  }

  isOpen(from: number, to: number): boolean {
    return this.#of[from]?.get(to)?.state === 'open';
  }

  hears(node: number, topic: Topic): boolean {
    return this.#members.get(topic)?.has(node) === true;
  }

  /** @returns whether that is new */
  join(node: number, topic: Topic): boolean {
    const members = this.#members.get(topic) ?? new Set();
    this.#members.set(topic, members);
    const isNew = !members.has(node);
    members.add(node);
    return isNew;
  }

  /** @returns whether it heard the topic */
  leave(node: number, topic: Topic): boolean {
    return this.#members.get(topic)?.delete(node) === true;
  }

  /** Dials members of a topic until `wanted` of them are connected, or all. */
  seek(node: number, topic: Topic, wanted: number): void {
    const members = [...(this.#members.get(topic) ?? [])].filter(
      (other) => other !== node && this.isUp(other),
    );
    const isKnown = (other: number): boolean =>
      (this.#of[node]?.get(other)?.state ?? 'closed') !== 'closed';
    let missing = Math.min(wanted, members.length) - members.filter(isKnown).length;
    for (const other of this.#options.random.shuffled(members)) {
      if (missing <= 0) return;
      if (this.dial(node, other)) missing -= 1;
    }
  }

  /** @returns whether that is a new connection */
  dial(from: number, to: number): boolean {
    const known = this.#of[from]?.get(to);
    const isLive = known !== undefined && known.state !== 'closed';
    if (isLive || !this.isUp(from) || !this.isUp(to)) return false;
    const connection: Connection = { from, to, state: 'dialled' };
    this.#of[from]?.set(to, connection);
    this.#of[to]?.set(from, connection);
    this.#options.later(Math.ceil(DIAL_DELAYS * this.#options.delayUs(from, to)), () => {
      if (connection.state !== 'dialled') return;
      connection.state = 'open';
      this.#options.onOpen(from, to);
    });
    return true;
  }

  /** Closes what a node has, or dials it again. */
  setUp(node: number, isUp: boolean): void {
    if (this.isUp(node) === isUp) return;
    this.#isUp[node] = isUp ? 1 : 0;
    for (const [other, connection] of [...(this.#of[node] ?? [])]) {
      if (isUp) this.dial(node, other);
      else {
        if (connection.state === 'open') this.#options.onClose(connection.from, connection.to);
        connection.state = 'closed';
      }
    }
  }

  /** Returns when something arrives that must not overtake what was sent before. */
  inOrder(from: number, to: number, arrival: Micros): Micros {
    const key = from * this.#options.nodeCount + to;
    const at = Math.max(arrival, this.#lastArrival.get(key) ?? arrival);
    this.#lastArrival.set(key, at);
    return at;
  }
}
