import assert from 'node:assert/strict';
import { type MemorySample, slopeOf } from '../../../../src/cli/commands/testnet/chaos/memory.ts';

const MIB = 1024 ** 2;
const PERIOD_MS = 15_000;
const WARM_UP_MS = 120_000;

describe('slope of memory', () => {
  it('is that of a straight line, whatever the level of each life', () => {
    const samples = [...line('a', 100, 6), ...line('b', 300, 6)];
    const slope = slopeOf(samples, { of: 'heapBytes', warmUpMs: WARM_UP_MS });
    assert.ok(
      slope !== undefined && Math.abs(slope.mibPerHour - 6) < 1e-6,
      String(slope?.mibPerHour),
    );
    assert.equal(slope.lives, 2);
  });

  it('leaves out the beginning of a life', () => {
    const warm = line('a', 50, 0).map((sample, k) =>
      k * PERIOD_MS < WARM_UP_MS ? { ...sample, heapBytes: k * MIB } : sample,
    );
    const slope = slopeOf(warm, { of: 'heapBytes', warmUpMs: WARM_UP_MS });
    assert.ok(slope !== undefined && Math.abs(slope.mibPerHour) < 1e-6);
    const cold = slopeOf(warm, { of: 'heapBytes', warmUpMs: 0 });
    assert.ok(cold !== undefined && cold.mibPerHour > 5);
  });

  it('has an interval that holds the truth, and tells noise from growth', () => {
    const noise = (k: number): number => ((k * 7919) % 13) - 6;
    const noisy = line('a', 100, 0).map((s, k) => ({
      ...s,
      heapBytes: s.heapBytes + noise(k) * MIB,
    }));
    const slope = slopeOf(noisy, { of: 'heapBytes', warmUpMs: WARM_UP_MS });
    assert.ok(slope !== undefined && slope.low < 0 && slope.high > 0);
    const grows = line('a', 100, 100).map((s, k) => ({
      ...s,
      heapBytes: s.heapBytes + noise(k) * MIB,
    }));
    const growing = slopeOf(grows, { of: 'heapBytes', warmUpMs: WARM_UP_MS });
    assert.ok(growing !== undefined && growing.low > 0);
    assert.ok(growing.low < 100 && growing.high > 100);
  });

  it('says nothing of a run that was too short', () => {
    const short = line('a', 100, 1).slice(0, 9);
    assert.equal(slopeOf(short, { of: 'rssBytes', warmUpMs: WARM_UP_MS }), undefined);
  });
});

/** An hour of a life. */
function line(life: string, mib: number, mibPerHour: number): readonly MemorySample[] {
  return Array.from({ length: 240 }, (_, k) => {
    const bytes = (mib + (mibPerHour * k * PERIOD_MS) / 3_600_000) * MIB;
    return { atMs: 1e12 + k * PERIOD_MS, life, heapBytes: bytes, rssBytes: 2 * bytes };
  });
}
