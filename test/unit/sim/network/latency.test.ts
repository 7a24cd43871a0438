import assert from 'node:assert/strict';
import { RandomStream } from '../../../../sim/kernel/random.ts';
import { latencyModel } from '../../../../sim/network/latency.ts';
import {
  parseConfigText,
  resolveScenario,
  type Scenario,
  shippedLatencyTable,
} from '../../../../src/config/index.ts';

const WORLD = shippedLatencyTable('gossipsub-interop');
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
    const delay = model({ kind: 'regions', table: 'gossipsub-interop' }, 1, 4000);
    const total = WORLD.weights.reduce((sum, weight) => sum + weight, 0);
    const fromFirst = Array.from({ length: 3999 }, (_, i) => delay(0, i + 1));
    const home = homeOf(delay(0, 0), fromFirst);
    const row = WORLD.oneWayMs[home] ?? [];
    for (const ms of new Set(row)) {
      const weight = WORLD.weights.reduce((sum, w, i) => sum + (row[i] === ms ? w : 0), 0);
      const wanted = (3999 * weight) / total;
      const count = fromFirst.filter((us) => us === ms * 1000).length;
      assert.ok(Math.abs(count - wanted) <= 4 * Math.sqrt(wanted) + 1, `${count} at ${ms} ms`);
    }
  });

  it('by regions places nodes by the weights of the scenario, where it has any', () => {
    const weights = { europe: 1 };
    const delay = model({ kind: 'regions', table: 'gossipsub-interop', weights }, 1, 50);
    for (let to = 1; to < 50; to++) assert.equal(delay(0, to), 2_000);
  });

  it('halves round trips, and keeps what differs both ways', () => {
    const csv = 'rtt-ms,a,b\na,2,30\nb,10,4';
    const delay = model({ kind: 'matrix', csv }, 1, 64);
    const seen = new Set<number>();
    for (let from = 0; from < 64; from++) {
      for (let to = 0; to < 64; to++) seen.add(delay(from, to));
    }
    assert.deepEqual(
      [...seen].sort((a, b) => a - b),
      [1_000, 2_000, 5_000, 15_000],
    );
    const there = Array.from({ length: 64 }, (_, to) => delay(0, to)).indexOf(15_000);
    const back = Array.from({ length: 64 }, (_, to) => delay(0, to)).indexOf(5_000);
    const [from, to] = there === -1 ? [back, 0] : [0, there];
    assert.equal(delay(from, to), 15_000);
    assert.equal(delay(to, from), 5_000);
  });

  it('log-normal has its median and its deviation, the same both ways', () => {
    const delay = model({ kind: 'lognormal', medianMs: 40, sigma: 0.5 });
    const logarithms: number[] = [];
    for (let a = 0; a < 100; a++) {
      for (let b = a + 1; b < 100; b++) {
        assert.equal(delay(a, b), delay(b, a));
        logarithms.push(Math.log(delay(a, b) / 40_000));
      }
    }
    const mean = logarithms.reduce((sum, x) => sum + x, 0) / logarithms.length;
    const square = logarithms.reduce((sum, x) => sum + x * x, 0) / logarithms.length;
    assert.ok(Math.abs(mean) < (4 * 0.5) / Math.sqrt(4950), `mean ${mean}`);
    assert.ok(Math.abs(square - 0.25) < 4 * 0.25 * Math.sqrt(2 / 4950), `square ${square}`);
  });
});

function model(latency: Scenario['network']['latency'], seed = 1, nodeCount = 100) {
  const network = { ...DEFAULTS, latency };
  return latencyModel(network, { nodeCount, seed, random: new RandomStream(seed, 'network') });
}

/** The region whose row of the table has all delays that were seen. */
function homeOf(ownUs: number, seenUs: readonly number[]): number {
  return WORLD.oneWayMs.findIndex((row, i) => {
    const known = new Set(row.map((ms) => ms * 1000));
    return (row[i] ?? 0) * 1000 === ownUs && seenUs.every((us) => known.has(us));
  });
}
