/**
 * Who is connected to whom: a random graph of given mean degree, always connected.
 */
import { assert } from '../../src/base/index.ts';
import type { RandomStream } from '../kernel/random.ts';

/** Neighbours of each node, ascending; symmetric, without loops. */
export type Overlay = readonly (readonly number[])[];

/**
 * Builds an overlay: a ring in random order, which connects all, and random links until the mean
 * degree is reached.
 * @param nodeCount at least 1
 * @param degree mean number of neighbours, at least 2; capped by the number of other nodes
 */
export function buildOverlay(nodeCount: number, degree: number, random: RandomStream): Overlay {
  assert(nodeCount >= 1, 'an overlay has a node');
  const neighbours = Array.from({ length: nodeCount }, () => new Set<number>());
  const link = (a: number, b: number): boolean => {
    if (a === b || neighbours[a]?.has(b)) return false;
    neighbours[a]?.add(b);
    neighbours[b]?.add(a);
    return true;
  };
  const ring = random.shuffled(Array.from({ length: nodeCount }, (_, index) => index));
  let links = 0;
  for (const [i, node] of ring.entries()) {
    if (link(node, ring[(i + 1) % nodeCount] as number)) links += 1;
  }
  const possible = (nodeCount * (nodeCount - 1)) / 2;
  const wanted = Math.min(possible, Math.floor((nodeCount * degree) / 2));
  while (links < wanted) {
    if (link(random.below(nodeCount), random.below(nodeCount))) links += 1;
  }
  return neighbours.map((set) => [...set].sort((a, b) => a - b));
}
