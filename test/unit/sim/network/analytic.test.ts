import assert from 'node:assert/strict';
import fc from 'fast-check';
import { NaiveEventLoop } from '../../../../sim/kernel/event-loop.ts';
import { Kernel } from '../../../../sim/kernel/kernel.ts';
import { RandomStream } from '../../../../sim/kernel/random.ts';
import { AnalyticNetwork, type AnalyticOptions } from '../../../../sim/network/analytic.ts';
import { REPAIR_US } from '../../../../sim/network/flood.ts';
import type { GossipVerdict, LinkConditions, Posted } from '../../../../sim/network/model.ts';
import { LOST } from '../../../../sim/network/model.ts';
import { buildOverlay, measureLinks, neighboursOf } from '../../../../sim/network/overlay.ts';
import {
  type Arrival,
  floodByEvents,
  floodInOnePass,
  type Published,
} from '../../../support/flood-oracles.ts';

type Options = Partial<AnalyticOptions<Posted>> & { readonly nodeCount?: number };

const MESSAGE = { id: 1, sizeBytes: 1_000 };
const HOUR_US = 3.6e9;

const anyFlood = fc.record({
  seed: fc.nat(),
  nodeCount: fc.integer({ min: 1, max: 30 }),
  degree: fc.integer({ min: 2, max: 6 }),
  jitter: fc.constantFrom<number>(0, 0.5, 1),
  lossShare: fc.constantFrom<number>(0, 0.3),
  published: fc.array(
    fc.record({ gapUs: fc.nat(40_000), from: fc.nat(), sizeBytes: fc.nat(5_000) }),
    { minLength: 1, maxLength: 8 },
  ),
  startUs: fc.constantFrom(0, 5 * HOUR_US),
});

