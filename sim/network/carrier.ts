/**
 * What it takes to carry bytes from one node to another: queues at the uplink and the downlink of
 * each node, the delay of the link with jitter, loss, and what faults add.
 *
 * A node sends its copies one after the other; all links share its line. Limits: no TCP windows,
 * no sharing of a line among flows other than first come, first served.
 */
import { assert } from '../../src/base/index.ts';
import type { Scenario } from '../../src/config/index.ts';
import type { Micros } from '../kernel/queue.ts';
import { hashUniform, type RandomStream } from '../kernel/random.ts';
import type { LatencyModel } from './latency.ts';
import { type LinkConditions, LOST } from './model.ts';

/** Bits that the lines of each node carry in a microsecond; infinite if unlimited. */
export type Lines = { readonly up: Float64Array; readonly down: Float64Array };

/** Draws the lines of nodes from the classes of a scenario. */
export function drawLines(
  network: Pick<Scenario['network'], 'bandwidthMbps' | 'bandwidthClasses'>,
  { nodeCount, random }: { nodeCount: number; random: RandomStream },
): Lines {
  const unlimited = Number.POSITIVE_INFINITY;
  const up = new Float64Array(nodeCount).fill(network.bandwidthMbps ?? unlimited);
  const down = new Float64Array(nodeCount).fill(unlimited);
  const classes = network.bandwidthClasses ?? [];
  const shares = classes.map(({ share }) => share);
  for (let node = 0; classes.length > 0 && node < nodeCount; node++) {
    const line = classes[random.weighted(shares)];
    up[node] = line?.upMbps ?? unlimited;
    down[node] = line?.downMbps ?? unlimited;
  }
  return { up, down };
}

export type CarrierOptions = {
  readonly latency: LatencyModel;
  readonly lines: Lines;
  readonly seed: number;
  /** Random part of each delay, relative to it, 0..1: delays spread over 1 ± jitter/2. */
  readonly jitter: number;
  /** Share of transmissions lost, 0..0.9. */
  readonly lossShare: number;
  readonly conditions: LinkConditions | undefined;
};

const LOSS = 0x6c6f7373;

export class Carrier {
  /** Whether any node receives at a limited rate. */
  readonly hasDownlinks: boolean;
  readonly #options: CarrierOptions;
  readonly #upFreeAt: Float64Array;
  readonly #downFreeAt: Float64Array;

  constructor(options: CarrierOptions) {
    this.#options = options;
    const { up, down } = options.lines;
    // a network warms up before 0
    this.#upFreeAt = new Float64Array(up.length).fill(Number.NEGATIVE_INFINITY);
    this.#downFreeAt = new Float64Array(down.length).fill(Number.NEGATIVE_INFINITY);
    this.hasDownlinks = down.some((rate) => rate < Number.POSITIVE_INFINITY);
  }

  /** Puts a parcel on the sender's line at `at`. @returns when it arrives, or `LOST` */
  arrival(from: number, to: number, parcel: { id: number; sizeBytes: number; at: Micros }): number {
    const { latency, lines, seed, jitter, lossShare, conditions } = this.#options;
    const { id, sizeBytes } = parcel;
    const start = Math.max(parcel.at, this.#upFreeAt[from] as number);
    const departure = start + (sizeBytes * 8) / (lines.up[from] as number);
    this.#upFreeAt[from] = departure;
    if (lossShare > 0 && hashUniform(seed ^ LOSS, id, from, to) < lossShare) return LOST;
    let delay = latency(from, to);
    if (jitter > 0) delay *= 1 + jitter * (hashUniform(seed, id, from, to) - 0.5);
    if (conditions !== undefined) {
      const extra = conditions.extraUs(from, to, parcel.at, id);
      if (extra === LOST) return LOST;
      delay += extra;
    }
    assert(delay >= 0, 'nothing arrives before it was sent');
    return Math.ceil(departure + delay);
  }

  /** Further copies that faults make of a parcel. */
  duplicates(from: number, to: number, { id, at }: { id: number; at: Micros }): number {
    return this.#options.conditions?.duplicates(from, to, at, id) ?? 0;
  }

  /** Takes a parcel off the line of its receiver. @returns when all of it is there */
  received(to: number, { at, sizeBytes }: { at: Micros; sizeBytes: number }): Micros {
    const start = Math.max(at, this.#downFreeAt[to] as number);
    const end = start + (sizeBytes * 8) / (this.#options.lines.down[to] as number);
    this.#downFreeAt[to] = end;
    return Math.ceil(end);
  }

  /** Delay of the link between two nodes, one way, without jitter. */
  delayUs(from: number, to: number): number {
    return this.#options.latency(from, to);
  }
}
