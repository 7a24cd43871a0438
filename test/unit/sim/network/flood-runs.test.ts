import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Kernel } from '../../../../sim/kernel/kernel.ts';
import { RandomStream } from '../../../../sim/kernel/random.ts';
import { WINDOW_US } from '../../../../sim/kernel/window.ts';
import { AnalyticNetwork } from '../../../../sim/network/analytic.ts';
import { FloodRuns, fitsRuns } from '../../../../sim/network/flood-runs.ts';
import type { Posted } from '../../../../sim/network/model.ts';
import { buildOverlay, measureLinks, type Overlay } from '../../../../sim/network/overlay.ts';
import {
  type Arrival,
  floodByEvents,
  type Lines,
  type Published,
} from '../../../support/flood-oracles.ts';

const anyCase = fc.record({
  seed: fc.nat(),
  nodeCount: fc.integer({ min: 1, max: 40 }),
  degree: fc.integer({ min: 2, max: 8 }),
  jitter: fc.constantFrom<number>(0, 0.5, 1),
  lossShare: fc.constantFrom<number>(0, 0.3),
  bandwidthMbps: fc.constantFrom(undefined, 1, 8),
  published: fc.array(
    fc.record({ gapUs: fc.nat(40_000), from: fc.nat(), sizeBytes: fc.nat(5_000) }),
    { minLength: 1, maxLength: 8 },
  ),
});

describe('floods by runs', () => {
  it('deliver as an event for every copy would', () => {
    fc.assert(
      fc.property(anyCase, ({ seed, nodeCount, degree, published, ...rest }) => {
        const overlay = buildOverlay(nodeCount, degree, new RandomStream(seed, 'overlay'));
        const lines = { seed, ...rest };
        let at = 0;
        const messages = published.map(({ gapUs, from, sizeBytes }, id): Published => {
          at += gapUs;
          return { at, from: from % nodeCount, id, sizeBytes };
        });
        const leastLinkUs = measureLinks(overlay, latencyOf(seed), (node) => node);
        const { arrivals } = flood({ overlay, leastLinkUs }, messages, lines);
        assert.deepEqual(sorted(arrivals), sorted(floodByEvents(overlay, messages, lines)));
      }),
      { numRuns: 150 },
    );
  });

  it('deliver the same on networks where memory is read ahead', () => {
    const nodeCount = 50_001;
    const overlay = buildOverlay(nodeCount, 4, new RandomStream(1, 'overlay'));
    const lines = { seed: 3, jitter: 0.4, lossShare: 0.01, bandwidthMbps: 5 };
    const leastLinkUs = measureLinks(overlay, latencyOf(3), (node) => node);
    const messages = [0, 1].map((id): Published => {
      return { at: 700 * id, from: 99 * id, id, sizeBytes: 400 };
    });
    const { arrivals, copies } = flood({ overlay, leastLinkUs }, messages, lines);
    const others = floodOneByOne(overlay, messages, lines);
    assert.equal(arrivals.length, 2 * (nodeCount - 1));
    assert.equal(copies, others.copies);
    for (const [index, { id, node, at }] of arrivals.entries()) {
      const other = others.arrivals[index];
      assert.ok(other?.id === id && other.node === node && other.at === at, `arrival ${index}`);
    }
  });

  it('need links that take longer than a window', () => {
    assert.equal(fitsRuns(WINDOW_US, 0), true);
    assert.equal(fitsRuns(WINDOW_US - 1, 0), false);
    assert.equal(fitsRuns(2 * WINDOW_US - 2, 1), false);
    const overlay = buildOverlay(3, 2, new RandomStream(1, 'overlay'));
    const lines: Lines = { seed: 1, jitter: 0.1, lossShare: 0, bandwidthMbps: undefined };
    assert.throws(() => flood({ overlay, leastLinkUs: WINDOW_US }, [], lines), /behind it/);
  });
});

/** Delays of 3 to 50 ms, many of them the same. */
function latencyOf(seed: number) {
  return (a: number, b: number) => 3_000 + 500 * ((a * 7919 + b * 104_729 + seed) % 95);
}

function flood(
  graph: { readonly overlay: Overlay; readonly leastLinkUs: number },
  messages: readonly Published[],
  lines: Lines,
) {
  const kernel = new Kernel();
  const arrivals: Arrival[] = [];
  let copies = 0;
  const runs = new FloodRuns({
    ...{ ...graph, ...lines, kernel },
    counter: {
      delivered: (id, node, at) => arrivals.push({ id, node, at }),
      sent: (_, count) => {
        copies += count;
      },
    },
  });
  const publish = kernel.register((id) => {
    const message = messages[id];
    if (message !== undefined) runs.publish(message.from, message);
  });
  for (const { at, id } of messages) kernel.push(at, publish, id, 0);
  while (kernel.run(1000));
  return { arrivals, copies };
}

function floodOneByOne(overlay: Overlay, messages: readonly Published[], lines: Lines) {
  const loop = new Kernel();
  const arrivals: Arrival[] = [];
  let copies = 0;
  const network = new AnalyticNetwork<Posted>({
    ...{ ...lines, loop, overlay, latency: latencyOf(lines.seed), degree: 4 },
    conditions: undefined,
    client: {
      deliver: (node, _, { id }) => {
        arrivals.push({ id, node, at: loop.now });
        return 'accept';
      },
      sent: (_, count) => {
        copies += count;
      },
      controlled: () => undefined,
    },
  });
  const publish = loop.register((id) => {
    const message = messages[id];
    if (message !== undefined) network.publish(message.from, 0, message);
  });
  for (const { at, id } of messages) loop.push(at, publish, id, 0);
  while (loop.run(1000));
  return { arrivals, copies };
}

function sorted(arrivals: readonly Arrival[]): readonly Arrival[] {
  return [...arrivals].sort((a, b) => a.id - b.id || a.node - b.node || a.at - b.at);
}
