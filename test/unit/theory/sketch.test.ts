import assert from 'node:assert/strict';
import { sketchExceeds, sketchWithin } from '../../../src/theory/index.ts';

function printed(value: number): string {
  return value.toPrecision(1);
}

describe('theory: the error law of sketches', () => {
  it('[MEASURE-1] blurs distances as the table says when the norm is known', () => {
    const rows: readonly (readonly [number, number, string, string])[] = [
      [16, 2, '1.1e-7', '1.1e-3'],
      [32, 1.25, '2.2e-2', '5.8e-2'],
      [32, 1.5, '6.5e-5', '2.8e-3'],
      [32, 2, '2e-13', '4.9e-6'],
      [32, 3, '6e-43', '9e-11'],
      [64, 2, '9e-25', '1.3e-10'],
      [64, 3, '2e-83', '5e-20'],
    ];
    for (const [size, slack, above, below] of rows) {
      const what = `m=${size} slack=${slack}`;
      const known = { size, norm: 'known' } as const;
      const exceeds = sketchExceeds({ ...known, limitRatio: slack });
      const within = sketchWithin({ ...known, limitRatio: 1 / slack });
      assert.equal(
        exceeds.toPrecision(digitsOf(above)),
        Number(above).toPrecision(digitsOf(above)),
        what,
      );
      assert.equal(
        within.toPrecision(digitsOf(below)),
        Number(below).toPrecision(digitsOf(below)),
        what,
      );
    }
  });

  it('[COMPARE-1] never takes honest drift for a mismatch at a rejection of 3 tolerances', () => {
    const drift = [0.2, 0.5, 0.8, 1, 1.5].map((distance) =>
      printed(sketchExceeds({ size: 32, limitRatio: 3 / distance, norm: 'sketched' })),
    );
    assert.deepEqual(drift, ['6e-30', '2e-17', '2e-11', '7e-9', '0.00009']);
    const substitution = [2, 3, 4].map((distance) =>
      printed(sketchWithin({ size: 32, limitRatio: 1 / distance, norm: 'sketched' })),
    );
    assert.deepEqual(substitution, ['0.00009', '7e-9', '3e-12']);
  });

  it('splits evenly at the median when both norms are sketched', () => {
    const even = { size: 32, limitRatio: 1, norm: 'sketched' } as const;
    assert.ok(Math.abs(sketchExceeds(even) - 0.5) < 1e-14);
    assert.ok(Math.abs(sketchWithin(even) - 0.5) < 1e-14);
  });

  it('never exceeds an infinite limit and always exceeds none', () => {
    for (const norm of ['known', 'sketched'] as const) {
      assert.equal(sketchExceeds({ size: 32, limitRatio: 0, norm }), 1, norm);
      assert.equal(sketchWithin({ size: 32, limitRatio: 0, norm }), 0, norm);
    }
  });
});

function digitsOf(number: string): number {
  return number.replace(/e.*/, '').replace('.', '').length;
}
