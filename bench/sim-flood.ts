/** One flood experiment of `bench/sim.ts`: the network, the messages, and one measured run. */
import { Kernel } from '../sim/kernel/kernel.ts';
import { RandomStream } from '../sim/kernel/random.ts';
import { messageKey } from '../sim/network/flood.ts';
import { FloodRuns } from '../sim/network/flood-runs.ts';
import { latencyModel } from '../sim/network/latency.ts';
import { buildOverlay, measureLinks, type Overlay } from '../sim/network/overlay.ts';

/** Degree 8, log-normal delays of 50 ms in the median, 10 % jitter, 1 kB over 10 Mbit/s. */
export const LINES = { seed: 1, jitter: 0.1, lossShare: 0, bandwidthMbps: 10 } as const;
export const SIZE_BYTES = 1_000;
const DEGREE = 8;
const LATENCY = { kind: 'lognormal', medianMs: 50, sigma: 0.5 } as const;
/** Events at a time for each node and message on its way, at most. */
const PENDING_MAX = 2 ** 23;

export type FloodCase = {
  readonly nodes: number;
  readonly messages: number;
  /** Between two messages; 0 for all at once. */
  readonly gapUs: number;
};

export type Flood = FloodCase & {
  readonly overlay: Overlay;
  readonly leastLinkUs: number;
  /** Who publishes each message. */
  readonly from: Int32Array;
  readonly publishedUs: Int32Array;
};

export type FloodRun = {
  readonly cpuSeconds: number;
  readonly copies: number;
  readonly deliveries: number;
  readonly checksum: number;
};

/** Builds the network of a case, and draws who publishes. */
export function prepareFlood(floodCase: FloodCase): Flood {
  const { nodes, messages, gapUs } = floodCase;
  const overlay = buildOverlay(nodes, DEGREE, new RandomStream(LINES.seed, 'overlay'));
  const random = new RandomStream(LINES.seed, 'network');
  const place = { nodeCount: nodes, seed: LINES.seed, random };
  const leastLinkUs = measureLinks(
    overlay,
    latencyModel({ latency: LATENCY }, place),
    (node) => node,
  );
  return {
    ...{ ...floodCase, overlay, leastLinkUs },
    from: Int32Array.from({ length: messages }, () => random.below(nodes)),
    publishedUs: Int32Array.from({ length: messages }, (_, id) => 1_000 + id * gapUs),
  };
}

/** Floods all messages once. The checksum is a sum over deliveries: message, node and time. */
export function runFlood(flood: Flood): FloodRun {
  const { nodes, messages, overlay, leastLinkUs, from, publishedUs } = flood;
  const pendingHint = Math.min(PENDING_MAX, nodes * Math.min(16, messages));
  const kernel = new Kernel({ pendingHint });
  const keys = Int32Array.from({ length: messages }, (_, id) => messageKey(LINES.seed, id));
  let [copies, deliveries, checksum] = [0, 0, 0];
  const runs = new FloodRuns({
    ...{ ...LINES, kernel, overlay, leastLinkUs },
    counter: {
      delivered: (id, node, at) => {
        const x = Math.imul(node ^ (keys[id] as number), 0x85ebca6b) ^ at;
        deliveries += 1;
        checksum = (checksum + (x ^ (x >>> 15))) | 0;
      },
      sent: (_, count) => {
        copies += count;
      },
    },
  });
  const publish = kernel.register((id) => {
    runs.publish(from[id] as number, { id, sizeBytes: SIZE_BYTES });
  });
  for (let id = 0; id < messages; id++) kernel.push(publishedUs[id] as number, publish, id, 0);
  const before = process.cpuUsage();
  while (kernel.run(1_000_000));
  const { user, system } = process.cpuUsage(before);
  return { cpuSeconds: (user + system) / 1e6, copies, deliveries, checksum: checksum >>> 0 };
}
