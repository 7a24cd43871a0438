/**
 * One workload for every network model: a publisher drawn for each message, at a steady rate; what
 * comes of it is counted per delivery.
 */
import type { EventLoop } from '../../sim/kernel/event-loop.ts';
import { NaiveEventLoop } from '../../sim/kernel/event-loop.ts';
import { RandomStream } from '../../sim/kernel/random.ts';
import { TraceDigest } from '../../sim/kernel/trace.ts';
import type { NetworkOptions } from '../../sim/network/create.ts';
import type { GossipVerdict, NetworkModel, Posted } from '../../sim/network/model.ts';
import { parseConfigText, resolveScenario, type Scenario } from '../../src/config/index.ts';

/** A message of the workload. */
export type Note = Posted & { readonly at: number; readonly from: number; readonly topic: number };

export type Outcome = {
  /** Times from publication to each delivery, ascending, milliseconds. */
  readonly delaysMs: readonly number[];
  /** Deliveries by message and node, for those who look closer. */
  readonly deliveries: readonly { note: Note; node: number; ms: number }[];
  readonly published: number;
  /** Copies on links. */
  readonly copies: number;
  readonly controls: number;
  /** Copies beyond the first, for each delivery. */
  readonly duplicates: number;
  /** Deliveries of those that were due. */
  readonly share: number;
  /** Hash of all deliveries in order. */
  readonly digest: string;
};

export type Workload<M extends NetworkModel<Note>> = {
  readonly nodeCount: number;
  /** YAML of `network`, e.g. `fidelity: mesh`. */
  readonly network: string;
  readonly seed?: number;
  readonly messages: number;
  readonly perSecond?: number;
  readonly sizeBytes?: number;
  /** Time of the first publication, seconds. */
  readonly startSeconds?: number;
  /** Time after the last publication, seconds. */
  readonly tailSeconds?: number;
  readonly loop?: EventLoop;
  readonly create: (options: NetworkOptions<Note>) => M;
  /** Who publishes the `index`-th message; drawn if absent. */
  readonly publisherOf?: (index: number) => number;
  readonly topic?: number;
  /** Which message is owed to whole meshes; none if absent. */
  readonly isDue?: (note: Note) => boolean;
  /** Done before the run, e.g. subscribing. */
  readonly prepare?: (model: M) => void;
  readonly verdict?: (node: number, note: Note) => GossipVerdict;
};

/** Returns the network of a scenario, from its YAML. */
export function networkOf(yaml: string): Scenario['network'] {
  const text = `name: gossip\nnetwork: { ${yaml} }`;
  return resolveScenario(parseConfigText(text, 'gossip')).network;
}

/** Runs a workload to its end. */
export async function runWorkload<M extends NetworkModel<Note>>(
  workload: Workload<M>,
): Promise<Outcome & { model: M }> {
  const { nodeCount, messages, seed = 1, perSecond = 2, topic = 0 } = workload;
  const loop = workload.loop ?? new NaiveEventLoop();
  const random = new RandomStream(seed, 'workload');
  const trace = new TraceDigest();
  const deliveries: { note: Note; node: number; ms: number }[] = [];
  const counts = { copies: 0, controls: 0 };
  const publish = loop.register((index) => {
    const drawn = random.below(nodeCount);
    const from = workload.publisherOf?.(index) ?? drawn;
    const { sizeBytes = 200 } = workload;
    model.publish(from, topic, { id: index + 1, sizeBytes, at: loop.now, from, topic });
  });
  const client = {
    deliver: (node: number, from: number, note: Note): GossipVerdict => {
      trace.add(loop.now, node, from, note.id);
      deliveries.push({ note, node, ms: (loop.now - note.at) / 1000 });
      return workload.verdict?.(node, note) ?? 'accept';
    },
    sent: (_: Note, copies: number) => {
      counts.copies += copies;
    },
    controlled: (sent: number) => {
      counts.controls += sent;
    },
  };
  const model = workload.create({
    network: networkOf(workload.network),
    ...{ nodeCount, seed, loop, client, conditions: undefined },
    ...(workload.isDue === undefined ? {} : { isDue: workload.isDue }),
  });
  workload.prepare?.(model);
  const first = (workload.startSeconds ?? 1) * 1_000_000;
  for (let i = 0; i < messages; i++) {
    loop.push(first + Math.round((i * 1_000_000) / perSecond), publish, i, 0);
  }
  const end = first + (messages / perSecond + (workload.tailSeconds ?? 5)) * 1_000_000;
  let isOver = false;
  loop.push(
    Math.round(end),
    loop.register(() => {
      isOver = true;
    }),
    0,
    0,
  );
  while (!isOver) {
    loop.run(1);
    await model.settle?.();
  }
  const delaysMs = deliveries.map(({ ms }) => ms).sort((a, b) => a - b);
  const wanted = messages * (nodeCount - 1);
  return {
    ...{ model, delaysMs, deliveries, published: messages, ...counts, digest: trace.digest() },
    duplicates: (counts.copies - deliveries.length) / deliveries.length,
    share: deliveries.length / wanted,
  };
}

/** Returns a quantile of ascending numbers, nearest rank. */
export function quantileOf(sorted: readonly number[], share: number): number {
  const rank = Math.min(sorted.length, Math.max(1, Math.ceil(share * sorted.length)));
  return sorted[rank - 1] ?? Number.NaN;
}
