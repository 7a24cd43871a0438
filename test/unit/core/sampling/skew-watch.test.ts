/** [TIME-4] A wrong clock is told from a late beacon. */
import { deepStrictEqual, equal } from 'node:assert/strict';
import { round, timeMs } from '../../../../src/base/index.ts';
import { SkewWatch } from '../../../../src/core/sampling/skew-watch.ts';
import { TEST_PARAMETERS } from '../../../support/cluster-network.ts';

/** Feeds arrivals as [round, local time, skew]; returns what the watch found after each. */
function watch(arrivals: readonly (readonly [number, number, number])[]): readonly boolean[] {
  const skewWatch = new SkewWatch(TEST_PARAMETERS);
  return arrivals.map(([r, now, skewMs]) => {
    skewWatch.observe({ round: round(r), now: timeMs(now), skewMs });
    return skewWatch.isSkewed;
  });
}

describe('[TIME-4] the clock watch', () => {
  it('finds a clock wrong after two regular beacons far from their time', () => {
    const arrivals = [[1, 1000, 300] as const, [2, 2000, 300] as const];
    deepStrictEqual(watch(arrivals), [false, true]);
    deepStrictEqual(watch(arrivals.map(([r, now, skew]) => [r, now, -skew] as const)), [
      false,
      true,
    ]);
  });

  it('accepts skew up to the limit', () => {
    deepStrictEqual(
      watch([
        [1, 1000, 250],
        [2, 2000, 250],
      ]),
      [false, false],
    );
  });

  it('concludes nothing from beacons that stall or come in a burst', () => {
    deepStrictEqual(
      watch([
        [1, 1000, 0],
        [2, 9000, 7000],
        [3, 9000, 6000],
        [4, 9001, 5001],
      ]),
      [false, false, false, false],
    );
  });

  it('forgives when beacons come in time again', () => {
    deepStrictEqual(
      watch([
        [1, 1000, 400],
        [2, 2000, 400],
        [3, 3000, 0],
        [4, 4000, 0],
      ]),
      [false, true, false, false],
    );
  });

  it('says it once', () => {
    const skewWatch = new SkewWatch(TEST_PARAMETERS);
    const said = [1, 2, 3, 4].map((r) =>
      skewWatch.observe({ round: round(r), now: timeMs(1000 * r), skewMs: 900 }),
    );
    equal(said.filter(Boolean).length, 1);
  });
});
