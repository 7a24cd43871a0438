/**
 * Floods computed in two other ways: event by event with an object for every copy, and in one pass
 * per message (Dijkstra), which holds where uplinks are unlimited. Slow, and plain to read.
 */
import { EventQueue } from '../../sim/kernel/queue.ts';
import { drawsOf, linkUs, messageKey } from '../../sim/network/flood.ts';
import { NODE_MASK, neighboursOf, type Overlay } from '../../sim/network/overlay.ts';

/** A message to be flooded. */
export type Published = {
  readonly at: number;
  readonly from: number;
  readonly id: number;
  readonly sizeBytes: number;
};

/** The conditions of a flood. */
export type Lines = {
  readonly seed: number;
  readonly jitter: number;
  readonly lossShare: number;
  readonly bandwidthMbps: number | undefined;
};

/** A first arrival. */
export type Arrival = { readonly id: number; readonly node: number; readonly at: number };

/** Returns first arrivals in order, with an event for every copy. @param overlay measured */
export function floodByEvents(
  overlay: Overlay,
  published: readonly Published[],
  { bandwidthMbps, ...lines }: Lines,
): readonly Arrival[] {
  const queue = new EventQueue<{ message: Published; node: number; from: number | undefined }>();
  const seen = new Set<string>();
  const uplinkFree = new Map<number, number>();
  const arrivals: Arrival[] = [];
  for (const message of published) {
    queue.push(message.at, { message, node: message.from, from: undefined });
  }
  for (let event = queue.pop(); event !== undefined; event = queue.pop()) {
    const { message, node, from } = event.payload;
    if (seen.has(`${message.id}/${node}`)) continue;
    seen.add(`${message.id}/${node}`);
    if (from !== undefined) arrivals.push({ id: message.id, node, at: event.at });
    const delays = delaysOf(overlay, node, { ...lines, id: message.id });
    const copyUs = bandwidthMbps === undefined ? 0 : (message.sizeBytes * 8) / bandwidthMbps;
    let leaves = Math.max(event.at, uplinkFree.get(node) ?? 0);
    for (const [neighbour, delay] of delays) {
      if (neighbour === from) continue;
      leaves += Math.ceil(copyUs);
      queue.push(leaves + delay, { message, node: neighbour, from: node });
    }
    uplinkFree.set(node, leaves);
  }
  return arrivals;
}

/** Returns first arrivals by node: the shortest paths of one message, uplinks unlimited. */
export function floodInOnePass(
  overlay: Overlay,
  { id, from, at }: Published,
  lines: Lines,
): ReadonlyMap<number, number> {
  const best = new Map([[from, at]]);
  const open = new Map(best);
  while (open.size > 0) {
    const [node, time] = [...open].reduce((a, b) => (b[1] < a[1] ? b : a));
    open.delete(node);
    for (const [neighbour, delay] of delaysOf(overlay, node, { ...lines, id })) {
      if (time + delay >= (best.get(neighbour) ?? Number.POSITIVE_INFINITY)) continue;
      best.set(neighbour, time + delay);
      open.set(neighbour, time + delay);
    }
  }
  best.delete(from);
  return best;
}

function delaysOf(
  overlay: Overlay,
  node: number,
  { seed, id, jitter, lossShare }: Omit<Lines, 'bandwidthMbps'> & { id: number },
): readonly (readonly [number, number])[] {
  const first = overlay.offsets[node] ?? 0;
  return neighboursOf(overlay, node).map((_, i) => {
    const link = first + i;
    const base = overlay.links[2 * link + 1] ?? 0;
    const delay = linkUs(drawsOf({ jitter, lossShare }), messageKey(seed, id), link, base);
    return [(overlay.links[2 * link] ?? 0) & NODE_MASK, delay];
  });
}
