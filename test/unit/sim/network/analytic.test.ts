import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RandomStream } from '../../../../sim/kernel/random.ts';
import { AnalyticNetwork, type AnalyticOptions } from '../../../../sim/network/analytic.ts';
import { buildOverlay, type Overlay } from '../../../../sim/network/overlay.ts';

const PLAIN: AnalyticOptions = {
  overlay: [[1], [0, 2], [1]],
  latency: () => 10_000,
  seed: 1,
  jitter: 0,
  lossShare: 0,
  bandwidthMbps: undefined,
};
const MESSAGE = { from: 0, at: 1_000, sizeBytes: 1_000, message: 1 };

describe('the analytic network', () => {
  it('reaches every node by its shortest path', () => {
    const anyGraph = fc.record({
      seed: fc.nat(),
      nodeCount: fc.integer({ min: 1, max: 12 }),
      degree: fc.integer({ min: 2, max: 5 }),
      message: fc.nat(1000),
      jitter: fc.constantFrom(0, 0.5, 1),
      lossShare: fc.constantFrom(0, 0.3),
    });
    fc.assert(
      fc.property(anyGraph, ({ seed, nodeCount, degree, message, jitter, lossShare }) => {
        const overlay = buildOverlay(nodeCount, degree, new RandomStream(seed, 'overlay'));
        const latency = (a: number, b: number) =>
          1_000 + ((a * 7919 + b * 104_729 + seed) % 50_000);
        const network = new AnalyticNetwork({
          ...PLAIN,
          overlay,
          latency,
          seed,
          jitter,
          lossShare,
        });
        const from = message % nodeCount;
        const sent = { from, at: 500, sizeBytes: 100, message };
        // one link alone costs what `direct` costs: neither knows about paths
        const link = (a: number, b: number) => network.direct({ ...sent, from: a, to: b, at: 0 });
        const wanted = shortestPaths(overlay, link, from);
        const { arrivals } = network.broadcast(sent);
        assert.equal(arrivals.length, nodeCount - 1);
        for (const { node, at } of arrivals) assert.equal(at, 500 + (wanted[node] ?? 0));
      }),
    );
  });

  it('lists arrivals by time, and counts the copies that gossip sends', () => {
    const overlay = buildOverlay(30, 6, new RandomStream(1, 'overlay'));
    const { arrivals, transmissions } = new AnalyticNetwork({ ...PLAIN, overlay }).broadcast(
      MESSAGE,
    );
    assert.ok(arrivals.every(({ at }, i) => at >= (arrivals[i - 1]?.at ?? 0)));
    // the sender sends to all its neighbours, everybody else to all but the first sender
    const copies = overlay.reduce((sum, neighbours, node) => {
      return sum + neighbours.length - (node === MESSAGE.from ? 0 : 1);
    }, 0);
    assert.equal(transmissions, copies);
    assert.equal(
      new AnalyticNetwork({ ...PLAIN, overlay: [[]] }).broadcast(MESSAGE).transmissions,
      0,
    );
  });

  it('spreads delays over 1 ± jitter/2 by message and link', () => {
    const network = new AnalyticNetwork({ ...PLAIN, jitter: 0.2 });
    const delays = Array.from({ length: 2_000 }, (_, message) => {
      return network.direct({ ...MESSAGE, message, to: 1, at: 0 });
    });
    assert.ok(delays.every((us) => us >= 9_000 && us <= 11_000));
    const mean = delays.reduce((sum, us) => sum + us, 0) / delays.length;
    assert.ok(Math.abs(mean - 10_000) < (4 * 577) / Math.sqrt(2_000), `mean ${mean} µs`);
    assert.ok(Math.max(...delays) - Math.min(...delays) > 1_900);
  });

  it('repairs the share of copies that is lost after a heartbeat', () => {
    const network = new AnalyticNetwork({ ...PLAIN, lossShare: 0.25 });
    const delays = Array.from({ length: 4_000 }, (_, message) => {
      return network.direct({ ...MESSAGE, message, to: 1, at: 0 });
    });
    assert.deepEqual(
      [...new Set(delays)].sort((a, b) => a - b),
      [10_000, 1_010_000],
    );
    const lost = delays.filter((us) => us > 10_000).length;
    assert.ok(Math.abs(lost - 1_000) < 4 * Math.sqrt(750), `${lost} of 4000 were lost`);
  });

  it('sends one copy after the other through the uplink', () => {
    const star: Overlay = [[1, 2, 3], [0], [0], [0]];
    const network = new AnalyticNetwork({ ...PLAIN, overlay: star, bandwidthMbps: 8 });
    const { arrivals } = network.broadcast(MESSAGE);
    // 1000 bytes at 8 Mbit/s take 1 ms each
    assert.deepEqual(
      arrivals.map(({ node, at }) => [node, at]),
      [
        [1, 12_000],
        [2, 13_000],
        [3, 14_000],
      ],
    );
    assert.equal(network.direct({ ...MESSAGE, to: 3 }), 12_000);
  });

  it('delivers to oneself at once', () => {
    assert.equal(new AnalyticNetwork(PLAIN).direct({ ...MESSAGE, to: 0 }), MESSAGE.at);
  });
});

/** Bellman and Ford: relaxes every link as often as there are nodes. */
function shortestPaths(
  overlay: Overlay,
  link: (a: number, b: number) => number,
  from: number,
): readonly number[] {
  const best = overlay.map((_, node) => (node === from ? 0 : Number.POSITIVE_INFINITY));
  for (let round = 0; round < overlay.length; round++) {
    for (const [a, neighbours] of overlay.entries()) {
      for (const b of neighbours) {
        best[b] = Math.min(best[b] ?? 0, (best[a] ?? 0) + link(a, b));
      }
    }
  }
  return best;
}
