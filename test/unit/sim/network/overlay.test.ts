import assert from 'node:assert/strict';
import { RandomStream } from '../../../../sim/kernel/random.ts';
import { buildOverlay, type Overlay } from '../../../../sim/network/overlay.ts';

describe('the overlay', () => {
  for (const [nodeCount, degree] of [
    [1, 8],
    [2, 8],
    [5, 8],
    [40, 2],
    [40, 8],
    [301, 7],
  ] as const) {
    it(`of ${nodeCount} nodes with ${degree} links each connects all, both ways`, () => {
      const overlay = buildOverlay(nodeCount, degree, new RandomStream(1, 'overlay'));
      assert.equal(overlay.length, nodeCount);
      for (const [node, neighbours] of overlay.entries()) {
        assert.deepEqual(
          neighbours,
          [...new Set(neighbours)].sort((a, b) => a - b),
        );
        assert.ok(!neighbours.includes(node), `${node} is its own neighbour`);
        for (const other of neighbours) assert.ok(overlay[other]?.includes(node), 'one way only');
      }
      assert.equal(reachable(overlay), nodeCount);
      const links = overlay.reduce((sum, neighbours) => sum + neighbours.length, 0) / 2;
      const most = (nodeCount * (nodeCount - 1)) / 2;
      assert.equal(links, Math.min(most, Math.floor((nodeCount * degree) / 2)));
    });
  }

  it('differs by stream, and by nothing else', () => {
    const build = (seed: number) => buildOverlay(40, 6, new RandomStream(seed, 'overlay'));
    assert.deepEqual(build(1), build(1));
    assert.notDeepEqual(build(1), build(2));
  });
});

function reachable(overlay: Overlay): number {
  const seen = new Set([0]);
  for (const node of seen) for (const other of overlay[node] ?? []) seen.add(other);
  return seen.size;
}
