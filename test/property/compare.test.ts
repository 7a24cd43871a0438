import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Measurement } from '../../src/base/index.ts';
import {
  compareMeasurements,
  decodeTensors,
  encodeTensors,
  measure,
  type OutputTensor,
  relativeRms,
} from '../../src/compare/index.ts';
import { BEACON, float32, float64, measured, RELATIVE, wave } from '../unit/compare/outputs.ts';

/** Any double: NaN, infinities, −0, denormals and huge values come often. */
const number = fc.oneof(
  fc.double(),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0),
  fc.constantFrom(5e-324, -5e-324, 1.7976931348623157e308, -1.7976931348623157e308, 1e-310),
);
const tensor: fc.Arbitrary<OutputTensor> = fc.oneof(
  fc.array(number, { maxLength: 40 }).map((values) => float64('y', [values.length], values)),
  fc.array(number, { maxLength: 40 }).map((values) => float32('y', [values.length], values)),
  fc
    .array(fc.string({ unit: 'grapheme' }), { maxLength: 4 })
    .map((data): OutputTensor => ({ name: 's', type: 'string', shape: [data.length], data })),
);
const output = fc.array(tensor, { maxLength: 3 });
/** A sketch size small enough that outputs of 40 numbers are projected. */
const SKETCH_SIZE = 5;

describe('compare: laws', () => {
  it('[COMPARE-1] is symmetric and total', () => {
    fc.assert(
      fc.property(output, output, (a, b) => {
        const [x, y] = [measured(a, SKETCH_SIZE), measured(b, SKETCH_SIZE)];
        const forth = compareMeasurements(x, y, RELATIVE, SKETCH_SIZE);
        assert.deepEqual(forth, compareMeasurements(y, x, RELATIVE, SKETCH_SIZE));
        assert.ok(forth.distance >= 0, 'a distance is a number');
        assert.equal(relativeRms(a, b), relativeRms(b, a));
        assert.ok(relativeRms(a, b) >= 0);
      }),
      { numRuns: 1000 },
    );
  });

  it('[COMPARE-1] finds every output equal to itself', () => {
    fc.assert(
      fc.property(output, (a) => {
        const own = measured(a, SKETCH_SIZE);
        assert(own.kind === 'output');
        const rebuilt: Measurement = { ...own, levelDigest: own.digest };
        const found = compareMeasurements(own, rebuilt, RELATIVE, SKETCH_SIZE);
        assert.deepEqual(found, { verdict: 'valid', distance: 0 });
        assert.equal(relativeRms(a, a), 0);
      }),
    );
  });

  it('[MEASURE-1] yields finite sketches for any output', () => {
    fc.assert(
      fc.property(output, (a) => {
        const measurement = measured(a, SKETCH_SIZE);
        assert(measurement.kind === 'output');
        for (const { values } of measurement.tensors) assert.ok(values.every(Number.isFinite));
      }),
    );
  });

  it('[COMPARE-1] never accepts a non-finite value where the other is finite', () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
    const spoilt = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
    fc.assert(
      fc.property(
        fc.array(finite, { minLength: 1, maxLength: 40 }),
        fc.nat(),
        spoilt,
        (a, at, x) => {
          const b = a.slice();
          b[at % b.length] = x;
          const [own, other] = [a, b].map((values) => [float64('y', [values.length], values)]);
          assert(own !== undefined && other !== undefined);
          const lax = {
            kind: 'relative-rms',
            tolerance: 1e300,
            rejection: 1e301,
            scale: 1e9,
          } as const;
          const found = compareMeasurements(measured(own, 5), measured(other, 5), lax, 5);
          assert.equal(found.verdict, 'invalid');
          assert.equal(relativeRms(own, other), Number.POSITIVE_INFINITY);
        },
      ),
    );
  });

  it('[COMPARE-1] is total on measurements that no honest validator makes', () => {
    const wild = fc.record({
      values: fc.array(number, { maxLength: 6 }),
      mask: fc.uint8Array({ maxLength: 2 }),
      whole: fc.boolean(),
    });
    fc.assert(
      fc.property(wild, wild, (a, b) => {
        const [x, y] = [a, b].map((sketch, index): Measurement => {
          const honest = measured([float64('y', [1], [index])]);
          assert(honest.kind === 'output');
          const values = Float64Array.from(sketch.values);
          return { ...honest, tensors: [{ ...sketch, type: 'float64', shape: [1], values }] };
        });
        assert(x !== undefined && y !== undefined);
        const found = compareMeasurements(x, y, RELATIVE, 32);
        assert.deepEqual(found, compareMeasurements(y, x, RELATIVE, 32));
        if (![...a.values, ...b.values].every(Number.isFinite)) {
          assert.equal(found.verdict, 'invalid');
        }
      }),
    );
  });

  it('decodes arbitrary bytes to nothing or to the one list that encodes so', () => {
    const mutated = fc.tuple(output, fc.nat(), fc.nat(255)).map(([a, at, byte]) => {
      const bytes = encodeTensors(a);
      bytes[at % bytes.length] = byte;
      return bytes;
    });
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 60 })), (bytes) => {
        const decoded = decodeTensors(bytes);
        if (decoded !== undefined) assert.deepEqual(encodeTensors(decoded), bytes);
      }),
      { numRuns: 2000 },
    );
  });

  it('[MEASURE-1] estimates the distance within the law √(χ²_m/m)', () => {
    const rows = 32;
    const trials = 400;
    const ratios = Array.from({ length: trials }, (_, trial) => {
      const beacon = BEACON.map((byte) => (byte + trial * 7) & 255);
      new DataView(beacon.buffer).setUint32(0, trial);
      const truth = wave(600, 2 * trial + 1);
      const error = wave(600, 2 * trial + 2);
      const answer = truth.map((value, i) => value + 1e-3 * (error[i] ?? 0));
      const sketches = [truth, answer].map((values) => {
        const options = { beacon, sketchSize: rows };
        const measurement = measure([float64('y', [600], values)], options);
        return measurement.kind === 'output' ? measurement.tensors[0]?.values : undefined;
      });
      const [a, b] = sketches;
      assert(a !== undefined && b !== undefined);
      return (
        squares(a.map((value, i) => value - (b[i] ?? 0))) /
        rows /
        squares(truth.map((value, i) => value - (answer[i] ?? 0)))
      );
    });
    const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / trials;
    const variance = ratios.reduce((sum, ratio) => sum + (ratio - mean) ** 2, 0) / (trials - 1);
    // χ²_m/m has mean 1 and variance 2/m; bounds at four standard errors of 400 trials.
    assert.ok(Math.abs(mean - 1) < 4 * Math.sqrt(2 / rows / trials), `mean ${mean}`);
    assert.ok(Math.abs(variance / (2 / rows) - 1) < 4 * Math.sqrt(2 / trials) * 1.2, `${variance}`);
  });
});

function squares(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}
