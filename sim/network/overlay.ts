/**
 * Who is connected to whom: a random graph of given mean degree, always connected, in flat arrays.
 *
 * A node's links lie side by side, two words each, so that to forward a message reads one or two
 * lines of memory: at a million nodes that is what time goes into. The first word names the
 * neighbour and where the way back lies among its links, the second one the delay.
 */
import { assert } from '../../src/base/index.ts';
import type { RandomStream } from '../kernel/random.ts';
import type { LatencyModel } from './latency.ts';

/** Bits of the first word of a link that name the neighbour. */
export const NODE_BITS = 21;
/** Takes the neighbour out of the first word of a link. */
export const NODE_MASK = 2 ** NODE_BITS - 1;
/** The most nodes of an overlay. */
export const NODES_MAX = 2 ** NODE_BITS;
/** In place of a way back: there is none. */
export const NO_WAY_BACK = 2 ** (32 - NODE_BITS) - 1;
/** The longest delay of a link, 268 s: a longer one is cut. */
export const LINK_DELAY_MAX_US = 2 ** 28;

/** A graph, symmetric, without loops. */
export type Overlay = {
  readonly nodeCount: number;
  /** The links of node v have numbers `offsets[v]` to before `offsets[v + 1]`. */
  readonly offsets: Int32Array;
  /** Two words per link; neighbours of a node ascend. The second one is 0 until it is measured. */
  readonly links: Int32Array;
};

/**
 * Builds an overlay: a ring in random order, which connects all, and random links until the mean
 * degree is reached.
 * @param nodeCount 1 to `NODES_MAX`
 * @param degree mean number of neighbours, at least 2; capped by the number of other nodes
 */
export function buildOverlay(nodeCount: number, degree: number, random: RandomStream): Overlay {
  assert(nodeCount >= 1 && nodeCount <= NODES_MAX, 'an overlay has 1 to 2^21 nodes');
  const possible = (nodeCount * (nodeCount - 1)) / 2;
  const ringLinks = Math.min(possible, nodeCount);
  const wanted = Math.max(ringLinks, Math.floor((nodeCount * degree) / 2));
  const length = Math.min(possible, wanted);
  const pairs = new Pairs(new Int32Array(2 * length));
  // until it holds links, their memory is where pairs are sorted
  const links = new Int32Array(4 * length);
  const room = new Pairs(links.subarray(0, 2 * length));
  const ring = random.shuffled(Array.from({ length: nodeCount }, (_, index) => index));
  for (let i = 0; i < ringLinks; i++) {
    pairs.add(ring[i] as number, ring[(i + 1) % nodeCount] as number);
  }
  while (!pairs.isFull) {
    const a = random.below(nodeCount);
    const b = random.below(nodeCount);
    if (a !== b) pairs.add(a, b);
  }
  pairs.sort(nodeCount, room);
  if (pairs.replaceDoubles(nodeCount, random)) pairs.sort(nodeCount, room);
  return overlayOf(nodeCount, pairs, links);
}

/**
 * Measures all links, rounded to microseconds.
 * @param nodeOf what the latency model calls node v of the overlay
 * @returns the shortest delay, `LINK_DELAY_MAX_US` without links
 */
export function measureLinks(
  { nodeCount, offsets, links }: Overlay,
  latency: LatencyModel,
  nodeOf: (node: number) => number,
): number {
  let least = LINK_DELAY_MAX_US;
  for (let node = 0; node < nodeCount; node++) {
    const end = offsets[node + 1] as number;
    for (let link = offsets[node] as number; link < end; link++) {
      const to = (links[2 * link] as number) & NODE_MASK;
      const delay = Math.round(latency(nodeOf(node), nodeOf(to)));
      assert(delay >= 0, 'no message arrives before it was sent');
      links[2 * link + 1] = Math.min(LINK_DELAY_MAX_US, delay);
      if (delay < least) least = delay;
    }
  }
  return least;
}

/** Returns the neighbours of a node, ascending. */
export function neighboursOf({ offsets, links }: Overlay, node: number): readonly number[] {
  const first = offsets[node] as number;
  return Array.from({ length: (offsets[node + 1] as number) - first }, (_, i) => {
    return (links[2 * (first + i)] as number) & NODE_MASK;
  });
}

