/** One-way delays between nodes, in microseconds. */
import type { Scenario } from '../../src/config/index.ts';
import { hashUniform, type RandomStream } from '../kernel/random.ts';
import { REGION_LATENCY_MS, REGION_WEIGHTS } from './regions.ts';

/** Base delay of the link between two nodes, the same both ways where the source has it so. */
export type LatencyModel = (from: number, to: number) => number;

/** Delay of a message between two processes on one machine: nothing arrives at once. */
const LEAST_DELAY_US = 50;

/**
 * Places nodes and returns the delays between them.
 * @param seed of the run, for delays drawn per link
 */
export function latencyModel(
  { latency }: Scenario['network'],
  { nodeCount, seed, random }: { nodeCount: number; seed: number; random: RandomStream },
): LatencyModel {
  switch (latency.kind) {
    case 'constant':
      return () => Math.max(LEAST_DELAY_US, Math.round(latency.delayMs * 1000));
    case 'uniform': {
      const spanMs = latency.maxMs - latency.minMs;
      return (from, to) => {
        const [low, high] = from < to ? [from, to] : [to, from];
        const share = hashUniform(seed, low, high, 0x6c617465);
        return Math.max(LEAST_DELAY_US, Math.round((latency.minMs + share * spanMs) * 1000));
      };
    }
    default: {
      const places = Array.from({ length: nodeCount }, () => random.weighted(REGION_WEIGHTS));
      return (from, to) => {
        const row = REGION_LATENCY_MS[places[from] ?? 0];
        return Math.round((row?.[places[to] ?? 0] ?? 0) * 1000);
      };
    }
  }
}
