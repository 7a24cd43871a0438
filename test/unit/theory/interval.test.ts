import assert from 'node:assert/strict';
import {
  clopperPearsonInterval,
  ruleOfThree,
  TheoryError,
  wilsonInterval,
} from '../../../src/theory/index.ts';

function rounded({ low, high }: { low: number; high: number }): readonly string[] {
  return [low.toPrecision(4), high.toPrecision(4)];
}

describe('theory: intervals of a counted rate', () => {
  it('gives the intervals of the textbooks for 15 of 50', () => {
    const counted = { events: 15, trials: 50, confidence: 0.95 };
    assert.deepEqual(rounded(wilsonInterval(counted)), ['0.1910', '0.4375']);
    assert.deepEqual(rounded(clopperPearsonInterval(counted)), ['0.1786', '0.4461']);
  });

  it('has a closed form when nothing was found', () => {
    const { low, high } = clopperPearsonInterval({ events: 0, trials: 100, confidence: 0.99 });
    assert.equal(low, 0);
    assert.ok(Math.abs(high - (1 - 0.005 ** (1 / 100))) < 1e-15);
  });

  it('is symmetric: what was not found is found by its complement', () => {
    for (const events of [0, 1, 17, 49, 50]) {
      for (const interval of [wilsonInterval, clopperPearsonInterval]) {
        const one = interval({ events, trials: 50, confidence: 0.9 });
        const other = interval({ events: 50 - events, trials: 50, confidence: 0.9 });
        assert.ok(Math.abs(one.low - (1 - other.high)) < 1e-14, `${interval.name} ${events}`);
      }
    }
  });

  it('narrows with trials and widens with confidence', () => {
    const width = (trials: number, confidence: number) => {
      const { low, high } = wilsonInterval({ events: trials / 10, trials, confidence });
      return high - low;
    };
    assert.ok(width(1000, 0.95) < width(100, 0.95));
    assert.ok(width(100, 0.999) > width(100, 0.95));
  });

  it('knows nothing without trials', () => {
    const none = { events: 0, trials: 0, confidence: 0.95 };
    assert.deepEqual(wilsonInterval(none), { low: 0, high: 1 });
    assert.deepEqual(clopperPearsonInterval(none), { low: 0, high: 1 });
    assert.equal(ruleOfThree({ trials: 0, confidence: 0.95 }), 1);
  });

  it('bounds what was never seen by three over the number of trials', () => {
    assert.equal(ruleOfThree({ trials: 100_000, confidence: 0.95 }).toPrecision(1), '0.00003');
    const exact = 1 - 0.05 ** (1 / 100_000);
    assert.ok(ruleOfThree({ trials: 100_000, confidence: 0.95 }) > exact);
  });

  it('is good to large numbers and rare events', () => {
    const { low, high } = clopperPearsonInterval({
      events: 1,
      trials: 1_000_000_000,
      confidence: 0.95,
    });
    assert.deepEqual(rounded({ low, high }), ['2.532e-11', '5.572e-9']);
  });

  it('refuses more events than trials, and a confidence of 1', () => {
    assert.throws(() => wilsonInterval({ events: 2, trials: 1, confidence: 0.95 }), TheoryError);
    assert.throws(
      () => clopperPearsonInterval({ events: 0, trials: 1, confidence: 1 }),
      TheoryError,
    );
  });
});
