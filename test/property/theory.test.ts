/** Laws of the closed forms, and a slow exact oracle in rational numbers. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Fraction } from '../../src/base/index.ts';
import { fractionToNumber } from '../../src/base/index.ts';
import {
  binomialLower,
  binomialMass,
  binomialUpper,
  captured,
  challenged,
  clopperPearsonInterval,
  hypergeometricMass,
  hypergeometricUpper,
  quorumOf,
  vetoed,
  wilsonInterval,
} from '../../src/theory/index.ts';

/** Greatest relative error of a double that is right to all but its last digits. */
const CLOSE = 1e-12;

function assertClose(value: number, wanted: number, what: string): void {
  assert.ok(Math.abs(value - wanted) <= CLOSE * Math.abs(wanted), `${what}: ${value} ${wanted}`);
}

const share = fc
  .record({ denominator: fc.bigInt(1n, 1000n), part: fc.integer({ min: 0, max: 1000 }) })
  .map(({ denominator, part }): Fraction => {
    return { numerator: (denominator * BigInt(part)) / 1000n, denominator };
  });

describe('laws of the closed forms', () => {
  it('has the tails and masses of exact rational sums', () => {
    const sizes = fc.integer({ min: 1, max: 120 });
    const law = fc.property(sizes, share, fc.nat(), (trials, probability, draw) => {
      const count = draw % (trials + 1);
      const exact = exactMasses(trials, probability);
      const what = `n=${trials} x=${count} p=${probability.numerator}/${probability.denominator}`;
      const binomial = { trials, probability };
      assertClose(binomialMass(binomial, count), ratioOf(exact, count, count), what);
      assertClose(binomialUpper(binomial, count), ratioOf(exact, count, trials), what);
      assertClose(binomialLower(binomial, count), ratioOf(exact, 0, count), what);
    });
    fc.assert(law, { numRuns: 300 });
  });

  it('has the hypergeometric law of counted subsets', () => {
    const sizes = fc.record({
      population: fc.integer({ min: 1, max: 60 }),
      marked: fc.nat(),
      drawn: fc.nat(),
      count: fc.nat(),
    });
    const law = fc.property(sizes, (raw) => {
      const population = raw.population;
      const marked = raw.marked % (population + 1);
      const drawn = raw.drawn % (population + 1);
      const count = raw.count % (drawn + 1);
      const all = choose(population, drawn);
      const ways = (x: number) => choose(marked, x) * choose(population - marked, drawn - x);
      let above = 0n;
      for (let x = count; x <= drawn; x++) above += ways(x);
      const wanted = (numerator: bigint) => fractionToNumber({ numerator, denominator: all });
      const what = JSON.stringify({ population, marked, drawn, count });
      const sizes = { population, marked, drawn };
      assertClose(hypergeometricMass(sizes, count), wanted(ways(count)), what);
      assertClose(hypergeometricUpper(sizes, count), wanted(above), what);
    });
    fc.assert(law, { numRuns: 300 });
  });

  it('splits into two tails that sum to 1', () => {
    const law = fc.property(fc.integer({ min: 1, max: 5000 }), share, fc.nat(), (n, p, draw) => {
      const count = draw % (n + 1);
      const binomial = { trials: n, probability: p };
      const sum = binomialUpper(binomial, count + 1) + binomialLower(binomial, count);
      assert.ok(Math.abs(sum - 1) < CLOSE, `n=${n} x=${count}: ${sum}`);
    });
    fc.assert(law);
  });

  it('mirrors successes and failures', () => {
    const law = fc.property(fc.integer({ min: 1, max: 2000 }), share, fc.nat(), (n, p, draw) => {
      const count = draw % (n + 1);
      const mirrored = { numerator: p.denominator - p.numerator, denominator: p.denominator };
      assertClose(
        binomialUpper({ trials: n, probability: p }, count),
        binomialLower({ trials: n, probability: mirrored }, n - count),
        `n=${n} x=${count}`,
      );
    });
    fc.assert(law);
  });

  it('makes capture rarer with a larger quorum and commoner with more stake', () => {
    const law = fc.property(fc.integer({ min: 2, max: 300 }), share, share, (seats, f, g) => {
      const [less, more] = fractionToNumber(f) <= fractionToNumber(g) ? [f, g] : [g, f];
      const quorum = quorumOf(seats);
      const at = (adversary: Fraction, needed: number) =>
        captured({ seats, quorum: needed, adversary });
      assert.ok(at(less, quorum) <= at(more, quorum) * (1 + CLOSE), 'in stake');
      assert.ok(at(more, quorum) <= at(more, quorum - 1) * (1 + CLOSE), 'in quorum');
      assert.ok(captured({ seats, adversary: f }) <= vetoed({ seats, adversary: f }) + CLOSE);
    });
    fc.assert(law);
  });

  it('makes capture rarer with three more seats, while the adversary is below the quorum', () => {
    const law = fc.property(fc.integer({ min: 1, max: 300 }), (k) => {
      const now = captured({ seats: 3 * k, adversary: 1 / 3 });
      assert.ok(captured({ seats: 3 * k + 3, adversary: 1 / 3 }) < now, `k=${3 * k}`);
    });
    fc.assert(law);
  });

  it('makes challenges commoner with more seats', () => {
    const law = fc.property(fc.integer({ min: 1, max: 1000 }), share, (seats, part) => {
      const more = challenged({ seats: seats + 1, share: part });
      assert.ok(challenged({ seats, share: part }) <= more);
    });
    fc.assert(law);
  });

  it('covers the true rate as often as it says, by exact sums over all outcomes', () => {
    for (const rate of [0.003, 0.02, 0.2, 0.5]) {
      const trials = 400;
      const coverage = (interval: typeof wilsonInterval) => {
        let covered = 0;
        for (let events = 0; events <= trials; events++) {
          const { low, high } = interval({ events, trials, confidence: 0.95 });
          if (low > rate || rate > high) continue;
          covered += binomialMass({ trials, probability: rate }, events);
        }
        return covered;
      };
      assert.ok(coverage(clopperPearsonInterval) >= 0.95, `Clopper–Pearson at ${rate}`);
      assert.ok(coverage(wilsonInterval) >= 0.92, `Wilson at ${rate}`);
      assert.ok(coverage(wilsonInterval) <= 0.985, `Wilson at ${rate}`);
    }
  });
});

/** Numerators of all masses over the common denominator b^n, for p = a/b. */
function exactMasses(
  trials: number,
  { numerator: a, denominator: b }: Fraction,
): {
  readonly numerators: readonly bigint[];
  readonly denominator: bigint;
} {
  const numerators = Array.from({ length: trials + 1 }, (_, x) => {
    return choose(trials, x) * a ** BigInt(x) * (b - a) ** BigInt(trials - x);
  });
  return { numerators, denominator: b ** BigInt(trials) };
}

function ratioOf(exact: ReturnType<typeof exactMasses>, from: number, to: number): number {
  let numerator = 0n;
  for (let x = from; x <= to; x++) numerator += exact.numerators[x] ?? 0n;
  return fractionToNumber({ numerator, denominator: exact.denominator });
}

function choose(n: number, k: number): bigint {
  if (k < 0 || k > n) return 0n;
  let ways = 1n;
  for (let i = 1; i <= k; i++) ways = (ways * BigInt(n - k + i)) / BigInt(i);
  return ways;
}
