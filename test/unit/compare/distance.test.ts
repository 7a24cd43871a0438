import assert from 'node:assert/strict';
import { compareMeasurements, measure, relativeRms } from '../../../src/compare/index.ts';
import {
  BEACON,
  EVERY_TYPE,
  float32,
  float64,
  measured,
  OTHER_BEACON,
  RELATIVE,
  wave,
} from './outputs.ts';

const NAN = Number.NaN;
const INFINITY = Number.POSITIVE_INFINITY;

describe('compare: verdicts', () => {
  it('[COMPARE-1] accepts up to the tolerance, rejects above the rejection, else neither', () => {
    const truth = float64('y', [2], [1, 0]);
    const verdictAt = (distance: number) =>
      compareMeasurements(
        measured([truth]),
        measured([float64('y', [2], [1, distance])]),
        { kind: 'relative-rms', tolerance: 0.25, rejection: 0.75, scale: 2 },
        32,
      );
    assert.deepEqual(verdictAt(0.5), { verdict: 'valid', distance: 0.25 });
    assert.deepEqual(verdictAt(0.5625), { verdict: 'inconclusive', distance: 0.28125 });
    assert.deepEqual(verdictAt(1.5), { verdict: 'inconclusive', distance: 0.75 });
    assert.deepEqual(verdictAt(1.625).verdict, 'invalid');
  });

  it('[COMPARE-1] compares bit by bit under `exact`', () => {
    const exact = { kind: 'exact' } as const;
    const one = measured([float32('y', [1], [1])]);
    const same = compareMeasurements(one, measured([float32('y', [1], [1])]), exact, 32);
    const next = compareMeasurements(one, measured([float32('y', [1], [1 + 2 ** -23])]), exact, 32);
    assert.deepEqual(same, { verdict: 'valid', distance: 0 });
    assert.deepEqual(next, { verdict: 'invalid', distance: INFINITY });
  });

  it('[COMPARE-2] takes equal level digests as a match without arithmetic', () => {
    const own = measured([float32('y', [1], [1])]);
    assert(own.kind === 'output');
    const spoilt = { ...own, tensors: [] };
    assert.equal(compareMeasurements(own, spoilt, RELATIVE, 32).verdict, 'valid');
  });

  it('[COMPARE-2] does not match across levels: the plain digest does not count', () => {
    const output = [float32('y', [1], [1])];
    const own = measured(output);
    const earlier = measure(output, { beacon: OTHER_BEACON, sketchSize: 32 });
    const exact = compareMeasurements(own, earlier, { kind: 'exact' }, 32);
    assert.equal(exact.verdict, 'invalid');
  });

  it('[MEASURE-1] gives sketches that cannot be copied to another level', () => {
    const output = [float32('y', [1000], wave(1000))];
    const own = measured(output);
    const earlier = measure(output, { beacon: OTHER_BEACON, sketchSize: 32 });
    assert.equal(compareMeasurements(own, earlier, RELATIVE, 32).verdict, 'invalid');
  });

  it('[COMPARE-1] compares masks first: non-finite values match only in kind and place', () => {
    const outputs = [
      [NAN, 1, 1],
      [1, NAN, 1],
      [INFINITY, 1, 1],
      [-INFINITY, 1, 1],
      [1, 1, 1],
      [0, 1, 1],
    ].map((values) => [float32('y', [3], values)]);
    for (const [i, a] of outputs.entries()) {
      for (const [j, b] of outputs.entries()) {
        const { verdict } = compareMeasurements(measured(a), measured(b), RELATIVE, 32);
        assert.equal(verdict, i === j ? 'valid' : 'invalid', `outputs ${i} and ${j}`);
      }
    }
  });

  it('[COMPARE-1] zeroes equal masks: the finite rest decides, whatever the NaN payload', () => {
    const payload = new Float32Array([NAN, 1]);
    new Uint32Array(payload.buffer)[0] = 0x7fc00001;
    const other = { name: 'y', type: 'float32', shape: [2], data: payload } as const;
    const own = measured([float32('y', [2], [NAN, 1])]);
    assert.deepEqual(compareMeasurements(own, measured([other]), RELATIVE, 32), {
      verdict: 'valid',
      distance: 0,
    });
  });

  it('[COMPARE-1] wants the same types, shapes and number of tensors', () => {
    const own = measured([float32('y', [4], [1, 2, 3, 4])]);
    const others = [
      [float32('y', [2, 2], [1, 2, 3, 4])],
      [float64('y', [4], [1, 2, 3, 4])],
      [float32('y', [5], [1, 2, 3, 4, 0])],
      [],
      [float32('y', [4], [1, 2, 3, 4]), float32('z', [0], [])],
    ];
    for (const [index, other] of others.entries()) {
      const found = compareMeasurements(own, measured(other), RELATIVE, 32);
      assert.deepEqual(found, { verdict: 'invalid', distance: INFINITY }, `output ${index}`);
    }
  });

  it('[COMPARE-1] sees a changed small tensor beside a large one', () => {
    const boxes = float32(
      'boxes',
      [1, 400],
      wave(400).map((value) => 1e4 * value),
    );
    const honest = measured([boxes, float32('scores', [1, 3], [0.1, 0.2, 0.7])]);
    const forged = measured([boxes, float32('scores', [1, 3], [0.1, 0.7, 0.2])]);
    assert.equal(compareMeasurements(honest, forged, RELATIVE, 32).verdict, 'invalid');
  });

  it('[COMPARE-1] compares strings exactly and integers by value', () => {
    for (const [index, tensor] of EVERY_TYPE.entries()) {
      const own = measured([tensor]);
      assert.equal(compareMeasurements(own, own, RELATIVE, 32).verdict, 'valid');
      const changed = { ...tensor, data: tensor.data.slice().reverse() } as typeof tensor;
      const { verdict } = compareMeasurements(own, measured([changed]), RELATIVE, 32);
      assert.equal(verdict, 'invalid', `type ${index}`);
    }
  });

  it('[COMPARE-1] counts differences absolutely below the scale', () => {
    const scaled = { ...RELATIVE, scale: 1 } as const;
    for (const count of [4, 1000]) {
      const a = float64(
        'y',
        [count],
        wave(count, 1).map((value) => value * 1e-9),
      );
      const b = float64(
        'y',
        [count],
        wave(count, 2).map((value) => value * 1e-9),
      );
      const own = measured([a]);
      assert.equal(compareMeasurements(own, measured([b]), RELATIVE, 32).verdict, 'invalid');
      assert.equal(compareMeasurements(own, measured([b]), scaled, 32).verdict, 'valid');
    }
  });

  it('[COMPARE-1] is relative to the larger norm, whichever side it is on', () => {
    const [one, three] = [1, 3].map((value) => [float64('y', [1], [value])]);
    assert.ok(one !== undefined && three !== undefined);
    for (const [a, b] of [
      [one, three],
      [three, one],
    ] as const) {
      const { distance } = compareMeasurements(measured(a), measured(b), RELATIVE, 32);
      assert.ok(Math.abs(distance - 2 / 3) < 1e-15);
      assert.ok(Math.abs(relativeRms(a, b) - 2 / 3) < 1e-15);
    }
  });

  it('[COMPARE-1] does not forget a NaN distance over the next tensor', () => {
    const two = [float64('y', [1], [1]), float64('z', [1], [1])];
    const own = measured(two);
    const other = measured([float64('y', [1], [1]), float64('z', [1], [1.000001])]);
    assert(own.kind === 'output' && other.kind === 'output');
    const [first, second] = other.tensors;
    assert.ok(first !== undefined && second !== undefined);
    const spoilt = { ...first, values: Float64Array.of(Number.NaN) };
    const forged = { ...other, tensors: [spoilt, second] };
    assert.equal(compareMeasurements(own, forged, RELATIVE, 32).verdict, 'invalid');
  });

  it('[COMPARE-1] does not overflow into a match', () => {
    for (const count of [2, 1000]) {
      const huge = (value: number) => [float64('y', [count], new Float64Array(count).fill(value))];
      const { verdict } = compareMeasurements(
        measured(huge(1.7e308)),
        measured(huge(1e288)),
        RELATIVE,
        32,
      );
      assert.equal(verdict, 'invalid', `${count} numbers`);
      assert.ok(relativeRms(huge(1.7e308), huge(1e308)) > 0.4);
    }
  });

  it('[MEASURE-1] keeps every sum finite', () => {
    const measurement = measured([float64('y', [1000], new Float64Array(1000).fill(1.7e308))]);
    assert(measurement.kind === 'output');
    assert.ok(measurement.tensors[0]?.values.every(Number.isFinite));
  });

  it('[VOTE-1] has nothing to say about an empty measurement', () => {
    const own = measured([float32('y', [1], [1])]);
    const empty = { kind: 'empty' } as const;
    for (const [a, b] of [
      [own, empty],
      [empty, own],
      [empty, empty],
    ] as const) {
      assert.equal(compareMeasurements(a, b, RELATIVE, 32).verdict, 'inconclusive');
    }
  });

  it('[MEASURE-1] sends up to 4 · sketchSize numbers whole', () => {
    const lengthOf = (count: number) => {
      const measurement = measure([float32('y', [count], wave(count))], {
        beacon: BEACON,
        sketchSize: 8,
      });
      return measurement.kind === 'output' ? measurement.tensors[0]?.values.length : undefined;
    };
    assert.deepEqual([lengthOf(0), lengthOf(32), lengthOf(33)], [0, 32, 8]);
  });
});
