import assert from 'node:assert/strict';
import { claimRows, drawnClaim } from '../../../sim/metrics/claims.ts';
import { Decisions } from '../../../sim/metrics/decisions.ts';
import { netOf, pursesOf } from '../../../sim/metrics/money.ts';
import { durationsOf, medianOf, quantileOf } from '../../../sim/metrics/quantile.ts';
import { notExpected, rateOf } from '../../../sim/metrics/rate.ts';
import type { SubjectRecord } from '../../../sim/metrics/recorder.ts';
import { settleRun } from '../../../sim/metrics/settlement.ts';
import { timeMs, type Verdict } from '../../../src/base/index.ts';
import { claim, drawn, smallSimulation, wrongClaim } from './report-sample.ts';

const nothing = notExpected('');

describe('rates', () => {
  it('of ordinary events have Wilson intervals', () => {
    const rate = rateOf(10, 100, nothing);
    assert.equal(rate.method, 'wilson');
    // Newcombe (1998), method 3
    assert.deepEqual([rate.low.toFixed(4), rate.high.toFixed(4)], ['0.0552', '0.1744']);
  });

  it('of rare events, and of nearly certain ones, have exact intervals', () => {
    const none = rateOf(0, 24, nothing);
    assert.equal(none.method, 'clopper-pearson');
    // 1 − 0.025^(1/24)
    assert.ok(Math.abs(none.high - (1 - 0.025 ** (1 / 24))) < 1e-12);
    assert.equal(none.low, 0);
    assert.equal(rateOf(96, 100, nothing).method, 'clopper-pearson');
    assert.equal(rateOf(5, 10, nothing).method, 'wilson');
  });

  it('of nothing have no share', () => {
    const { share, low, high } = rateOf(0, 0, nothing);
    assert.deepEqual({ share, low, high }, { share: null, low: 0, high: 1 });
  });
});

describe('quantiles', () => {
  it('are samples, and at least that share of all are no larger', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
    const { p50Ms, p95Ms, p99Ms, maxMs, count } = durationsOf(hundred.toReversed());
    assert.deepEqual(
      [p50Ms?.value, p95Ms?.value, p99Ms?.value, maxMs, count],
      [50, 95, 99, 100, 100],
    );
  });

  it('of ten samples: the second and the ninth enclose the median at 95 %', () => {
    // Conover, Practical Nonparametric Statistics: P[2 ≤ B ≤ 8] = 0.9785 for B ~ binomial(10, 1/2)
    const ten = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    assert.deepEqual(quantileOf(ten, 0.5), { value: 5, low: 2, high: 9 });
  });

  it('have no bound where so few samples say nothing', () => {
    assert.deepEqual(quantileOf([1, 2, 3], 0.99), { value: 3, low: 2, high: null });
    assert.deepEqual(quantileOf([4], 0.5), { value: 4, low: null, high: null });
  });

  it('of nothing are absent', () => {
    assert.deepEqual(durationsOf([]), {
      count: 0,
      p50Ms: null,
      p95Ms: null,
      p99Ms: null,
      maxMs: null,
    });
    assert.equal(medianOf([]), undefined);
    assert.equal(medianOf([3, 1, 2, 4]), 2);
  });
});

describe('what became of a drawn claim', () => {
  it('is what most observers hold final, at the median time of these', () => {
    const record = recordOf([
      ['valid', 10],
      ['valid', 30],
      ['invalid', 5],
      ['valid', 20],
    ]);
    const { outcome, finalMs } = drawnClaim(record);
    assert.deepEqual({ outcome, finalMs }, { outcome: 'valid', finalMs: 20 });
  });

  it('is unresolved if nobody decided, or as many gave up as decided', () => {
    assert.equal(drawnClaim(recordOf([])).outcome, 'unresolved');
    const tie = recordOf([['valid', 10]]);
    tie.decisions.giveUp(9, timeMs(0));
    assert.deepEqual(drawnClaim(tie).outcome, 'unresolved');
    assert.equal(drawnClaim(tie).finalMs, undefined);
  });

  it('tells a wrong certificate of level 0 whatever was final', () => {
    const record = recordOf([['invalid', 10]]);
    record.certified.set(0, new Set<Verdict>(['valid']));
    record.challenged.add(0);
    const refused = recordOf([['valid', 10]]);
    refused.certified.set(0, new Set<Verdict>(['invalid']));
    assert.equal(drawnClaim(refused).isCertifiedValidAtLevel0, false);
    assert.equal(drawnClaim(record).isCertifiedValidAtLevel0, true);
    assert.deepEqual(drawnClaim(record).challengedLevels, [0]);
  });
});

