import assert from 'node:assert/strict';
import { exponential, logarithm } from '../../../../sim/kernel/elementary.ts';
import { seededRandom } from '../../../support/seeded-random.ts';

describe('elementary functions', () => {
  it('stay within 1e-14 of Math where traces use them', () => {
    const random = seededRandom(1);
    for (let i = 0; i < 20_000; i++) {
      const x = (2 * random() - 1) * 700;
      const relative = Math.abs(exponential(x) / Math.exp(x) - 1);
      assert.ok(relative < 1e-14, `e^${x} is off by ${relative}`);
      const y = Math.exp((2 * random() - 1) * 600);
      const wanted = Math.log(y);
      const off = Math.abs(logarithm(y) - wanted) / Math.max(Math.abs(wanted), 1);
      assert.ok(off < 1e-14, `ln ${y} is off by ${off}`);
    }
  });

  it('stay exact near one, where cancellation would show', () => {
    for (const x of [1e-3, 1e-6, 1e-9, 1e-12]) {
      const ratio = logarithm(1 + x) / Math.log1p(1 + x - 1);
      assert.ok(Math.abs(ratio - 1) < 1e-13, `ln(1 + ${x})`);
    }
    assert.equal(logarithm(1), 0);
    assert.equal(exponential(0), 1);
  });

  it('have the same bits on every machine', () => {
    const powers = [1.5, -1.5, 0.1, 50.5, -700, 700].map(exponential);
    assert.deepEqual(
      powers,
      [
        4.4816890703380645, 0.22313016014842982, 1.1051709180756473, 8.54813428729806e21,
        9.859676543759769e-305, 1.0142320547350045e304,
      ],
    );
    const logs = [3, 7, 0.3, 1e-300, 1e300, 1.0000001].map(logarithm);
    assert.deepEqual(
      logs,
      [
        1.0986122886681098, 1.9459101490553135, -1.2039728043259361, -690.7755278982137,
        690.7755278982137, 9.999999505838703e-8,
      ],
    );
  });

  it('refuse what they are not made for', () => {
    for (const x of [701, -701, Number.NaN]) assert.throws(() => exponential(x));
    for (const x of [0, -1, Number.POSITIVE_INFINITY, Number.NaN, 1e-310]) {
      assert.throws(() => logarithm(x));
    }
  });
});
