import assert from 'node:assert/strict';
import { EVENT_B_MAX, EVENT_KINDS_MAX } from '../../../../sim/kernel/event-loop.ts';
import { Kernel } from '../../../../sim/kernel/kernel.ts';
import { type EventRun, WINDOW_US } from '../../../../sim/kernel/window.ts';

describe('the kernel', () => {
  it('takes events that lie in the future, at whole microseconds, with small integers', () => {
    const kernel = new Kernel();
    const kind = kernel.register(() => undefined);
    kernel.push(5 * WINDOW_US, kind, -(2 ** 31), EVENT_B_MAX);
    kernel.run(1);
    assert.throws(() => kernel.push(5 * WINDOW_US - 1, kind, 0, 0), /past/);
    assert.throws(() => kernel.push(2 ** 53, kind, 0, 0), /past/);
    assert.throws(() => kernel.push(6 * WINDOW_US + 0.5, kind, 0, 0), /past/);
    assert.throws(() => kernel.push(6 * WINDOW_US, kind, 0, -1), /18 bits/);
    assert.throws(() => kernel.push(6 * WINDOW_US, kind, 0, EVENT_B_MAX + 1), /18 bits/);
    kernel.push(2 ** 53 - 1, kind, 0, 0);
    assert.equal(kernel.run(2), false);
    assert.equal(kernel.now, 2 ** 53 - 1);
  });

  it('has as many kinds of events as an event can name', () => {
    const kernel = new Kernel();
    const seen: number[] = [];
    for (let kind = 0; kind < EVENT_KINDS_MAX; kind++) {
      assert.equal(
        kernel.register(() => seen.push(kind)),
        kind,
      );
    }
    assert.throws(() => kernel.register(() => undefined), /few kinds/);
    for (let kind = 0; kind < EVENT_KINDS_MAX; kind++) kernel.push(kind * 700, kind, 0, 0);
    kernel.run(EVENT_KINDS_MAX);
    assert.deepEqual(seen, [...seen.keys()]);
  });

  it('refuses events of the open window from a handler of runs', () => {
    const kernel = new Kernel();
    let delay = WINDOW_US;
    const kind = kernel.registerRuns(({ startUs }: EventRun) => {
      kernel.push(startUs + delay, kind, 0, 0);
    });
    kernel.push(10 * WINDOW_US + 3, kind, 0, 0);
    kernel.run(1);
    assert.equal(kernel.pending, 1);
    delay = WINDOW_US - 1;
    assert.throws(() => kernel.run(1), /open window/);
  });

  it('hands over as a run what nothing parts, and no more than it was asked for', () => {
    const kernel = new Kernel();
    const lengths: number[] = [];
    const runs = kernel.registerRuns(({ from, to }) => lengths.push(to - from));
    const single = kernel.register(() => lengths.push(0));
    for (let i = 0; i < 10; i++) kernel.push(2 * WINDOW_US + i, runs, i, 0);
    kernel.push(2 * WINDOW_US + 6, single, 0, 0);
    kernel.run(4);
    assert.deepEqual(lengths, [4]);
    kernel.run(100);
    assert.deepEqual(lengths, [4, 3, 0, 3]);
    assert.equal(kernel.taken, 11);
  });

  it('grows beyond what it was told to expect', () => {
    const kernel = new Kernel({ pendingHint: 1 });
    const order: number[] = [];
    const kind = kernel.register((a) => order.push(a));
    for (let i = 0; i < 300_000; i++) kernel.push(7 * WINDOW_US + ((i * 7919) % 5000), kind, i, 0);
    assert.equal(kernel.pending, 300_000);
    while (kernel.run(1000));
    const wanted = [...order].sort((a, b) => ((a * 7919) % 5000) - ((b * 7919) % 5000) || a - b);
    assert.deepEqual(order, wanted);
  });
});
