import assert from 'node:assert/strict';
import type { Metric } from '../../../../sim/metrics/metric.ts';
import { type Expected, notExpected } from '../../../../sim/metrics/rate.ts';
import { bootstrapMean } from '../../../../sim/statistics/bootstrap.ts';
import { pairedDifferences } from '../../../../sim/statistics/difference.ts';
import { halfWidthOf, type Summary, summarise } from '../../../../sim/statistics/summary.ts';
import { clopperPearsonInterval, wilsonInterval } from '../../../../src/theory/index.ts';

const OPTIONS = { method: 'student', seed: 1 } as const;

describe('sim/statistics: what replicas say together', () => {
  it('pools rates to one binomial, and does not average shares', () => {
    const summary = only([[rate(0, 3)], [rate(50, 497)]]);
    assert.deepEqual([summary.count, summary.n, summary.runs], [50, 500, 2]);
    assert.equal(summary.value, 0.1);
    const { low, high } = wilsonInterval({ events: 50, trials: 500, confidence: 0.95 });
    assert.deepEqual([summary.low, summary.high, summary.method], [low, high, 'wilson']);
  });

  it('takes the exact interval for rare events', () => {
    const summary = only([[rate(1, 100)], [rate(0, 100)]]);
    const exact = clopperPearsonInterval({ events: 1, trials: 200, confidence: 0.95 });
    assert.deepEqual([summary.low, summary.high], [exact.low, exact.high]);
    assert.equal(summary.method, 'clopper-pearson');
  });

  it('has no value and no interval without trials', () => {
    const summary = only([[rate(0, 0)], [rate(0, 0)]]);
    assert.deepEqual([summary.value, summary.low, summary.method], [null, null, 'none']);
    assert.equal(halfWidthOf(summary), Number.POSITIVE_INFINITY);
  });

  it('weighs closed forms by trials, and has none if a run with trials has none', () => {
    const exact = (value: number) => ({ value, form: 'f', kind: 'exact' }) as const;
    const pooled = only([[rate(1, 100, exact(0.1))], [rate(1, 300, exact(0.2))]]);
    assert.ok(Math.abs((pooled.expected.value ?? 0) - 0.175) < 1e-15);
    const without = only([[rate(1, 100, exact(0.1))], [rate(1, 300)]]);
    assert.equal(without.expected.value, null);
    const empty = only([[rate(1, 100, exact(0.1))], [rate(0, 0)]]);
    assert.equal(empty.expected.value, 0.1, 'a run without trials says nothing');
  });

  it('flags a form outside the 99 % interval, and bounds on one side only', () => {
    const flag = (value: number, kind: 'exact' | 'upper-bound' | 'lower-bound') =>
      only([[rate(100, 1000, { value, form: '', kind })]]).disagrees;
    assert.equal(flag(0.1, 'exact'), false);
    // inside 99 %, outside 95 %: 0.1 ± 0.0186, ± 0.0244
    assert.equal(flag(0.122, 'exact'), false);
    assert.equal(flag(0.2, 'exact'), true);
    assert.equal(flag(0.05, 'exact'), true);
    assert.equal(flag(0.2, 'upper-bound'), false);
    assert.equal(flag(0.05, 'upper-bound'), true);
    assert.equal(flag(0.2, 'lower-bound'), true);
    assert.equal(flag(0.05, 'lower-bound'), false);
  });

  it('averages values with Student’s interval, and leaves out what is absent', () => {
    const summary = only([[value(2)], [value(4)], [value(null)], [value(6)], [value(8)]]);
    assert.deepEqual([summary.value, summary.n, summary.runs], [5, 4, 5]);
    assert.equal(summary.low?.toFixed(3), '0.891');
    assert.equal(summary.method, 'student');
    assert.equal(summary.median?.value, 4);
    assert.equal(summary.count, null);
    assert.equal(only([[value(3)]]).low, null, 'one value has no interval');
  });

  it('bootstraps means on request, the same each time', () => {
    const metrics = [1, 1, 1, 1, 1, 1, 1, 1, 1, 41].map((each) => [value(each)]);
    const [a] = summarise(metrics, { method: 'bootstrap', seed: 1 });
    const [b] = summarise(metrics, { method: 'bootstrap', seed: 1 });
    assert.deepEqual(a, b);
    assert.equal(a?.method, 'bootstrap');
    assert.equal(a?.low, 1, 'never below the values, where Student would be');
    assert.ok((only(metrics).low ?? 0) < 0);
  });
});

describe('sim/statistics: bootstrap', () => {
  it('covers the mean about as often as it says', () => {
    // a thousand samples of 30 uniform values each, by a counter: no chance in a test
    let covered = 0;
    for (let sample = 0; sample < 100; sample++) {
      const values = Array.from({ length: 30 }, (_, i) => ((sample * 30 + i) * 0.618034) % 1);
      const jittered = values.map((each, i) => (each + ((i * i * (sample + 1)) % 97) / 97) / 2);
      const options = { confidence: 0.95, seed: sample, name: 'x' };
      const { low, high } = bootstrapMean(jittered, options);
      if (low <= 0.5 && 0.5 <= high) covered += 1;
    }
    assert.ok(covered >= 88, `${covered} of 100`);
  });
});

describe('sim/statistics: paired differences', () => {
  it('cancels what both arms share', () => {
    const pairs = [10, 200, 3000].map((shared, i) => ({
      first: [value(shared)],
      second: [value(shared + 1 + i / 1000)],
    }));
    const [difference] = pairedDifferences(pairs);
    assert.equal(difference?.n, 3);
    assert.ok(Math.abs((difference?.mean ?? 0) - 1.001) < 1e-9);
    assert.ok((difference?.high ?? 9) - (difference?.low ?? 0) < 0.01, 'narrow');
  });

  it('leaves out pairs in which one has no value, and says how many are left', () => {
    const [difference] = pairedDifferences([
      { first: [rate(0, 0)], second: [rate(1, 2)] },
      { first: [rate(1, 4)], second: [rate(1, 2)] },
    ]);
    assert.deepEqual([difference?.n, difference?.mean, difference?.low], [1, 0.25, null]);
  });
});

function rate(count: number, of: number, expected: Expected = notExpected('')): Metric {
  return { kind: 'rate', name: 'x', count, of, expected };
}

function value(amount: number | null): Metric {
  return { kind: 'value', name: 'x', unit: 'ms', value: amount };
}

function only(replicas: readonly (readonly Metric[])[]): Summary {
  const [summary, ...others] = summarise(replicas, OPTIONS);
  assert.ok(summary !== undefined && others.length === 0);
  return summary;
}
