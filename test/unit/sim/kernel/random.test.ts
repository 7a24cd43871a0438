import assert from 'node:assert/strict';
import { hashUniform, RandomStream } from '../../../../sim/kernel/random.ts';
import { sha256, utf8 } from '../../../../src/base/index.ts';
import { chiSquare } from '../../../support/chi-square.ts';

/** Bound of a chi-square of 63 degrees of freedom that chance exceeds once in 10 000 times. */
const CHI_SQUARE_63 = 111.1;
const BUCKETS = 64;

describe('random streams', () => {
  it('are xoshiro128** from SHA-256 of seed and name', () => {
    // the published generator from state 1, 2, 3, 4 begins so
    const published = xoshiro([1n, 2n, 3n, 4n]);
    const firsts = Array.from({ length: 4 }, () => published());
    assert.deepEqual(firsts, [11520, 0, 5927040, 70819200]);
    const view = new DataView(sha256(utf8('assay/sim/1/golden')).buffer);
    const reference = xoshiro([0, 4, 8, 12].map((at) => BigInt(view.getUint32(at, true))));
    const stream = new RandomStream(1, 'golden');
    for (let i = 0; i < 1000; i++) assert.equal(stream.uint32(), reference(), `draw ${i}`);
  });

  it('have the same first values on every machine', () => {
    const stream = new RandomStream(1, 'golden');
    const values = Array.from({ length: 4 }, () => stream.uint32());
    assert.deepEqual(values, [3476823384, 1723481723, 1734267539, 2269875459]);
    assert.equal(new RandomStream(1, 'golden').uniform(), 0.8095110264609752);
    const other = new RandomStream(3, 'n');
    assert.deepEqual(
      [other.normal(), other.poisson(4), other.below(10)],
      [0.4450307394014702, 2, 6],
    );
    assert.deepEqual(other.shuffled([1, 2, 3, 4, 5]), [4, 3, 1, 2, 5]);
  });

  it('depend on seed and name, and on nothing that others draw', () => {
    const first = (seed: number, name: string) => new RandomStream(seed, name).uint32();
    const values = [first(1, 'a'), first(2, 'a'), first(1, 'b'), first(1, 'ab')];
    assert.equal(new Set(values).size, values.length);
    const [a, b] = [new RandomStream(1, 'a'), new RandomStream(1, 'b')];
    for (let i = 0; i < 10; i++) b.uint32();
    assert.equal(a.uint32(), first(1, 'a'));
  });

  it('are uniform, also below a bound that divides nothing', () => {
    const stream = new RandomStream(5, 'uniform');
    const uniform = countsOf(64_000, () => Math.floor(stream.uniform() * BUCKETS));
    assert.ok(chiSquare(uniform, evenly(64_000)) < CHI_SQUARE_63);
    // three quarters of 2^32: a remainder without rejection would favour its lower third
    const bound = 3 * 2 ** 30;
    const below = countsOf(64_000, () => Math.floor((stream.below(bound) / bound) * BUCKETS));
    assert.ok(chiSquare(below, evenly(64_000)) < CHI_SQUARE_63);
  });

  it('are independent of each other when their names differ', () => {
    const streams = ['a', 'b'].map((name) => new RandomStream(1, name));
    const pairs = countsOf(64_000, () => {
      const [x = 0, y = 0] = streams.map((stream) => stream.below(8));
      return 8 * x + y;
    });
    assert.ok(chiSquare(pairs, evenly(64_000)) < CHI_SQUARE_63);
  });

  it('draw Poisson counts with the law of their mean', () => {
    const stream = new RandomStream(1, 'poisson');
    for (const mean of [0.5, 4, 40])
      assertMoments(
        draws(20_000, () => stream.poisson(mean)),
        {
          mean,
          variance: mean,
        },
      );
    assert.equal(stream.poisson(0), 0);
  });

  it('draw normal numbers with mean 0, variance 1 and thin tails', () => {
    const stream = new RandomStream(1, 'normal');
    const values = draws(40_000, () => stream.normal());
    assertMoments(values, { mean: 0, variance: 1 });
    // 4.55 % lie beyond two deviations
    const tail = values.filter((value) => Math.abs(value) > 2).length;
    assert.ok(Math.abs(tail - 1820) < 4 * Math.sqrt(1820), `${tail} beyond two deviations`);
  });

  it('draw indices in proportion to weights, and none of weight 0', () => {
    const stream = new RandomStream(1, 'weights');
    const counts = [0, 0, 0];
    for (let i = 0; i < 30_000; i++) {
      const index = stream.weighted([1, 0, 2]);
      counts[index] = (counts[index] ?? 0) + 1;
    }
    assert.equal(counts[1], 0);
    assert.ok(Math.abs((counts[0] ?? 0) - 10_000) < 4 * Math.sqrt(10_000 * (2 / 3)), `${counts}`);
  });

  it('shuffle every item to every place alike', () => {
    const stream = new RandomStream(1, 'shuffle');
    const counts = new Array<number>(64).fill(0);
    for (let i = 0; i < 8_000; i++) {
      for (const [place, item] of stream.shuffled([0, 1, 2, 3, 4, 5, 6, 7]).entries()) {
        counts[8 * place + item] = (counts[8 * place + item] ?? 0) + 1;
      }
    }
    assert.ok(chiSquare(counts, evenly(64_000)) < CHI_SQUARE_63);
  });
});

