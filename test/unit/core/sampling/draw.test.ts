/** [SAMPLE-1] Draws are uniform, and one leaf of each run is drawn. */
import { deepStrictEqual, equal, notDeepStrictEqual, ok } from 'node:assert/strict';
import { type BatchId, bigIntFromBytes, prf, sha256, utf8 } from '../../../../src/base/index.ts';
import { DrawStream, drawnIndices } from '../../../../src/core/index.ts';
import { encodeCanonical } from '../../../../src/wire/index.ts';
import { chiSquare } from '../../../support/chi-square.ts';

const beacon = (i: number) => sha256(utf8(`beacon ${i}`));
const batch = 'a batch' as BatchId;

describe('draws from the beacon', () => {
  it('[SAMPLE-1] are uniform', () => {
    const counts = new Array<number>(7).fill(0);
    const stream = new DrawStream(beacon(0), ['test']);
    for (let i = 0; i < 14_000; i++) {
      const value = Number(stream.below(7n));
      counts[value] = (counts[value] ?? 0) + 1;
    }
    // 99.9 % of uniform samples stay below 22.5 with 6 degrees of freedom
    ok(chiSquare(counts, new Array<number>(7).fill(2000)) < 22.5, counts.join(' '));
  });

  it('[SAMPLE-1] reject the incomplete last multiple, so no value is favoured', () => {
    // half of all 256-bit values lie beyond this bound: without rejection they would wrap around
    const bound = (1n << 255n) + 1n;
    const expected: bigint[] = [];
    for (let counter = 0; expected.length < 20; counter++) {
      const value = bigIntFromBytes(prf(beacon(1), encodeCanonical(['test', counter])));
      if (value < bound) expected.push(value);
    }
    const stream = new DrawStream(beacon(1), ['test']);
    deepStrictEqual(
      expected.map(() => stream.below(bound)),
      expected,
    );
  });

  it('[SEAT-1] differ under one name: one counter runs on', () => {
    const stream = new DrawStream(beacon(2), ['test']);
    notDeepStrictEqual(stream.below(1n << 60n), stream.below(1n << 60n));
  });
});

describe('[SAMPLE-1] drawn leaves', () => {
  it('are exactly one in each complete run', () => {
    for (let i = 0; i < 50; i++) {
      const drawn = drawnIndices(beacon(i), { batch, count: 40, oneIn: 4 });
      deepStrictEqual(
        drawn.map((index) => Math.floor(index / 4)),
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      );
    }
  });

  it('are all, if m is 1', () => {
    deepStrictEqual(drawnIndices(beacon(0), { batch, count: 3, oneIn: 1 }), [0, 1, 2]);
  });

  it('are drawn at a rate of 1/m in the last, incomplete run too', () => {
    // 25 leaves, m 20: the last five leaves are one run of which fifteen places draw nothing
    const counts = new Array<number>(25).fill(0);
    const beacons = 8000;
    for (let i = 0; i < beacons; i++) {
      for (const index of drawnIndices(beacon(i), { batch, count: 25, oneIn: 20 })) {
        ok(index < 25, 'an index beyond the end draws nothing');
        counts[index] = (counts[index] ?? 0) + 1;
      }
    }
    // 99.9 % of samples stay below 52.6 with 25 degrees of freedom
    ok(chiSquare(counts, new Array<number>(25).fill(beacons / 20)) < 52.6, counts.join(' '));
  });

  it('depend on beacon and batch', () => {
    const request = { batch, count: 4000, oneIn: 4 };
    const other = { ...request, batch: 'another batch' as BatchId };
    notDeepStrictEqual(drawnIndices(beacon(0), request), drawnIndices(beacon(1), request));
    notDeepStrictEqual(drawnIndices(beacon(0), request), drawnIndices(beacon(0), other));
    equal(drawnIndices(beacon(0), request).length, 1000);
  });
});
