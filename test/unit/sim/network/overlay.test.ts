import assert from 'node:assert/strict';
import { RandomStream } from '../../../../sim/kernel/random.ts';
import {
  buildOverlay,
  LINK_DELAY_MAX_US,
  measureLinks,
  NODE_BITS,
  NODE_MASK,
  neighboursOf,
  type Overlay,
} from '../../../../sim/network/overlay.ts';

describe('the overlay', () => {
  for (const [nodeCount, degree] of [
    [1, 8],
    [2, 8],
    [3, 2],
    [5, 8],
    [40, 2],
    [40, 8],
    [90, 80],
    [301, 7],
  ] as const) {
    it(`of ${nodeCount} nodes with ${degree} links each connects all, both ways`, () => {
      const overlay = buildOverlay(nodeCount, degree, new RandomStream(1, 'overlay'));
      assert.equal(overlay.nodeCount, nodeCount);
      for (let node = 0; node < nodeCount; node++) {
        const neighbours = neighboursOf(overlay, node);
        assert.deepEqual(
          neighbours,
          [...new Set(neighbours)].sort((a, b) => a - b),
        );
        assert.ok(!neighbours.includes(node), `${node} is its own neighbour`);
        for (const other of neighbours) {
          assert.ok(neighboursOf(overlay, other).includes(node), 'one way only');
        }
      }
      assert.equal(reachable(overlay), nodeCount);
      const most = (nodeCount * (nodeCount - 1)) / 2;
      const wanted = Math.min(most, Math.floor((nodeCount * degree) / 2));
      assert.equal(overlay.links.length / 4, wanted);
    });
  }

  it('says of each link where the way back is', () => {
    const overlay = buildOverlay(60, 7, new RandomStream(2, 'overlay'));
    const { offsets, links } = overlay;
    for (let node = 0; node < 60; node++) {
      for (let link = offsets[node] ?? 0; link < (offsets[node + 1] ?? 0); link++) {
        const word = links[2 * link] ?? 0;
        const back = (offsets[word & NODE_MASK] ?? 0) + (word >>> NODE_BITS);
        assert.equal((links[2 * back] ?? 0) & NODE_MASK, node);
      }
    }
  });

  it('is measured link by link, rounded and cut, by the names of its nodes', () => {
    const overlay = buildOverlay(3, 2, new RandomStream(1, 'overlay'));
    const delays: Record<string, number> = {
      ...{ '10>20': 1000.4, '20>10': 1000.6, '10>30': 7 * LINK_DELAY_MAX_US },
      ...{ '30>10': 3, '20>30': 4, '30>20': 5 },
    };
    const latency = (from: number, to: number) => delays[`${from}>${to}`] ?? Number.NaN;
    assert.equal(
      measureLinks(overlay, latency, (node) => 10 * (node + 1)),
      3,
    );
    const measured = [...overlay.links].filter((_, i) => i % 2 === 1);
    assert.deepEqual(measured, [1000, LINK_DELAY_MAX_US, 1001, 4, 3, 5]);
  });

  it('draws its links evenly', () => {
    const counts = new Map<number, number>();
    for (let seed = 0; seed < 200; seed++) {
      const overlay = buildOverlay(20, 6, new RandomStream(seed, 'overlay'));
      for (const other of neighboursOf(overlay, 7)) {
        counts.set(other, (counts.get(other) ?? 0) + 1);
      }
    }
    // 6 of 19 neighbours, 200 times
    const wanted = (200 * 6) / 19;
    for (const [node, count] of counts) {
      assert.ok(Math.abs(count - wanted) < 4.5 * Math.sqrt(wanted), `${node}: ${count}`);
    }
    assert.equal(counts.size, 19);
  });

  it('differs by stream, and by nothing else', () => {
    const build = (seed: number) => buildOverlay(40, 6, new RandomStream(seed, 'overlay'));
    assert.deepEqual(build(1), build(1));
    assert.notDeepEqual(build(1), build(2));
  });
});

function reachable(overlay: Overlay): number {
  const seen = new Set([0]);
  for (const node of seen) for (const other of neighboursOf(overlay, node)) seen.add(other);
  return seen.size;
}
