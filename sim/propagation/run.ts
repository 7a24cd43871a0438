/**
 * Runs a propagation experiment: messages of random nodes through a network, and nothing else.
 *
 * It works over any network model. Floods whose links are all slower than a window of the kernel
 * go by runs of events without an object per delivery, which gives the same result; a test says so.
 */
import { configHash, type PropagationScenario } from '../../src/config/index.ts';
import { logarithm } from '../kernel/elementary.ts';
import { Kernel } from '../kernel/kernel.ts';
import type { Micros } from '../kernel/queue.ts';
import { RandomStream } from '../kernel/random.ts';
import { notExpected, rateOf } from '../metrics/rate.ts';
import { createNetworkModel } from '../network/create.ts';
import { FloodRuns, fitsRuns } from '../network/flood-runs.ts';
import { latencyModel } from '../network/latency.ts';
import type { Posted } from '../network/model.ts';
import { buildOverlay, measureLinks } from '../network/overlay.ts';
import { Deliveries } from './deliveries.ts';
import { PROPAGATION_RESULT_VERSION, type PropagationResult } from './result.ts';

/** Events between two looks at the signal; a network with promises is looked at after each. */
const SLICE_EVENTS = 200_000;
/** Messages at a time that memory is kept ready for, and events for each node and message. */
const PENDING_MESSAGES = 16;
const PENDING_MAX = 2 ** 23;

export type PropagationOptions = {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: { events: number; virtualMs: number }) => void;
  /** Whether floods may go by runs of events; yes if absent. */
  readonly byRuns?: boolean;
};

/** A network that is ready: how to publish, and what to wait for after each event. */
type Stage = {
  readonly publish: (from: number, message: Posted) => void;
  readonly settle: (() => Promise<void>) | undefined;
};

type Parts = {
  readonly scenario: PropagationScenario;
  readonly seed: number;
  readonly kernel: Kernel;
  readonly deliveries: Deliveries;
  readonly control: { bytes: number };
  /** When messages have had their time: events taken, and virtual time in ms. */
  readonly end: { events: number; virtualMs: number };
};

/**
 * Runs an experiment to its end.
 * @throws AssayError uplink-overloaded; what `signal` was aborted with
 */
export async function runPropagation(
  scenario: PropagationScenario,
  seed: number,
  { signal, onProgress, byRuns = true }: PropagationOptions = {},
): Promise<PropagationResult> {
  const { nodes, messages } = scenario.propagation;
  const pending = nodes * Math.min(PENDING_MESSAGES, messages);
  const kernel = new Kernel({ pendingHint: Math.min(PENDING_MAX, pending) });
  const parts: Parts = {
    ...{ scenario, seed, kernel },
    deliveries: new Deliveries(),
    control: { bytes: 0 },
    end: { events: 0, virtualMs: 0 },
  };
  const stage = (byRuns ? stageRuns(parts) : undefined) ?? stageModel(parts);
  const isOver = planMessages(parts, stage.publish);
  const slice = stage.settle === undefined ? SLICE_EVENTS : 1;
  while (kernel.run(slice) && !isOver()) {
    await stage.settle?.();
    if (kernel.taken % SLICE_EVENTS !== 0) continue;
    signal?.throwIfAborted();
    onProgress?.({ events: kernel.taken, virtualMs: kernel.now / 1000 });
    // lets a signal handler run
    await new Promise((resolve) => setImmediate(resolve));
  }
  return resultOf(parts);
}

/** Plans the first message; each one plans the next. Returns what tells whether all is over. */
function planMessages(
  { scenario, seed, kernel, deliveries, end }: Parts,
  publish: (from: number, message: Posted) => void,
): () => boolean {
  const { nodes, messages, ratePerSecond, sizeBytes, warmUpMs, drainMs } = scenario.propagation;
  const publishers = new RandomStream(seed, 'propagation/publishers');
  const times = new RandomStream(seed, 'propagation/times');
  const warmUpUs = Math.round(1000 * warmUpMs);
  let isOver = false;
  let counted = 0;
  let id = 0;
  const next = (): Micros => {
    if (ratePerSecond === undefined) return Math.max(kernel.now, warmUpUs);
    return kernel.now + Math.round((-logarithm(1 - times.uniform()) * 1e6) / ratePerSecond);
  };
  const stop = kernel.register(() => {
    deliveries.end();
    end.events = kernel.taken;
    end.virtualMs = kernel.now / 1000;
    isOver = true;
  });
  const send = kernel.register(() => {
    if (kernel.now >= warmUpUs) {
      deliveries.expect(id, kernel.now);
      counted += 1;
    }
    publish(publishers.below(nodes), { id, sizeBytes });
    id += 1;
    if (counted < messages) kernel.push(next(), send, 0, 0);
    else kernel.push(kernel.now + Math.round(1000 * drainMs), stop, 0, 0);
  });
  kernel.push(next(), send, 0, 0);
  return () => isOver;
}

