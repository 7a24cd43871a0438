/** Lines, delays, loss; who dials whom; the time before 0; nodes that come and go. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { NaiveEventLoop } from '../../../../sim/kernel/event-loop.ts';
import { RandomStream } from '../../../../sim/kernel/random.ts';
import { Carrier, type CarrierOptions, drawLines } from '../../../../sim/network/carrier.ts';
import { startChurn } from '../../../../sim/network/churn.ts';
import { drawDials } from '../../../../sim/network/connections.ts';
import { LOST } from '../../../../sim/network/model.ts';
import { WarmLoop } from '../../../../sim/network/warm-loop.ts';
import { networkOf } from '../../../support/gossip-workload.ts';

const random = () => new RandomStream(1, 'carrier');

function carrier(options: Partial<CarrierOptions> & { yaml?: string } = {}): Carrier {
  return new Carrier({
    latency: () => 10_000,
    lines: drawLines(networkOf(options.yaml ?? 'fidelity: mesh'), {
      nodeCount: 8,
      random: random(),
    }),
    ...{ seed: 1, jitter: 0, lossShare: 0, conditions: undefined },
    ...options,
  });
}

describe('what carries bytes', () => {
  it('sends copies one after the other over a line, and only then come delays', () => {
    const mine = carrier({ yaml: 'fidelity: mesh, bandwidthMbps: 8' });
    const parcel = { sizeBytes: 1000, at: 5_000 };
    assert.equal(mine.arrival(0, 1, { ...parcel, id: 1 }), 16_000);
    assert.equal(mine.arrival(0, 2, { ...parcel, id: 2 }), 17_000);
    assert.equal(mine.arrival(3, 2, { ...parcel, id: 3 }), 16_000);
    assert.equal(mine.arrival(0, 1, { sizeBytes: 1000, id: 4, at: 50_000 }), 61_000);
  });

  it('works before time 0 as after it', () => {
    assert.equal(carrier().arrival(0, 1, { id: 1, sizeBytes: 1000, at: -90_000 }), -80_000);
  });

  it('takes what arrives at once off a slow line one by one', () => {
    const lines = 'fidelity: mesh, bandwidthClasses: [{ share: 1, upMbps: 1000, downMbps: 8 }]';
    const mine = carrier({ yaml: lines });
    assert.equal(mine.hasDownlinks, true);
    assert.equal(mine.received(1, { at: 1_000, sizeBytes: 1000 }), 2_000);
    assert.equal(mine.received(1, { at: 1_000, sizeBytes: 1000 }), 3_000);
    assert.equal(carrier().hasDownlinks, false);
  });

  it('loses the share that it is told to, by keyed draws', () => {
    const mine = carrier({ lossShare: 0.25 });
    const lost = Array.from({ length: 4000 }, (_, id) =>
      mine.arrival(0, 1, { id, sizeBytes: 1, at: 0 }),
    ).filter((arrival) => arrival === LOST).length;
    assert.ok(Math.abs(lost - 1000) < 4 * Math.sqrt(750), `${lost} of 4000 lost`);
  });

  it('adds what faults add, and loses what they lose', () => {
    const extraUs = (from: number) => (from === 0 ? 7_000 : LOST);
    const mine = carrier({ conditions: { extraUs, duplicates: () => 2 } });
    assert.equal(mine.arrival(0, 1, { id: 1, sizeBytes: 1, at: 0 }), 17_000);
    assert.equal(mine.arrival(1, 0, { id: 1, sizeBytes: 1, at: 0 }), LOST);
    assert.equal(mine.duplicates(0, 1, { id: 1, at: 0 }), 2);
  });

  it('draws lines by the shares of their classes', () => {
    const network = networkOf(
      'fidelity: mesh, bandwidthClasses: [{ share: 0.2, upMbps: 1024, downMbps: 1000 }, ' +
        '{ share: 0.8, upMbps: 50, downMbps: 40 }]',
    );
    const { up, down } = drawLines(network, { nodeCount: 2000, random: random() });
    const fast = up.filter((rate) => rate === 1024).length;
    assert.ok(Math.abs(fast - 400) < 4 * Math.sqrt(320), `${fast} fast nodes`);
    assert.ok(up.every((rate, i) => (rate === 50 ? down[i] === 40 : down[i] === 1000)));
  });
});

describe('connections', () => {
  it('are as many as asked for, never double, never of a node with itself', () => {
    const property = (count: number, connections: number, seed: number) => {
      const stream = new RandomStream(seed, 'dials');
      const dials = drawDials({ count, connections, first: 100 }, stream);
      const pairs = dials.map(({ from, to }) => [Math.min(from, to), Math.max(from, to)].join('-'));
      assert.equal(new Set(pairs).size, dials.length);
      assert.ok(dials.every(({ from, to }) => from !== to));
      assert.ok(dials.every(({ from, to }) => Math.min(from, to) >= 100));
      assert.ok(dials.every(({ from, to }) => Math.max(from, to) < 100 + count));
      const all = (count * (count - 1)) / 2;
      const degrees = new Map<number, number>();
      for (const node of dials.flatMap(({ from, to }) => [from, to])) {
        degrees.set(node, (degrees.get(node) ?? 0) + 1);
      }
      const least = Math.min(count - 1, Math.ceil(connections / 2));
      assert.ok([...degrees.values()].every((degree) => degree >= least));
      assert.ok(count === 1 || degrees.size === count);
      if (connections >= count - 1) assert.equal(dials.length, all);
    };
    const small = fc.integer({ min: 1, max: 40 });
    fc.assert(fc.property(small, small, fc.integer({ min: 0, max: 99 }), property));
  });

  it('are dialled by each node alike', () => {
    const dials = drawDials({ count: 200, connections: 20 }, random());
    const outbound = new Map<number, number>();
    for (const { from } of dials) outbound.set(from, (outbound.get(from) ?? 0) + 1);
    assert.deepEqual([...new Set(outbound.values())], [10]);
  });
});

describe('the time before 0', () => {
  it('runs first, and hands over what is still to come, in order', () => {
    const loop = new NaiveEventLoop();
    const warm = new WarmLoop(loop, 1_000);
    const seen: string[] = [];
    const kind = warm.register((a, b) => {
      seen.push(`${a}@${warm.now}`);
      if (b > 0) warm.push(warm.now + 700, kind, a + 1, b - 1);
    });
    assert.equal(warm.now, -1_000);
    warm.push(-900, kind, 1, 3);
    warm.push(500, kind, 50, 0);
    assert.throws(() => warm.push(-1_001, kind, 0, 0), /past/);
    assert.equal(warm.run(1), true);
    assert.equal(warm.isWarm, false);
    assert.equal(warm.run(100), false);
    assert.deepEqual(seen, ['1@-900', '2@-200']);
    assert.equal(warm.isWarm, true);
    assert.equal(warm.pending, 2);
    loop.run(100);
    assert.deepEqual(seen.slice(2), ['50@500', '3@500', '4@1200']);
  });
});

describe('churn', () => {
  it('takes its share of nodes away and back, for times of the right means', () => {
    const loop = new NaiveEventLoop();
    const changes: { node: number; isUp: boolean; at: number }[] = [];
    const setUp = (node: number, isUp: boolean) => changes.push({ node, isUp, at: loop.now });
    const churn = { share: 0.5, meanUpMs: 3_000, meanDownMs: 1_000 };
    startChurn({ setUp }, { churn, nodeCount: 200, loop, random: random() });
    while (loop.now < 200_000_000) loop.run(1);
    const nodes = new Set(changes.map(({ node }) => node));
    assert.ok(Math.abs(nodes.size - 100) < 4 * Math.sqrt(50), `${nodes.size} nodes`);
    const last = new Map<number, number>();
    const ups: number[] = [];
    for (const { node, isUp, at } of changes) {
      if (!isUp) ups.push(at - (last.get(node) ?? 0));
      last.set(node, at);
    }
    const mean = ups.reduce((sum, us) => sum + us, 0) / ups.length / 1000;
    // exponential: the deviation is the mean
    assert.ok(Math.abs(mean - 3_000) < (5 * 3_000) / Math.sqrt(ups.length), `up for ${mean} ms`);
  });
});