describe('the analytic network', () => {
  it('delivers as an event for every copy would, uplinks included', () => {
    const anyCase = fc.tuple(anyFlood, fc.constantFrom(undefined, 1, 8));
    fc.assert(
      fc.property(anyCase, ([drawn, bandwidthMbps]) => {
        const { overlay, lines, published } = worldOf({ ...drawn, bandwidthMbps });
        const wanted = floodByEvents(overlay, published, lines);
        const got = floodOf({ ...lines, overlay }, published);
        assert.deepEqual(sorted(got.arrivals), sorted(wanted));
      }),
      { numRuns: 150 },
    );
  });

  it('delivers by shortest paths where uplinks are unlimited', () => {
    fc.assert(
      fc.property(anyFlood, (drawn) => {
        const { overlay, lines, published } = worldOf({ ...drawn, bandwidthMbps: undefined });
        const { arrivals } = floodOf({ ...lines, overlay }, published);
        const paths = published.flatMap((message) => {
          const times = floodInOnePass(overlay, message, lines);
          return [...times].map(([node, at]) => ({ id: message.id, node, at }));
        });
        assert.deepEqual(sorted(arrivals), sorted(paths));
      }),
      { numRuns: 100 },
    );
  });

  it('does not depend on the loop, nor on faults that do nothing', () => {
    const { overlay, lines, published } = worldOf({
      ...{ seed: 5, nodeCount: 40, degree: 6, jitter: 0.5, lossShare: 0.2, bandwidthMbps: 2 },
      published: [0, 1, 2].map((from) => ({ gapUs: 3_000, from, sizeBytes: 700 })),
      startUs: 0,
    });
    const quiet: LinkConditions = { extraUs: () => 0, duplicates: () => 0 };
    const plain = floodOf({ ...lines, overlay }, published);
    const naive = floodOf({ ...lines, overlay, loop: new NaiveEventLoop() }, published);
    const faulty = floodOf({ ...lines, overlay, conditions: quiet }, published);
    assert.deepEqual(naive, plain);
    assert.deepEqual(faulty, plain);
  });

  it('counts the copies that gossip sends', () => {
    const overlay = buildOverlay(30, 6, new RandomStream(1, 'overlay'));
    const { network, copies, run } = stage({ overlay });
    network.publish(3, 0, MESSAGE);
    run();
    // the sender sends to all its neighbours, everybody else to all but the first sender
    const links = overlay.links.length / 2;
    assert.equal(copies(), links - 29);
  });

  it('names the neighbour that a message came from', () => {
    const overlay = buildOverlay(30, 4, new RandomStream(1, 'overlay'));
    const { network, taken, run } = stage({ overlay });
    network.publish(3, 0, MESSAGE);
    run();
    const times = new Map(taken.map(({ node, at }) => [node, at]));
    assert.equal(taken.length, 29);
    for (const { node, from, at } of taken) {
      assert.ok(neighboursOf(overlay, node).includes(from), `${from} is no neighbour of ${node}`);
      assert.equal(at, (times.get(from) ?? 0) + 10_000);
    }
  });

  it('forwards only what nodes accept', () => {
    const refusing = stage({ nodeCount: 30, verdict: () => 'ignore' });
    const { overlay } = refusing;
    refusing.network.publish(3, 0, MESSAGE);
    refusing.run();
    const nodes = refusing.taken.map(({ node }) => node).sort((a, b) => a - b);
    assert.deepEqual(nodes, neighboursOf(overlay, 3));
    assert.equal(refusing.copies(), nodes.length);
  });

  it('spreads delays over 1 ± jitter/2 by message and link', () => {
    const delays = pairDelays({ jitter: 0.2 }, 2_000);
    assert.ok(delays.every((us) => us >= 8_999 && us <= 11_000));
    const mean = delays.reduce((sum, us) => sum + us, 0) / delays.length;
    assert.ok(Math.abs(mean - 10_000) < (4 * 577) / Math.sqrt(2_000), `mean ${mean} µs`);
    assert.ok(Math.max(...delays) - Math.min(...delays) > 1_900);
    const straight = pairDelays({ jitter: 0.2 }, 2_000, 'send');
    assert.ok(straight.every((us) => us >= 9_000 && us <= 11_000));
    assert.ok(new Set(straight).size > 500);
  });

  it('repairs the share of copies that is lost after a heartbeat', () => {
    for (const way of ['publish', 'send'] as const) {
      const delays = pairDelays({ lossShare: 0.25 }, 4_000, way);
      assert.deepEqual(
        [...new Set(delays)].sort((a, b) => a - b),
        [10_000, 10_000 + REPAIR_US],
      );
      const lost = delays.filter((us) => us > 10_000).length;
      assert.ok(Math.abs(lost - 1_000) < 4 * Math.sqrt(750), `${lost} of 4000 were lost`);
    }
  });

  it('sends one copy after the other through the uplink, also those of other messages', () => {
    const { network, taken, run } = stage({ nodeCount: 3, bandwidthMbps: 8 });
    // 1000 bytes at 8 Mbit/s take 1 ms each
    network.publish(0, 0, MESSAGE);
    network.publish(0, 0, { ...MESSAGE, id: 2 });
    network.send(0, 2, { ...MESSAGE, id: 3 });
    run();
    const byNode = taken.map(({ node, id, at }) => `${id} at ${node}: ${at}`);
    assert.deepEqual(byNode, [
      ...['1 at 1: 11000', '1 at 2: 12000', '2 at 1: 13000', '2 at 2: 14000'],
      '3 at 2: 15000',
    ]);
  });

  it('says that nodes send more than their uplinks carry', () => {
    const { network } = stage({ nodeCount: 3, bandwidthMbps: 0.01 });
    const huge = { id: 1, sizeBytes: 1_000_000_000 };
    const isBehind = /uplink of node 0 is more than ten minutes behind/;
    assert.throws(() => network.publish(0, 0, huge), isBehind);
  });

  it('carries on the same when the clock is years ahead', () => {
    const { network, taken, run, loop } = stage({ nodeCount: 10, bandwidthMbps: 1 });
    const wake = loop.register((id) => network.publish(7, 0, { ...MESSAGE, id }));
    for (const id of [0, 1, 2]) loop.push(id * 8_000 * HOUR_US, wake, id, 0);
    run();
    const [first, ...later] = [0, 1, 2].map((id) =>
      taken.flatMap((each) =>
        each.id === id ? [`${each.node}: ${each.at - id * 8_000 * HOUR_US}`] : [],
      ),
    );
    assert.equal(first?.length, 9);
    for (const each of later) assert.deepEqual(each, first);
  });

  it('delivers to oneself at once', () => {
    const { network, taken, run } = stage({ nodeCount: 2 });
    network.send(0, 0, MESSAGE);
    run();
    assert.deepEqual(taken, [{ node: 0, from: 0, id: 1, at: 0 }]);
    assert.equal(network.roundTripUs(1, 1, MESSAGE), 0);
    assert.equal(network.roundTripUs(0, 1, MESSAGE), 20_000);
  });
});

