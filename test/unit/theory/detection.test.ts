import assert from 'node:assert/strict';
import {
  caught,
  claimsUntilCaught,
  escapedByBias,
  leastSamplingRate,
  leastSlashFactor,
  TheoryError,
} from '../../../src/theory/index.ts';

const HONEST = { collusion: 0, miss: 0, falseAlarm: 0 };

describe('theory: detection and deterrence', () => {
  it('catches in 99 of 100 who cheats on 1 in 20 of 1859 claims, 1 in 20 drawn', () => {
    const cheating = { rate: 0.05, cheatShare: 0.05, catchShare: 1 };
    assert.equal(caught({ ...cheating, claims: 1859 }).toFixed(3), '0.990');
    assert.ok(caught({ ...cheating, claims: 1858 }) < caught({ ...cheating, claims: 1859 }));
  });

  it('needs the numbers of claims in the table for 99 of 100', () => {
    const claims = (rate: number, cheatShare: number) =>
      claimsUntilCaught({ rate, cheatShare, catchShare: 1, target: 0.99 });
    assert.equal(claims(0.05, 0.05), 1840);
    assert.equal(claims(0.1, 0.05), 919);
    assert.equal(claims(0.01, 0.01), 46_050);
  });

  it('catches nobody without claims, sampling, cheats or a working detector', () => {
    const sure = { rate: 1, cheatShare: 1, catchShare: 1 };
    assert.equal(caught({ ...sure, claims: 0 }), 0);
    assert.equal(caught({ ...sure, claims: 1 }), 1);
    for (const key of ['rate', 'cheatShare', 'catchShare'] as const) {
      assert.equal(caught({ ...sure, [key]: 0, claims: 100 }), 0, key);
      assert.equal(claimsUntilCaught({ ...sure, [key]: 0, target: 0.5 }), undefined, key);
    }
    assert.equal(claimsUntilCaught({ ...sure, target: 0.5 }), 1);
  });

  it('loses one wrong answer with probability p^(2^j) where j last revealers choose', () => {
    const one = [{ wrong: 1, leaves: 10 }];
    const escaped = (revealers: number) => escapedByBias({ revealers, runs: one });
    assert.ok(Math.abs(escaped(0) - 0.9) < 1e-15);
    assert.ok(Math.abs(escaped(1) - 0.99) < 1e-15);
    assert.ok(Math.abs(escaped(2) - 0.9999) < 1e-15);
    // the fewer of two binomial (2, 1/2) counts: 0 in 7 of 16 cases, 1 in 8, 2 in 1
    const half = { wrong: 1, leaves: 2 };
    const two = escapedByBias({ revealers: 1, runs: [half, half] });
    assert.ok(Math.abs(two - (1 - 10 / 32)) < 1e-15);
    // of one run always one leaf is drawn, whatever the value
    assert.equal(escapedByBias({ revealers: 3, runs: [{ wrong: 2, leaves: 2 }] }), 0.5);
    const many = Array.from({ length: 40 }, () => ({ wrong: 1, leaves: 4 }));
    assert.ok(Math.abs(escapedByBias({ revealers: 0, runs: many }) - 0.75) < 1e-14);
    assert.throws(() => escapedByBias({ revealers: 0, runs: [] }), TheoryError);
    const beyond = [{ wrong: 3, leaves: 2 }];
    assert.throws(() => escapedByBias({ revealers: 0, runs: beyond }), TheoryError);
  });

  it('keeps its digits when cheats are rare', () => {
    const rare = { rate: 1e-12, cheatShare: 1e-6, catchShare: 1, claims: 1 };
    assert.equal(caught(rare).toPrecision(14), '1.0000000000000e-18');
  });

  it('meets the least sampling rate of the specification', () => {
    const rate = leastSamplingRate({ cost: 1, reward: 1.2, slash: 150, ...HONEST, collusion: 0.1 });
    assert.equal(rate?.toFixed(7), '0.0073551');
  });

  it('asks for more sampling with misses and false alarms, and gives up when nothing helps', () => {
    const stakes = { cost: 1, reward: 1.2, slash: 150 };
    const base = leastSamplingRate({ ...stakes, ...HONEST }) ?? 1;
    assert.ok((leastSamplingRate({ ...stakes, ...HONEST, miss: 0.1 }) ?? 0) > base);
    assert.ok((leastSamplingRate({ ...stakes, ...HONEST, falseAlarm: 0.1 }) ?? 0) > base);
    assert.equal(leastSamplingRate({ ...stakes, ...HONEST, collusion: 1 }), undefined);
    assert.equal(leastSamplingRate({ ...stakes, ...HONEST, slash: 0, reward: 0.5 }), undefined);
    assert.equal(leastSamplingRate({ ...stakes, ...HONEST, cost: 0 }), 0);
  });

  it('needs a slash of 99, 19 and 9 times the gain at rates of 1, 5 and 10 percent', () => {
    const factors = [0.01, 0.05, 0.1].map((rate) => leastSlashFactor({ rate, catchShare: 1 }));
    assert.deepEqual(factors.map(Math.round), [99, 19, 9]);
    assert.throws(() => leastSlashFactor({ rate: 0, catchShare: 1 }), TheoryError);
  });
});
