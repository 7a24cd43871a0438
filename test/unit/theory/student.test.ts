import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  studentMean,
  studentQuantile,
  studentWithin,
  TheoryError,
} from '../../../src/theory/index.ts';

describe('theory: Student’s t', () => {
  it('has the quantiles of the tables, for even and odd degrees', () => {
    const table: readonly (readonly [degrees: number, confidence: number, t: string])[] = [
      [1, 0.95, '12.706'],
      [2, 0.95, '4.303'],
      [3, 0.99, '5.841'],
      [9, 0.95, '2.262'],
      [10, 0.99, '3.169'],
      [30, 0.95, '2.042'],
      [1000, 0.95, '1.962'],
      [10_000_000, 0.95, '1.960'],
    ];
    for (const [degrees, confidence, t] of table) {
      assert.equal(studentQuantile(degrees, confidence).toFixed(3), t, `${degrees}`);
    }
  });

  it('has its quantile where the law has the confidence', () => {
    const degrees = fc.integer({ min: 1, max: 200 });
    const confidence = fc.double({ min: 0.01, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(degrees, confidence, (n, c) => {
        assert.ok(Math.abs(studentWithin(n, studentQuantile(n, c)) - c) < 1e-12);
      }),
    );
  });

  it('gives the interval of a textbook sample', () => {
    // mean 5, deviation √(20/3) of four values
    const { mean, deviation, interval, count } = studentMean([2, 4, 6, 8], 0.95);
    assert.equal(count, 4);
    assert.equal(mean, 5);
    assert.ok(Math.abs(deviation - Math.sqrt(20 / 3)) < 1e-15);
    assert.equal(interval?.low.toFixed(4), '0.8915');
    assert.equal(interval?.high.toFixed(4), '9.1085');
  });

  it('says nothing about the mean of one value, and refuses none', () => {
    assert.equal(studentMean([3], 0.95).interval, undefined);
    assert.throws(() => studentMean([], 0.95), TheoryError);
    assert.throws(() => studentQuantile(0, 0.95), TheoryError);
  });
});