describe('numbers by hash', () => {
  it('are uniform over messages and over links, and depend on every argument', () => {
    const byMessage = countsBy(64_000, (i) => hashUniform(1, i, 2, 3));
    assert.ok(chiSquare(byMessage, evenly(64_000)) < CHI_SQUARE_63);
    const byLink = countsBy(64_000, (i) => hashUniform(1, 7, i % 253, Math.floor(i / 253)));
    assert.ok(chiSquare(byLink, evenly(64_000)) < CHI_SQUARE_63);
    const values = [
      [1, 2, 3, 4],
      [2, 2, 3, 4],
      [1, 3, 3, 4],
      [1, 2, 4, 4],
      [1, 2, 3, 5],
      [1, 3, 2, 4],
    ];
    const numbers = values.map(([s = 0, a = 0, b = 0, c = 0]) => hashUniform(s, a, b, c));
    assert.equal(new Set(numbers).size, values.length);
    assert.equal(numbers[0], 0.06793367653153837);
  });
});

/** The generator as published, on unsigned 32-bit integers. */
function xoshiro(state: bigint[]): () => number {
  const MASK = 0xffffffffn;
  const rotate = (x: bigint, k: bigint) => ((x << k) | (x >> (32n - k))) & MASK;
  const at = (i: number) => state[i] ?? 0n;
  return () => {
    const result = (rotate((at(1) * 5n) & MASK, 7n) * 9n) & MASK;
    const t = (at(1) << 9n) & MASK;
    state[2] = at(2) ^ at(0);
    state[3] = at(3) ^ at(1);
    state[1] = at(1) ^ at(2);
    state[0] = at(0) ^ at(3);
    state[2] = at(2) ^ t;
    state[3] = rotate(at(3), 11n);
    return Number(result);
  };
}

function draws(count: number, draw: () => number): readonly number[] {
  return Array.from({ length: count }, draw);
}

function countsOf(count: number, bucket: () => number): readonly number[] {
  const counts = new Array<number>(BUCKETS).fill(0);
  for (const index of draws(count, bucket)) counts[index] = (counts[index] ?? 0) + 1;
  return counts;
}

function countsBy(count: number, value: (i: number) => number): readonly number[] {
  let i = 0;
  return countsOf(count, () => Math.floor(value(i++) * BUCKETS));
}

function evenly(count: number): readonly number[] {
  return new Array<number>(BUCKETS).fill(count / BUCKETS);
}

/** Mean and variance within four deviations; the variance of a variance by the normal law. */
function assertMoments(
  values: readonly number[],
  wanted: { readonly mean: number; readonly variance: number },
): void {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
  const meanError = 4 * Math.sqrt(wanted.variance / n);
  assert.ok(Math.abs(mean - wanted.mean) < meanError, `mean ${mean}, not ${wanted.mean}`);
  // the fourth moment of a Poisson law adds its mean
  const varianceError = 4 * Math.sqrt((2 * wanted.variance ** 2 + wanted.mean) / n);
  assert.ok(Math.abs(variance - wanted.variance) < varianceError, `variance ${variance}`);
}
