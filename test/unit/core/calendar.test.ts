/** [TIME-5] Deadlines: the table of a level, and their lengths under a stall and a burst. */
import { deepStrictEqual, equal } from 'node:assert/strict';
import { round, timeMs } from '../../../src/base/index.ts';
import { BeaconLog, Calendar, drawingRound, phaseRounds } from '../../../src/core/index.ts';
import { TEST_PARAMETERS } from '../../support/cluster-network.ts';

const ROUND_MS = 1000;
const bytes = new Uint8Array(32);

/** Lets beacons come at the given times; returns when each milestone passes, level and phase. */
function passes(
  beaconAt: (r: number) => number,
  { rounds = 30, executionRounds = 1 }: { rounds?: number; executionRounds?: number } = {},
): readonly string[] {
  const log = new BeaconLog(100);
  const lengths = phaseRounds(TEST_PARAMETERS, executionRounds);
  const calendar = new Calendar(round(4), lengths, ROUND_MS);
  const passed: string[] = [];
  let next = 1;
  for (let now = 0; now <= 40_000; now += 100) {
    while (next <= rounds && beaconAt(next) <= now) {
      log.add(round(next), { signature: bytes, randomness: bytes, knownAt: timeMs(now) });
      next += 1;
    }
    for (;;) {
      const milestone = calendar.advance(timeMs(now), log);
      if (milestone === undefined) break;
      passed.push(`${milestone.phase} ${milestone.level} at ${now / ROUND_MS}`);
    }
  }
  return passed;
}

const regular = (r: number) => r * ROUND_MS;

describe('[TIME-5] the calendar of a subject', () => {
  it('has the deadlines of the specification, in rounds from the drawing beacon', () => {
    deepStrictEqual(passes(regular).slice(0, 7), [
      'open 0 at 5',
      'commit 0 at 7',
      'output 0 at 8',
      'reveal 0 at 9',
      'challenge 0 at 10',
      'settle 0 at 11',
      'open 1 at 12',
    ]);
  });

  it('gives executions the rounds that they take', () => {
    deepStrictEqual(passes(regular, { executionRounds: 5 }).slice(0, 3), [
      'open 0 at 5',
      'commit 0 at 11',
      'output 0 at 12',
    ]);
  });

  it('keeps every phase its length when beacons stall and then come in a burst', () => {
    // beacons 5 to 12 all come at 12 s
    const burst = passes((r) => (r >= 5 && r <= 12 ? 12_000 : regular(r)));
    deepStrictEqual(burst.slice(0, 6), [
      'open 0 at 12',
      'commit 0 at 14',
      'output 0 at 15',
      'reveal 0 at 16',
      'challenge 0 at 17',
      'settle 0 at 18',
    ]);
  });

  it('waits for the beacon of a deadline, however long it takes', () => {
    const stall = passes((r) => (r >= 7 ? 20_000 + (r - 7) * 1000 : regular(r)));
    deepStrictEqual(stall.slice(0, 4), [
      'open 0 at 5',
      'commit 0 at 20',
      'output 0 at 21',
      'reveal 0 at 22',
    ]);
  });

  it('does not begin before its drawing beacon, and never ends without beacons [TIME-2]', () => {
    deepStrictEqual(passes(regular, { rounds: 3 }), []);
    deepStrictEqual(passes(regular, { rounds: 5 }), ['open 0 at 5']);
  });

  it('[SEAT-2] draws each level by a beacon that nothing but the manifest decides', () => {
    const lengths = phaseRounds(TEST_PARAMETERS, 2);
    deepStrictEqual(
      [0, 1, 2].map((level) => drawingRound(round(4), lengths, level)),
      [4, 12, 20],
    );
  });

  it('tells what has passed', () => {
    const log = new BeaconLog(100);
    const calendar = new Calendar(round(1), phaseRounds(TEST_PARAMETERS, 1), ROUND_MS);
    for (const r of [1, 2]) {
      const knownAt = timeMs(r * ROUND_MS);
      log.add(round(r), { signature: bytes, randomness: bytes, knownAt });
    }
    equal(calendar.nextDeadline(log), 2000);
    equal(calendar.advance(timeMs(1999), log), undefined);
    equal(calendar.hasPassed(0, 'open'), false);
    deepStrictEqual(calendar.advance(timeMs(2000), log), { level: 0, phase: 'open' });
    deepStrictEqual(
      [calendar.hasPassed(0, 'open'), calendar.hasPassed(0, 'commit')],
      [true, false],
    );
    equal(calendar.level, 0);
  });
});
