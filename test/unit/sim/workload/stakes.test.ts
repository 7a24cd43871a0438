import assert from 'node:assert/strict';
import { RandomStream } from '../../../../sim/kernel/random.ts';
import { drawStakes } from '../../../../sim/workload/stakes.ts';
import { parseConfigText, resolveScenario, type Scenario } from '../../../../src/config/index.ts';

type Distribution = Scenario['validators']['stake'];

const MEAN = 1_000_000;
const { validators } = resolveScenario(parseConfigText('name: stakes', 'stakes'));

describe('stakes', () => {
  it('equal are equal', () => {
    const stakes = drawn({ distribution: 'equal', perValidator: MEAN });
    assert.ok(stakes.every((stake) => stake === MEAN));
  });

  for (const distribution of ['zipf', 'pareto', 'lognormal'] as const) {
    it(`${distribution} keep their mean, and nobody has nothing`, () => {
      const stakes = drawn({ distribution, perValidator: MEAN, exponent: 1.5 }, 400);
      const sum = stakes.reduce((total, stake) => total + stake, 0);
      // rounding moves each by at most one half, and lifts those below 1
      assert.ok(Math.abs(sum - 400 * MEAN) <= 400, `the sum is ${sum}`);
      assert.ok(stakes.every((stake) => Number.isInteger(stake) && stake >= 1));
    });
  }

  it('zipf fall as 1 / rank^exponent', () => {
    const stakes = drawn({ distribution: 'zipf', perValidator: MEAN, exponent: 2 }, 20);
    const [first = 0] = stakes;
    for (const [i, stake] of stakes.entries()) {
      assert.ok(Math.abs(stake * (i + 1) ** 2 - first) < (i + 1) ** 2, `rank ${i + 1}`);
    }
  });

  it('pareto have the tail of their exponent', () => {
    const stakes = drawn({ distribution: 'pareto', perValidator: 1e9, exponent: 3 }, 4000);
    const least = Math.min(...stakes);
    // P[stake > 2 · least] = 2^-3
    const above = stakes.filter((stake) => stake > 2 * least).length;
    assert.ok(Math.abs(above - 500) < 4 * Math.sqrt(500 * (7 / 8)), `${above} of 4000`);
  });

  it('lognormal have normal logarithms of the deviation given', () => {
    const stakes = drawn({ distribution: 'lognormal', perValidator: 1e9, exponent: 0.7 }, 4000);
    const logs = stakes.map(Math.log);
    const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
    const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / logs.length;
    assert.ok(Math.abs(variance / 0.49 - 1) < 4 * Math.sqrt(2 / 4000), `variance ${variance}`);
    const skew = logs.reduce((sum, log) => sum + (log - mean) ** 3, 0) / logs.length / 0.343;
    assert.ok(Math.abs(skew) < 4 * Math.sqrt(6 / 4000), `skew ${skew}`);
  });

  it('listed are as listed, for as many as there are', () => {
    const stake: Distribution = { distribution: 'list', values: [5, 7] };
    assert.deepEqual(drawn(stake, 2), [5, 7]);
    assert.throws(() => drawn(stake, 3));
  });
});

function drawn(stake: Distribution, count = 10): readonly number[] {
  const random = new RandomStream(1, 'stakes');
  return drawStakes({ ...validators, count, stake }, random).map(Number);
}