describe('nodes that are down', () => {
  it('take nothing, forward nothing, send nothing', () => {
    const { network, taken, copies, run } = stage({ nodeCount: 2 });
    network.setUp(1, false);
    network.publish(0, 0, MESSAGE);
    network.send(0, 1, { ...MESSAGE, id: 2 });
    network.publish(1, 0, { ...MESSAGE, id: 3 });
    network.send(1, 0, { ...MESSAGE, id: 4 });
    run();
    assert.deepEqual(taken, []);
    assert.equal(copies(), 2);
  });

  it('take copies that are sent after they came up', () => {
    const { network, taken, run, loop } = stage({ nodeCount: 12, degree: 3 });
    const [node = 0] = neighboursOf(buildOverlay(12, 3, new RandomStream(1, 'overlay')), 0);
    network.setUp(node, false);
    const rise = loop.register(() => network.setUp(node, true));
    loop.push(10_500, rise, 0, 0);
    network.publish(0, 0, MESSAGE);
    run();
    const late = taken.find((each) => each.node === node);
    assert.ok(late !== undefined && late.at > 10_500, 'a later copy came');
  });

  it('take a copy on its way that an earlier one was lost before, under faults', () => {
    const conditions: LinkConditions = {
      extraUs: (from, to) => (from === 0 && to === 1 ? 0 : 7_000),
      duplicates: () => 0,
    };
    const { network, taken, run, loop } = stage({ nodeCount: 3, conditions });
    network.setUp(1, false);
    const rise = loop.register(() => network.setUp(1, true));
    loop.push(30_000, rise, 0, 0);
    // to node 1 straight at 10 ms, when it is down, and by node 2 at 34 ms
    network.publish(0, 0, MESSAGE);
    run();
    assert.deepEqual(taken.find(({ node }) => node === 1)?.at, 34_000);
  });
});

describe('what faults do to links', () => {
  it('delays copies, loses them, and makes more of them', () => {
    const asked: unknown[][] = [];
    const conditions: LinkConditions = {
      extraUs: (...copy) => {
        asked.push(copy);
        return copy[1] === 1 ? LOST : 5_000;
      },
      duplicates: (_, to) => (to === 2 ? 2 : 0),
    };
    const { network, taken, copies, run } = stage({ nodeCount: 3, conditions, bandwidthMbps: 8 });
    network.publish(0, 0, MESSAGE);
    network.send(0, 2, { ...MESSAGE, id: 2 });
    run();
    assert.deepEqual(
      taken.map(({ node, id, at }) => [node, id, at]),
      [
        [2, 1, 17_000],
        [2, 2, 18_000],
      ],
    );
    assert.deepEqual(asked, [
      [0, 1, 1_000, 1],
      [0, 2, 2_000, 1],
      [0, 2, 0, 2],
      [2, 1, 18_000, 1],
    ]);
    // two copies and two further ones, one with two, and one that is lost
    assert.equal(copies(), 4 + 3 + 1);
  });
});

describe('topics of the analytic network', () => {
  it('reach those who hear them, also from outside', () => {
    const { network, taken, copies, run } = stage({ nodeCount: 40, degree: 4 });
    const members = [3, 8, 11, 20, 31, 39];
    for (const node of members) network.subscribe(node, 2);
    network.subscribe(7, 2);
    network.unsubscribe(7, 2);
    network.publish(8, 2, MESSAGE);
    network.publish(7, 2, { ...MESSAGE, id: 2 });
    network.publish(7, 3, { ...MESSAGE, id: 3 });
    run();
    const nodesOf = (id: number) =>
      taken.flatMap((each) => (each.id === id ? [each.node] : [])).sort((a, b) => a - b);
    assert.deepEqual(
      nodesOf(1),
      members.filter((node) => node !== 8),
    );
    assert.deepEqual(nodesOf(2), members);
    assert.deepEqual(nodesOf(3), []);
    assert.ok(taken.every(({ from }) => [...members, 7].includes(from)));
    // 12 links of 6 members; 4 first copies from outside, then every member forwards
    const firstHops = taken.filter(({ id, from }) => id === 2 && from === 7).length;
    assert.equal(copies(), 24 - 5 + 4 + 24 - (6 - firstHops));
  });

  it('have another overlay when members come and go', () => {
    const ways = [0, 1].map((changes) => {
      const { network, taken, run } = stage({ nodeCount: 40, degree: 3 });
      for (let node = 0; node < 30; node++) network.subscribe(node, 1);
      for (let i = 0; i < changes; i++) {
        network.subscribe(35, 1);
        network.unsubscribe(35, 1);
      }
      network.publish(0, 1, MESSAGE);
      run();
      assert.equal(taken.length, 29);
      return taken;
    });
    assert.notDeepEqual(ways[0], ways[1]);
  });
});

