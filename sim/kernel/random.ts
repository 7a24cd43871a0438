/**
 * Random streams by name: adding a draw to one of them shifts nothing in the others.
 *
 * xoshiro128** (Blackman and Vigna 2018) seeded with SHA-256 of seed and name. All arithmetic is in
 * 32-bit integers or exact in doubles, so that every machine draws the same.
 */
import { assert, sha256, utf8 } from '../../src/base/index.ts';
import { exponential, logarithm } from './elementary.ts';

export class RandomStream {
  readonly #state: Int32Array;

  /** @param seed of the run; @param name of the subsystem, e.g. `workload/provider/3` */
  constructor(seed: number, name: string) {
    const view = new DataView(sha256(utf8(`assay/sim/${seed}/${name}`)).buffer);
    this.#state = Int32Array.from([0, 4, 8, 12], (offset) => view.getInt32(offset, true));
    // the generator's only forbidden state has probability 2^-128
    assert(
      this.#state.some((word) => word !== 0),
      'a stream does not start at zero',
    );
  }

  /** Returns an integer, uniform in 0 .. 2^32−1. */
  uint32(): number {
    const s = this.#state;
    const [s0, s1, s2, s3] = [s[0] as number, s[1] as number, s[2] as number, s[3] as number];
    const x = Math.imul(s1, 5);
    const result = Math.imul((x << 7) | (x >>> 25), 9);
    const t = s1 << 9;
    const a = s2 ^ s0;
    const b = s3 ^ s1;
    s[1] = s1 ^ a;
    s[0] = s0 ^ b;
    s[2] = a ^ t;
    s[3] = (b << 11) | (b >>> 21);
    return result >>> 0;
  }

  /** Returns a number, uniform in [0, 1), with 53 random bits. */
  uniform(): number {
    return (this.uint32() * 2_097_152 + (this.uint32() >>> 11)) / 9_007_199_254_740_992;
  }

  /** Returns an integer, uniform in 0 .. bound−1; `bound` from 1 to 2^32. */
  below(bound: number): number {
    assert(Number.isInteger(bound) && bound >= 1 && bound <= 2 ** 32, 'a bound is in 1 .. 2^32');
    const limit = 4_294_967_296 - (4_294_967_296 % bound);
    for (;;) {
      const value = this.uint32();
      if (value < limit) return value % bound;
    }
  }

  /** Tells whether an event of this probability (0..1) happened. */
  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** Returns an index, drawn in proportion to non-negative weights with a positive sum. */
  weighted(weights: readonly number[]): number {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    assert(total > 0, 'weights have a positive sum');
    let rest = this.uniform() * total;
    for (const [index, weight] of weights.entries()) {
      rest -= weight;
      if (rest < 0) return index;
    }
    return weights.length - 1;
  }

  /** Returns a count, Poisson with this mean (0 .. 500); Knuth's product method. */
  poisson(mean: number): number {
    assert(mean >= 0 && mean <= 500, 'a Poisson mean is in 0 .. 500');
    const limit = exponential(-mean);
    let count = 0;
    for (let product = this.uniform(); product > limit; product *= this.uniform()) count += 1;
    return count;
  }

  /** Returns a number, standard normal (Marsaglia's polar method). */
  normal(): number {
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * logarithm(s)) / s);
    }
  }

  /** Shuffles a copy of `items`. */
  shuffled<T>(items: readonly T[]): T[] {
    const copy = [...items];
    for (let i = copy.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const moved = copy[i] as T;
      copy[i] = copy[j] as T;
      copy[j] = moved;
    }
    return copy;
  }
}

/**
 * Returns a number in [0, 1) that depends only on its arguments: for draws per link and message,
 * so that no order of evaluation matters.
 */
export function hashUniform(seed: number, a: number, b: number, c: number): number {
  let h = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  h = mix(h ^ Math.imul(a | 0, 0xcc9e2d51));
  h = mix(h ^ Math.imul(b | 0, 0x1b873593));
  h = mix(h ^ Math.imul(c | 0, 0xe6546b64));
  return (h >>> 0) / 4_294_967_296;
}

/** Finaliser of MurmurHash3. */
function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