/** The floods of the analytic network by runs, where its links allow it. */
function stageRuns({ scenario, seed, kernel, deliveries }: Parts): Stage | undefined {
  const { network, propagation } = scenario;
  if (network.fidelity !== 'analytic' || network.churn !== undefined) return undefined;
  const nodeCount = propagation.nodes;
  // drawn as the analytic network draws it
  const random = new RandomStream(seed, 'network');
  const overlay = buildOverlay(nodeCount, network.degree, random);
  const latency = latencyModel(network, { nodeCount, seed, random });
  const leastLinkUs = measureLinks(overlay, latency, (node) => node);
  const { jitter, lossShare, bandwidthMbps } = network;
  if (!fitsRuns(leastLinkUs, jitter)) return undefined;
  const lines = { seed, jitter, lossShare, bandwidthMbps };
  const runs = new FloodRuns({ ...lines, kernel, overlay, leastLinkUs, counter: deliveries });
  return { publish: (from, message) => runs.publish(from, message), settle: undefined };
}

function stageModel({ scenario, seed, kernel, deliveries, control }: Parts): Stage {
  const model = createNetworkModel<Posted>({
    network: scenario.network,
    nodeCount: scenario.propagation.nodes,
    seed,
    loop: kernel,
    conditions: undefined,
    client: {
      deliver: (node, _, { id }) => {
        deliveries.delivered(id, node, kernel.now);
        return 'accept';
      },
      sent: ({ id }, copies) => deliveries.sent(id, copies),
      controlled: (_, bytes) => {
        control.bytes += bytes;
      },
    },
  });
  return {
    publish: (from, message) => model.publish(from, 0, message),
    settle: model.settle === undefined ? undefined : () => model.settle?.() ?? Promise.resolve(),
  };
}

function resultOf({ scenario, seed, deliveries, control, end }: Parts): PropagationResult {
  const { nodes, messages, sizeBytes } = scenario.propagation;
  const { count, copies, maxUs } = deliveries;
  const ms = (share: number): number | null => {
    const us = deliveries.quantileUs(share);
    return us === undefined ? null : us / 1000;
  };
  return {
    kind: 'propagation',
    resultVersion: PROPAGATION_RESULT_VERSION,
    scenario: scenario.name,
    description: scenario.description,
    seed,
    configHash: configHash(scenario),
    fidelity: scenario.network.fidelity,
    ...{ nodes, messages, sizeBytes },
    ...end,
    delivered: rateOf(count, messages * (nodes - 1), expectedDelivered(scenario)),
    deliveryMs: {
      ...{ p50: ms(0.5), p90: ms(0.9), p99: ms(0.99) },
      max: count === 0 ? null : maxUs / 1000,
    },
    copiesPerDelivery: {
      value: count === 0 ? null : copies / count,
      expected: expectedCopies(scenario),
    },
    bytesUpPerNode: (copies * sizeBytes) / nodes,
    controlBytesPerNode: control.bytes / nodes,
    traceDigest: deliveries.digest(),
  };
}

function expectedDelivered({ network }: PropagationScenario) {
  if (network.fidelity !== 'analytic') return notExpected('it depends on meshes and their repair');
  if (network.churn !== undefined) return notExpected('nodes come and go');
  return { value: 1, form: 'a flood reaches all', kind: 'exact' } as const;
}

/** Everybody sends to all neighbours but one, the publisher to all. */
function expectedCopies({ network, propagation }: PropagationScenario) {
  if (network.fidelity !== 'analytic') return notExpected('it depends on meshes');
  if (network.churn !== undefined) return notExpected('nodes come and go');
  const { nodes } = propagation;
  const possible = (nodes * (nodes - 1)) / 2;
  const ring = Math.min(possible, nodes);
  const links = Math.min(possible, Math.max(ring, Math.floor((nodes * network.degree) / 2)));
  const value = (2 * links) / (nodes - 1) - 1;
  return { value, form: '2 links / (nodes − 1) − 1', kind: 'exact' } as const;
}
