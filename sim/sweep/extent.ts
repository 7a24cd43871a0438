/**
 * How far a cell has to be run: so many replicas, or until an interval is narrow enough.
 *
 * The interval is looked at after each whole block of replicas, over all of them in order. So the
 * answer follows from results alone, not from which worker was faster, and whoever reads a folder
 * later comes to the same one. Limit: looking often stops a little too early now and then; blocks
 * of eight or more keep that small.
 */
import type { Sweep } from '../../src/config/index.ts';
import type { Metric } from '../metrics/metric.ts';
import { halfWidthOf, summarise } from '../statistics/summary.ts';

/** Replicas of a cell when a sweep does not say. */
const REPLICAS = 10;

/** What is known of a replica: its metrics, that it failed, or nothing. */
export type Known = readonly Metric[] | 'failed' | undefined;

/** How far a cell is. */
export type Extent = {
  /** Replicas that are needed as far as can be told now. */
  readonly replicas: number;
  /** Those of them of which nothing is known; when empty, the cell is complete. */
  readonly missing: readonly number[];
};

/** Returns the replicas that every cell has, and the most that one can have. */
export function replicaBounds({ replicas, until }: Sweep): { least: number; most: number } {
  if (until === undefined) return { least: replicas ?? REPLICAS, most: replicas ?? REPLICAS };
  return { least: until.blockReplicas, most: until.maxReplicas };
}

/**
 * Returns how far a cell has to be run.
 * @param known what is known of a replica by its index
 */
export function extentOf(sweep: Sweep, known: (replica: number) => Known): Extent {
  const { least, most } = replicaBounds(sweep);
  const results: (readonly Metric[])[] = [];
  let looked = 0;
  for (let replicas = least; ; replicas = Math.min(most, replicas + least)) {
    const missing: number[] = [];
    for (let replica = looked; replica < replicas; replica++) {
      const metrics = known(replica);
      if (metrics === undefined) missing.push(replica);
      else if (metrics !== 'failed') results.push(metrics);
    }
    if (missing.length > 0 || replicas === most || isEnough(sweep, results)) {
      return { replicas, missing };
    }
    looked = replicas;
  }
}

function isEnough({ until, means, seed }: Sweep, results: readonly (readonly Metric[])[]): boolean {
  if (until === undefined) return true;
  const named = results.map((metrics) => metrics.filter(({ name }) => name === until.metric));
  const [summary] = summarise(named, { method: means, seed });
  return summary !== undefined && halfWidthOf(summary) <= until.halfWidth;
}
