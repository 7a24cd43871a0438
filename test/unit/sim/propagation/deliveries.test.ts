import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Deliveries } from '../../../../sim/propagation/deliveries.ts';

describe('counted deliveries', () => {
  it('have the quantiles of their times, at most 1/512 too high', () => {
    const anyTime = fc.oneof(fc.nat(2000), fc.nat(3_000_000), fc.nat(2 ** 31 - 1));
    const anyShare = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(anyTime, { minLength: 1, maxLength: 50 }), anyShare, (times, share) => {
        const deliveries = new Deliveries();
        deliveries.expect(3, 1_000);
        for (const [node, us] of times.entries()) deliveries.delivered(3, node, 1_000 + us);
        const sorted = [...times].sort((a, b) => a - b);
        const exact = sorted[Math.max(1, Math.ceil(share * times.length)) - 1] ?? 0;
        const quantile = deliveries.quantileUs(share) ?? Number.NaN;
        assert.ok(quantile >= exact && quantile <= exact + exact / 512, `${quantile}, ${exact}`);
        assert.equal(deliveries.maxUs, sorted.at(-1));
        assert.equal(deliveries.count, times.length);
      }),
    );
  });

  it('are those of expected messages, until the end', () => {
    const deliveries = new Deliveries();
    assert.equal(deliveries.quantileUs(0.5), undefined);
    deliveries.delivered(5000, 1, 10);
    deliveries.sent(5000, 3);
    deliveries.expect(5000, 100);
    deliveries.delivered(5000, 1, 110);
    deliveries.delivered(4999, 1, 110);
    deliveries.sent(5000, 4);
    deliveries.sent(4999, 7);
    deliveries.end();
    deliveries.delivered(5000, 2, 120);
    deliveries.sent(5000, 9);
    assert.deepEqual([deliveries.count, deliveries.copies, deliveries.maxUs], [1, 4, 10]);
  });

  it('are told apart by a digest: message, node, time and copies, in any order', () => {
    const digestOf = (all: readonly (readonly [number, number, number])[], copies = 0) => {
      const deliveries = new Deliveries();
      for (const id of [0, 1]) deliveries.expect(id, 0);
      for (const one of all) deliveries.delivered(...one);
      deliveries.sent(0, copies);
      return deliveries.digest();
    };
    const digests = [
      digestOf([[0, 1, 5]]),
      digestOf([[1, 1, 5]]),
      digestOf([[0, 2, 5]]),
      digestOf([[0, 1, 6]]),
      digestOf([[0, 1, 5]], 1),
    ];
    assert.equal(new Set(digests).size, digests.length);
    const both = [
      [0, 1, 5],
      [1, 2, 7],
    ] as const;
    assert.equal(digestOf(both), digestOf(both.toReversed()));
  });
});
