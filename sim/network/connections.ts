/**
 * Who dials whom before a run: the graph under the meshes. Each node dials half of its connections
 * at random, so it has as many again on the average from others, and nobody stands apart.
 */
import { assert } from '../../src/base/index.ts';
import type { RandomStream } from '../kernel/random.ts';

/** A connection: who dialled is outbound at `from` and inbound at `to`. */
export type Dial = { readonly from: number; readonly to: number };

/**
 * Draws connections among nodes `first` .. `first + count − 1`.
 * @param connections mean number for each node; among fewer nodes, all are connected
 */
export function drawDials(
  { count, connections, first = 0 }: { count: number; connections: number; first?: number },
  random: RandomStream,
): Dial[] {
  assert(count >= 1, 'a network has a node');
  const taken = new Set<number>();
  const degrees = new Uint32Array(count);
  const dials: Dial[] = [];
  const dial = (from: number, to: number): boolean => {
    const key = Math.min(from, to) * count + Math.max(from, to);
    if (from === to || taken.has(key)) return false;
    taken.add(key);
    degrees[from] = (degrees[from] as number) + 1;
    degrees[to] = (degrees[to] as number) + 1;
    dials.push({ from: first + from, to: first + to });
    return true;
  };
  const isComplete = connections >= count - 1;
  for (let node = 0; node < count; node++) {
    for (let other = 0; isComplete && other < node; other++) {
      if (random.chance(0.5)) dial(node, other);
      else dial(other, node);
    }
    for (let i = 0; !isComplete && 2 * i < connections; ) {
      if ((degrees[node] as number) === count - 1) break;
      if (dial(node, random.below(count))) i += 1;
    }
  }
  return dials;
}