/** Undirected links, the lower node first. */
class Pairs {
  readonly low: Int32Array;
  readonly high: Int32Array;
  length = 0;

  /** @param words two for each pair that there will be */
  constructor(words: Int32Array) {
    this.low = words.subarray(0, words.length / 2);
    this.high = words.subarray(words.length / 2);
  }

  get isFull(): boolean {
    return this.length === this.low.length;
  }

  add(a: number, b: number): void {
    this.low[this.length] = Math.min(a, b);
    this.high[this.length] = Math.max(a, b);
    this.length += 1;
  }

  /** By lower node, then by higher one: two stable counting sorts, there and back. */
  sort(nodeCount: number, room: Pairs): void {
    this.#sortInto(room, this.high, nodeCount);
    room.#sortInto(this, room.low, nodeCount);
  }

  /** Puts new links in the place of those that are there twice, if any; of sorted pairs. */
  replaceDoubles(nodeCount: number, random: RandomStream): boolean {
    const { low, high, length } = this;
    this.length = 0;
    let last = -1;
    for (let i = 0; i < length; i++) {
      const key = (low[i] as number) * nodeCount + (high[i] as number);
      if (key !== last) this.add(low[i] as number, high[i] as number);
      last = key;
    }
    if (this.isFull) return false;
    const isKnown = this.#index(nodeCount);
    const added = new Set<number>();
    while (!this.isFull) {
      const a = random.below(nodeCount);
      const b = random.below(nodeCount);
      const key = Math.min(a, b) * nodeCount + Math.max(a, b);
      if (a === b || added.has(key) || isKnown(Math.min(a, b), Math.max(a, b))) continue;
      added.add(key);
      this.add(a, b);
    }
    return true;
  }

  /** Returns what tells whether a pair is among these, which are sorted. */
  #index(nodeCount: number): (low: number, high: number) => boolean {
    const { low, high, length } = this;
    const starts = startsOf(low.subarray(0, length), nodeCount);
    return (a, b) => high.subarray(starts[a], starts[a + 1]).includes(b);
  }

  #sortInto(sorted: Pairs, keys: Int32Array, nodeCount: number): void {
    const places = startsOf(keys, nodeCount);
    for (let i = 0; i < this.length; i++) {
      const key = keys[i] as number;
      const place = places[key] as number;
      places[key] = place + 1;
      sorted.low[place] = this.low[i] as number;
      sorted.high[place] = this.high[i] as number;
    }
    sorted.length = this.length;
  }
}

/** Where the run of each key starts when keys are sorted; one more entry for the end. */
function startsOf(keys: Int32Array, nodeCount: number): Int32Array {
  const starts = new Int32Array(nodeCount + 1);
  for (const key of keys) starts[key + 1] = (starts[key + 1] as number) + 1;
  for (let node = 0; node < nodeCount; node++) {
    starts[node + 1] = (starts[node + 1] as number) + (starts[node] as number);
  }
  return starts;
}

/** Lays links out by node; sorted pairs make neighbours ascend. */
function overlayOf(nodeCount: number, { low, high, length }: Pairs, links: Int32Array): Overlay {
  const offsets = new Int32Array(nodeCount + 1);
  for (const ends of [low, high]) {
    for (const node of ends) offsets[node + 1] = (offsets[node + 1] as number) + 1;
  }
  for (let node = 0; node < nodeCount; node++) {
    assert((offsets[node + 1] as number) < NO_WAY_BACK, 'a node has fewer than 2047 neighbours');
    offsets[node + 1] = (offsets[node + 1] as number) + (offsets[node] as number);
  }
  const places = offsets.slice();
  links.fill(0);
  for (let i = 0; i < length; i++) {
    const [a, b] = [low[i] as number, high[i] as number];
    const [there, back] = [places[a] as number, places[b] as number];
    places[a] = there + 1;
    places[b] = back + 1;
    links[2 * there] = b | ((back - (offsets[b] as number)) << NODE_BITS);
    links[2 * back] = a | ((there - (offsets[a] as number)) << NODE_BITS);
  }
  return { nodeCount, offsets, links };
}
