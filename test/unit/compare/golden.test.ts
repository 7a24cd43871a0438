/** Frozen bytes and numbers: a change here changes what every validator signs. */
import assert from 'node:assert/strict';
import { toHex } from '../../../src/base/index.ts';
import { encodeTensors, measure, outputDigest, signWords } from '../../../src/compare/index.ts';
import { BEACON, float32, SMALL_OUTPUT, wave } from './outputs.ts';

describe('compare: golden vectors', () => {
  it('[MEASURE-1] freezes the canonical encoding', () => {
    assert.equal(
      toHex(encodeTensors([float32('y', [1, 2], [1, -0])])),
      '010000000001000000790200000001000000' +
        '00000000020000000000000008000000000000000000803f00000080',
    );
  });

  it('[MEASURE-1] freezes the output digest', () => {
    assert.equal(
      toHex(outputDigest(SMALL_OUTPUT)),
      '4aaaf15686e72e8a745030221732c1e724941be57325828d9da64f8febc1b6c1',
    );
  });

  it('[MEASURE-1] freezes the level digest', () => {
    const measurement = measure(SMALL_OUTPUT, { beacon: BEACON, sketchSize: 32 });
    assert(measurement.kind === 'output');
    assert.equal(
      toHex(measurement.levelDigest),
      'c35cbf54fd008b27d4b649eacf2d853c93fd1cbea3be1a902c1e6b182fc153de',
    );
    assert.deepEqual(measurement.digest, outputDigest(SMALL_OUTPUT));
  });

  it('[MEASURE-1] freezes the expansion of signs', () => {
    const next = signWords(BEACON, 1, 0);
    assert.deepEqual(
      [next(), next(), next(), next()],
      [1719642717, 2605508010, 1387574471, 659908954],
    );
  });

  it('[MEASURE-1] freezes sums, bit for bit', () => {
    const measurement = measure([float32('y', [1, 500], wave(500))], {
      beacon: BEACON,
      sketchSize: 4,
    });
    assert(measurement.kind === 'output');
    assert.deepEqual(
      Array.from(measurement.tensors[0]?.values ?? []),
      [9.429485106375068, 6.964173106011003, -13.3296475908719, -21.184379166457802],
    );
  });

  it('[MEASURE-1] freezes masks and string digests', () => {
    const measurement = measure(
      [
        float32('y', [4], [Number.NaN, 1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]),
        { name: 's', type: 'string', shape: [2], data: ['a', 'ß'] },
      ],
      { beacon: BEACON, sketchSize: 32 },
    );
    assert(measurement.kind === 'output');
    assert.deepEqual(
      measurement.tensors.map((tensor) => toHex(tensor.mask)),
      [
        'ef88773a0ec3cdadd30abe5e9f3b078bc12781e977085ca2106ef7d424781c5a',
        'b5d95e3a928aeb5bbf747d78a01498a76fad95fa4fdf02fedd1d9d0f687a4587',
      ],
    );
  });
});