type Taken = {
  readonly node: number;
  readonly from: number;
  readonly id: number;
  readonly at: number;
};

function stage({
  nodeCount = 3,
  verdict = () => 'accept',
  ...options
}: Options & { readonly verdict?: () => GossipVerdict }) {
  const loop = options.loop ?? new Kernel();
  const taken: Taken[] = [];
  let sent = 0;
  const degree = options.degree ?? 4;
  const overlay =
    options.overlay ?? buildOverlay(nodeCount, degree, new RandomStream(1, 'overlay'));
  const network = new AnalyticNetwork<Posted>({
    ...{ seed: 1, degree, jitter: 0, lossShare: 0, bandwidthMbps: undefined },
    conditions: undefined,
    latency: () => 10_000,
    client: {
      deliver: (node, from, { id }) => {
        taken.push({ node, from, id, at: loop.now });
        return verdict();
      },
      sent: (_, copies) => {
        sent += copies;
      },
      controlled: () => assert.fail('floods have no control messages'),
    },
    ...options,
    overlay,
    loop,
  });
  const run = (): void => {
    while (loop.run(100));
  };
  return { loop, network, overlay, taken, run, copies: () => sent };
}

/** Delays of many messages over one link of 10 ms. */
function pairDelays(
  options: Options,
  count: number,
  way: 'publish' | 'send' = 'publish',
): readonly number[] {
  const { network, taken, run } = stage({ ...options, nodeCount: 2 });
  for (let id = 0; id < count; id++) {
    if (way === 'publish') network.publish(0, 0, { ...MESSAGE, id });
    else network.send(0, 1, { ...MESSAGE, id });
  }
  run();
  assert.equal(taken.length, count);
  return taken.map(({ at }) => at);
}

type Drawn = typeof anyFlood extends fc.Arbitrary<infer T> ? T : never;

function worldOf({
  published,
  startUs,
  nodeCount,
  degree,
  ...lines
}: Drawn & { readonly bandwidthMbps: number | undefined }) {
  const overlay = buildOverlay(nodeCount, degree, new RandomStream(lines.seed, 'overlay'));
  measureLinks(overlay, latencyOf(lines.seed), (node) => node);
  let at = startUs;
  const messages = published.map(({ gapUs, from, sizeBytes }, id): Published => {
    at += gapUs;
    return { at, from: from % nodeCount, id, sizeBytes };
  });
  return { overlay, lines, published: messages };
}

/** Delays of 0 to 50 ms, many of them the same. */
function latencyOf(seed: number) {
  return (a: number, b: number) => 500 * ((a * 7919 + b * 104_729 + seed) % 100);
}

function floodOf(options: Options, published: readonly Published[]) {
  const staged = stage({ latency: latencyOf(options.seed ?? 0), ...options });
  const { loop, network, taken, copies, run } = staged;
  const publish = loop.register((index) => {
    const message = published[index];
    if (message !== undefined) network.publish(message.from, 0, message);
  });
  for (const [index, { at }] of published.entries()) loop.push(at, publish, index, 0);
  run();
  const arrivals = taken.map(({ id, node, at }): Arrival => ({ id, node, at }));
  return { arrivals, copies: copies() };
}

function sorted(arrivals: readonly Arrival[]): readonly Arrival[] {
  return [...arrivals].sort((a, b) => a.id - b.id || a.node - b.node || a.at - b.at);
}
