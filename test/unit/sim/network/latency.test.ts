import assert from 'node:assert/strict';
import { RandomStream } from '../../../../sim/kernel/random.ts';
import { latencyModel } from '../../../../sim/network/latency.ts';
import { REGION_LATENCY_MS, REGION_WEIGHTS, REGIONS } from '../../../../sim/network/regions.ts';
import { parseConfigText, resolveScenario, type Scenario } from '../../../../src/config/index.ts';

const DEFAULTS = resolveScenario(parseConfigText('name: latency', 'latency')).network;

describe('latency', () => {
  it('constant is the same on every link, and never nothing', () => {
    assert.equal(model({ kind: 'constant', delayMs: 12.5 })(3, 7), 12_500);
    assert.equal(model({ kind: 'constant', delayMs: 0 })(3, 7), 50);
  });

  it('uniform lies between its limits, the same both ways, evenly over links', () => {
    const delay = model({ kind: 'uniform', minMs: 10, maxMs: 90 });
    const delays: number[] = [];
    for (let a = 0; a < 100; a++) {
      for (let b = a + 1; b < 100; b++) {
        assert.equal(delay(a, b), delay(b, a));
        delays.push(delay(a, b));
      }
    }
    assert.ok(delays.every((us) => us >= 10_000 && us <= 90_000));
    const mean = delays.reduce((sum, us) => sum + us, 0) / delays.length;
    // a deviation of 80 ms / √12 over 4950 links
    assert.ok(Math.abs(mean - 50_000) < (4 * 23_094) / Math.sqrt(4950), `mean ${mean} µs`);
    assert.notEqual(delay(1, 2), model({ kind: 'uniform', minMs: 10, maxMs: 90 }, 2)(1, 2));
  });

  it('by regions takes the table, and places nodes by its weights', () => {
    const delay = model({ kind: 'regions' }, 1, 4000);
    const total = REGION_WEIGHTS.reduce((sum, weight) => sum + weight, 0);
    const fromFirst = Array.from({ length: 3999 }, (_, i) => delay(0, i + 1));
    const home = homeOf(delay(0, 0), fromFirst);
    const row = REGION_LATENCY_MS[home] ?? [];
    for (const ms of new Set(row)) {
      const weight = REGION_WEIGHTS.reduce((sum, w, i) => sum + (row[i] === ms ? w : 0), 0);
      const wanted = (3999 * weight) / total;
      const count = fromFirst.filter((us) => us === ms * 1000).length;
      assert.ok(Math.abs(count - wanted) <= 4 * Math.sqrt(wanted) + 1, `${count} at ${ms} ms`);
    }
    assert.equal(REGION_WEIGHTS.length, REGIONS.length);
    assert.ok(REGION_LATENCY_MS.every((each) => each.length === REGIONS.length));
  });
});

function model(latency: Scenario['network']['latency'], seed = 1, nodeCount = 100) {
  const network = { ...DEFAULTS, latency };
  return latencyModel(network, { nodeCount, seed, random: new RandomStream(seed, 'network') });
}

/** The region whose row of the table has all delays that were seen. */
function homeOf(ownUs: number, seenUs: readonly number[]): number {
  return REGION_LATENCY_MS.findIndex((row, i) => {
    const known = new Set(row.map((ms) => ms * 1000));
    return (row[i] ?? 0) * 1000 === ownUs && seenUs.every((us) => known.has(us));
  });
}
