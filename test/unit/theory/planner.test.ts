import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  captured,
  leastSamplingRate,
  planNetwork,
  quorumOf,
  TheoryError,
} from '../../../src/theory/index.ts';

const WISH = { epsilon: 1e-9, adversary: 0.25, cost: 1, reward: 1.2, gain: 0, overhead: 0.5 };

describe('theory: the planner', () => {
  it('chooses the least level 0 that nothing passes unseen, and a last level of 128', () => {
    const plan = planNetwork(WISH);
    assert.deepEqual(
      plan.levels.map(({ seats }) => seats),
      [15, 60, 128],
    );
    assert.ok(0.25 ** 15 <= 1e-9 && 0.25 ** 14 > 1e-9);
    assert.equal(plan.slashSeats, 128);
  });

  it('keeps its promises whatever is asked', () => {
    const wish = fc.record({
      epsilon: fc.constantFrom(1e-3, 1e-6, 1e-9, 1e-12),
      adversary: fc.double({ min: 0.01, max: 0.32, noNaN: true }),
      cost: fc.double({ min: 0.1, max: 100, noNaN: true }),
      reward: fc.double({ min: 0.1, max: 100, noNaN: true }),
      gain: fc.double({ min: 0, max: 1000, noNaN: true }),
      overhead: fc.double({ min: 0.1, max: 10, noNaN: true }),
    });
    fc.assert(
      fc.property(wish, (asked) => {
        const plan = planNetwork(asked);
        const { epsilon, adversary, cost, gain, reward } = asked;
        const last = plan.levels.at(-1);
        assert.ok(plan.escaped <= epsilon * (1 + 1e-12));
        assert.ok((last?.captured ?? 1) <= epsilon && (last?.seats ?? 0) >= 128);
        for (const { seats, captured: share } of plan.levels) {
          const law = { seats, adversary, quorum: quorumOf(seats) };
          assert.equal(share, captured(law));
        }
        const seats = plan.levels.map((level) => level.seats);
        assert.deepEqual(
          [...new Set(seats)].sort((a, b) => a - b),
          seats,
          'levels grow',
        );
        const least = leastSamplingRate({
          cost: cost + gain,
          reward,
          slash: plan.slash,
          collusion: plan.escaped,
          miss: 0,
          falseAlarm: 0,
        });
        assert.equal(least, plan.leastSamplingRate);
        assert.ok((least ?? 1) <= plan.samplingRate, 'cheating loses');
        if (plan.runLength > 1) assert.ok(plan.overhead <= asked.overhead * (1 + 1e-12));
      }),
      { numRuns: 50 },
    );
  });

  it('asks for a larger slash when a wrong answer is worth more', () => {
    const more = planNetwork({ ...WISH, gain: 10 });
    assert.ok(more.slash > 10 * planNetwork(WISH).slash);
  });

  it('refuses what no sizes withstand', () => {
    const bad: readonly (readonly [object, RegExp])[] = [
      [{ adversary: 0.34 }, /adversary: must be at most 1\/3/],
      [{ cost: 0 }, /cost: must be above 0/],
      [{ overhead: 0 }, /overhead: must be above 0/],
      [{ overhead: 1e-9 }, /overhead: pays for less than one drawn claim/],
      [{ reward: -1 }, /reward: must be 0 or more/],
      [{ epsilon: 2 }, /./],
    ];
    for (const [change, wanted] of bad) {
      assert.throws(
        () => planNetwork({ ...WISH, ...change }),
        (error) => error instanceof TheoryError && wanted.test(error.message),
      );
    }
  });
});