describe('money', () => {
  it('goes into one purse each: all losses less rewards are in the pool or burned', () => {
    const adversaries = [
      'adversaries.0={ behaviour: substitute-model, share: 0.5 }',
      'adversaries.1={ behaviour: false-challenger, share: 0.1 }',
    ];
    const simulation = ranSimulation(...adversaries);
    const { pool, burned } = settleRun(simulation);
    const purses = pursesOf(simulation, claimRows(simulation));
    const lost = purses.reduce(
      (sum, p) =>
        sum +
        p.slashedStake +
        p.penaltyStake +
        p.challengeCostStake +
        p.verificationCostStake +
        p.reservedStake,
      0n,
    );
    const rewards = purses
      .filter(({ role }) => role === 'validator')
      .reduce((sum, { revenueStake }) => sum + revenueStake, 0);
    assert.equal(lost - BigInt(rewards), pool + burned);
    assert.ok(burned > 0n);
    assert.deepEqual(
      purses.map(({ role, behaviour }) => `${role} ${behaviour}`),
      [
        'provider honest',
        'provider substitute-model',
        'validator honest',
        'validator false-challenger',
      ],
    );
  });

  it('is earned with sealed claims that are not contested, and spent on what really ran', () => {
    const rows = [
      claim(),
      claim({ isSealed: false }),
      claim({ drawn: drawn('valid') }),
      claim({ drawn: drawn('inconclusive') }),
      claim({ drawn: drawn('unresolved') }),
      wrongClaim({ behaviour: 'honest', variant: 'int8' }),
      wrongClaim({ behaviour: 'honest', variant: 'cached', drawn: drawn('invalid') }),
    ];
    const [honest] = pursesOf(smallSimulation(), rows);
    // three are paid 1.2 units of 1000; five ran the reference, one a quarter of it, one nothing
    assert.equal(honest?.revenueStake, 3600);
    assert.equal(honest?.executionCostStake, 5250);
    assert.equal(honest?.units, 7);
  });

  it('is saved where executions that were due were not run, and a repeat is none', () => {
    const rows = [
      claim({ isRepeat: true }),
      wrongClaim({ behaviour: 'honest', variant: 'int8' }),
      wrongClaim({ behaviour: 'honest', variant: 'cached' }),
    ];
    const [repeats] = pursesOf(smallSimulation(), rows);
    // three quarters of a reference and a whole one; the repeat is neither paid nor computed
    assert.equal(repeats?.savedStake, 1750);
    assert.equal(repeats?.revenueStake, 2400);
    const lazy = 'adversaries.0={ behaviour: lazy-validator, share: 0.25 }';
    const simulation = ranSimulation(lazy);
    const purses = pursesOf(simulation, claimRows(simulation));
    const of = (behaviour: string) =>
      purses.find((purse) => purse.role === 'validator' && purse.behaviour === behaviour);
    assert.equal(of('honest')?.savedStake, 0);
    assert.equal(of('lazy-validator')?.executionCostStake, 0);
    const perSeat = (of('lazy-validator')?.savedStake ?? 0) / (of('lazy-validator')?.units ?? 0);
    // a claim is executed once for all seats of one holder
    assert.ok(perSeat > 200 && perSeat <= 1000, `${perSeat} saved for each seat`);
    assert.equal(of('lazy-validator')?.stake, 5_000_000n);
  });

  it('nets all costs but what requesters pay for', () => {
    const purse = {
      role: 'provider' as const,
      behaviour: 'honest',
      nodes: 1,
      stake: 0n,
      units: 1,
      revenueStake: 100,
      executionCostStake: 7,
      savedStake: 1000,
      slashedStake: 10n,
      escapedSlashStake: 1000n,
      penaltyStake: 11n,
      challengeCostStake: 12n,
      verificationCostStake: 13n,
      reservedStake: 1000n,
    };
    assert.equal(netOf(purse), 47);
  });
});

function ranSimulation(...overrides: readonly string[]): ReturnType<typeof smallSimulation> {
  const simulation = smallSimulation(...overrides);
  while (simulation.world.run(100_000));
  return simulation;
}

function recordOf(decisions: readonly (readonly [Verdict, number])[]): SubjectRecord {
  const held = new Decisions(10);
  for (const [node, [verdict, at]] of decisions.entries()) held.decide(node, verdict, timeMs(at));
  return {
    subject: { batch: 'batch' as SubjectRecord['subject']['batch'], index: 0 },
    drawnAt: timeMs(0),
    certifiedAt: undefined,
    certified: new Map(),
    decisions: held,
    level: 0,
    challenged: new Set(),
  };
}
