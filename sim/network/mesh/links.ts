/**
 * Connections between nodes as pairs of directed links, in typed arrays: the link from a to b holds
 * what a knows about b. A link has a number for ever; it opens and closes as nodes come and go.
 */
import { assert } from '../../../src/base/index.ts';
import type { Micros } from '../../kernel/queue.ts';

/** Number of a directed link. */
export type Link = number;

/** Dialled, not there yet; open; closed by one of its ends. */
export const PENDING = 0;
export const OPEN = 1;
export const CLOSED = 2;

export class Links {
  /** Number of directed links. */
  count = 0;
  from = new Int32Array(1024);
  to = new Int32Array(1024);
  state = new Uint8Array(1024);
  /** 1 where `from` dialled. */
  isOutbound = new Uint8Array(1024);
  /** Place of the link among those of `from`. */
  place = new Int32Array(1024);
  /** When the connection is there, once dialled. */
  openAt = new Float64Array(1024);
  /** Last arrival at `to`: a connection keeps order. */
  lastArrival = new Float64Array(1024);
  /** What `from` thinks of `to`, as of its last heartbeat. */
  score = new Float64Array(1024);
  /** P7: rules that `to` broke. */
  misbehaviour = new Float64Array(1024);
  /** Announcements from `to`, ids asked from it, requests by it, since the last heartbeat. */
  announced = new Uint16Array(1024);
  asked = new Uint16Array(1024);
  requested = new Uint16Array(1024);
  /** Links that leave each node. */
  readonly of: Link[][];
  readonly #byPair = new Map<number, Link>();

  constructor(nodeCount: number) {
    this.of = Array.from({ length: nodeCount }, () => []);
  }

  /** Returns the link between two nodes, if they ever were connected. */
  between(from: number, to: number): Link | undefined {
    return this.#byPair.get(from * this.of.length + to);
  }

  /** Adds a connection that is there at `openAt`. @returns the dialler's link */
  dial(from: number, to: number, openAt: Micros): Link {
    assert(from !== to && this.between(from, to) === undefined, 'two nodes have one connection');
    if (this.count + 2 > this.from.length) this.#grow();
    const link = this.count;
    this.#add(link, { from, to, openAt });
    this.#add(link + 1, { from: to, to: from, openAt });
    this.isOutbound[link] = 1;
    this.count += 2;
    return link;
  }

  /** Returns the link in the other direction. */
  reverse(link: Link): Link {
    return link ^ 1;
  }

  #add(link: Link, { from, to, openAt }: { from: number; to: number; openAt: Micros }): void {
    const own = this.of[from];
    assert(own !== undefined, 'a link has ends');
    this.from[link] = from;
    this.to[link] = to;
    this.state[link] = PENDING;
    this.openAt[link] = openAt;
    this.lastArrival[link] = Number.NEGATIVE_INFINITY;
    this.place[link] = own.push(link) - 1;
    this.#byPair.set(from * this.of.length + to, link);
  }

  #grow(): void {
    this.from = grown(this.from, Int32Array);
    this.to = grown(this.to, Int32Array);
    this.state = grown(this.state, Uint8Array);
    this.isOutbound = grown(this.isOutbound, Uint8Array);
    this.place = grown(this.place, Int32Array);
    this.openAt = grown(this.openAt, Float64Array);
    this.lastArrival = grown(this.lastArrival, Float64Array);
    this.score = grown(this.score, Float64Array);
    this.misbehaviour = grown(this.misbehaviour, Float64Array);
    this.announced = grown(this.announced, Uint16Array);
    this.asked = grown(this.asked, Uint16Array);
    this.requested = grown(this.requested, Uint16Array);
  }
}

type Numbers = Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;

/** Returns a copy of twice the length. */
function grown<A extends Numbers | Float64Array<ArrayBuffer>>(
  array: A,
  Kind: new (length: number) => A,
): A {
  const copy = new Kind(array.length * 2);
  copy.set(array);
  return copy;
}
