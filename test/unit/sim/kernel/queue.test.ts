import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EventQueue } from '../../../../sim/kernel/queue.ts';

type Naive = { at: number; order: number; payload: number };

describe('the event queue', () => {
  it('gives what a sort by time and insertion gives, under any pushes and pops', () => {
    const step = fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const queue = new EventQueue<number>();
        const naive: Naive[] = [];
        for (const [order, at] of steps.entries()) {
          if (at === undefined) {
            naive.sort((a, b) => a.at - b.at || a.order - b.order);
            const wanted = naive.shift();
            const got = queue.pop();
            assert.deepEqual(got, wanted && { at: wanted.at, payload: wanted.payload });
          } else {
            queue.push(at, order);
            naive.push({ at, order, payload: order });
          }
          assert.equal(queue.length, naive.length);
          const next = naive.length === 0 ? undefined : Math.min(...naive.map((each) => each.at));
          assert.equal(queue.nextTime, next);
        }
      }),
    );
  });

  it('keeps order and payloads when it grows', () => {
    const queue = new EventQueue<string>();
    for (let i = 0; i < 5000; i++) queue.push((i * 7919) % 1000, `event ${i}`);
    let last = { at: -1, index: -1 };
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const index = Number(next.payload.slice(6));
      assert.equal(next.at, (index * 7919) % 1000);
      assert.ok(next.at > last.at || (next.at === last.at && index > last.index), next.payload);
      last = { at: next.at, index };
    }
    assert.equal(queue.length, 0);
    assert.equal(queue.pop(), undefined);
  });

  it('takes integer microseconds only', () => {
    const queue = new EventQueue<number>();
    for (const at of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      assert.throws(() => queue.push(at, 0), `${at} is no virtual time`);
    }
  });
});
