/**
 * One-way delays between nodes, in microseconds: the same everywhere, drawn for each link, or from
 * a table of regions, where nodes stand by its weights and delays may differ both ways.
 */
import { assert } from '../../src/base/index.ts';
import {
  changedWeights,
  type LatencyTable,
  parseLatencyTable,
  type Scenario,
  shippedLatencyTable,
} from '../../src/config/index.ts';
import { exponential, logarithm } from '../kernel/elementary.ts';
import { hashUniform, type RandomStream } from '../kernel/random.ts';

/** Base delay of the link between two nodes, the same both ways where the source has it so. */
export type LatencyModel = (from: number, to: number) => number;

/** Delay of a message between two processes on one machine: nothing arrives at once. */
const LEAST_DELAY_US = 50;
/** Names the draws per link. */
const LINK = 0x6c617465;

/**
 * Places nodes and returns the delays between them.
 * @param seed of the run, for delays drawn per link
 */
export function latencyModel(
  { latency }: Pick<Scenario['network'], 'latency'>,
  { nodeCount, seed, random }: { nodeCount: number; seed: number; random: RandomStream },
): LatencyModel {
  switch (latency.kind) {
    case 'constant':
      return () => microseconds(latency.delayMs);
    case 'uniform': {
      const spanMs = latency.maxMs - latency.minMs;
      return (from, to) => microseconds(latency.minMs + perLink(seed, from, to, 0) * spanMs);
    }
    case 'lognormal':
      return (from, to) =>
        microseconds(latency.medianMs * exponential(latency.sigma * normal(seed, from, to)));
    default:
      return byRegion(tableOf(latency), nodeCount, random);
  }
}

/**
 * Returns the region of each node by name, as `latencyModel` places them; nothing where delays
 * come from no table.
 * @param random a stream in the state in which `latencyModel` was given it
 */
export function regionsOf(
  { latency }: Pick<Scenario['network'], 'latency'>,
  { nodeCount, random }: { nodeCount: number; random: RandomStream },
): readonly string[] {
  if (latency.kind !== 'matrix' && latency.kind !== 'regions') return [];
  const table = tableOf(latency);
  const places = drawPlaces(table, nodeCount, random);
  return Array.from(places, (place) => table.regions[place] ?? '');
}

type Tabled = Extract<Scenario['network']['latency'], { kind: 'matrix' | 'regions' }>;

function tableOf(latency: Tabled): LatencyTable {
  if (latency.kind === 'matrix') {
    assert(latency.csv !== undefined, 'a resolved scenario holds its table of delays');
    return parseLatencyTable(latency.csv, 'network.latency.csv');
  }
  const table = shippedLatencyTable(latency.table);
  return { ...table, weights: changedWeights(table, latency.weights) };
}

function byRegion(table: LatencyTable, nodeCount: number, random: RandomStream): LatencyModel {
  const count = table.regions.length;
  const delays = Float64Array.from(table.oneWayMs.flat(), microseconds);
  const places = drawPlaces(table, nodeCount, random);
  return (from, to) => delays[(places[from] as number) * count + (places[to] as number)] as number;
}

function drawPlaces(table: LatencyTable, nodeCount: number, random: RandomStream): Uint16Array {
  return Uint16Array.from({ length: nodeCount }, () => random.weighted(table.weights));
}

/** The same both ways. */
function perLink(seed: number, from: number, to: number, draw: number): number {
  return from < to
    ? hashUniform(seed, from, to, LINK + draw)
    : hashUniform(seed, to, from, LINK + draw);
}

/** A standard normal draw for each link (Marsaglia's polar method). */
function normal(seed: number, from: number, to: number): number {
  for (let draw = 0; ; draw += 2) {
    const u = 2 * perLink(seed, from, to, draw) - 1;
    const v = 2 * perLink(seed, from, to, draw + 1) - 1;
    const s = u * u + v * v;
    if (s > 0 && s < 1) return u * Math.sqrt((-2 * logarithm(s)) / s);
  }
}

function microseconds(ms: number): number {
  return Math.max(LEAST_DELAY_US, Math.round(ms * 1000));
}
