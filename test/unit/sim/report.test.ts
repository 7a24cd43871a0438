import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { claimRows } from '../../../sim/metrics/claims.ts';
import type { Expected } from '../../../sim/metrics/rate.ts';
import { claimsCsv } from '../../../sim/report/claims-csv.ts';
import { ClosedForms } from '../../../sim/report/expected.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatInterval,
  formatNumber,
  formatShare,
} from '../../../sim/report/format.ts';
import { claimReport, honestReport, summarise, wrongReport } from '../../../sim/report/result.ts';
import { commandLines, reportTable } from '../../../sim/report/table.ts';
import { claim, drawn, sampleResult, smallSimulation, wrongClaim } from './report-sample.ts';

const CARTEL = 'adversaries.0={ behaviour: cartel, share: 0.2, providerShare: 0.5 }';

describe('closed forms beside a run', () => {
  const wrong = [wrongClaim({ drawn: drawn('invalid') })];
  const right = [claim({ drawn: drawn('valid') })];

  it('take the stake of a cartel for the votes that a wrong claim of its provider gets', () => {
    const forms = new ClosedForms(smallSimulation(CARTEL));
    near(forms.captured(wrong), 4.672e-3, 'exact');
    near(forms.wrongAccepted(wrong), 0.2 ** 7, 'exact');
  });

  it('give a cheater outside the cartel no votes', () => {
    const forms = new ClosedForms(smallSimulation(CARTEL));
    const alone = [wrongClaim({ behaviour: 'substitute-model', drawn: drawn('invalid') })];
    near(forms.captured(alone), 0, 'exact');
    near(forms.captured([...wrong, ...alone]), 4.672e-3 / 2, 'exact');
  });

  it('count those who are down or silent as nobody who could tell', () => {
    const silent = 'adversaries.1={ behaviour: silent-validator, share: 0.2 }';
    const forms = new ClosedForms(smallSimulation(CARTEL, silent));
    // of seven seats five or more for it and the rest silent, f = s = 0.2
    const wanted = 21 * 0.2 ** 5 * 0.2 ** 2 + 7 * 0.2 ** 6 * 0.2 + 0.2 ** 7;
    near(forms.wrongAccepted(wrong), wanted, 'exact');
  });

  it('count what honest seats miss, and say that it is per seat', () => {
    const forms = new ClosedForms(smallSimulation(CARTEL, 'oracle.missShare=0.1'));
    near(forms.wrongAccepted(wrong), (0.2 + 0.8 * 0.1) ** 7, 'approximation');
  });

  it('expect challenges of right claims from false challengers and slanderers', () => {
    const challenger = 'adversaries.0={ behaviour: false-challenger, share: 0.1 }';
    const slander = 'adversaries.0={ behaviour: cartel, share: 0.2, withProvider: false }';
    const now = new ClosedForms(smallSimulation(challenger));
    near(now.challenged(right), 1 - 0.9 ** 7, 'exact');
    near(new ClosedForms(smallSimulation(slander)).challenged(right), 1 - 0.8 ** 7, 'exact');
    near(new ClosedForms(smallSimulation()).challenged(right), 0, 'exact');
    const half = new ClosedForms(smallSimulation(challenger, 'adversaries.0.challengeShare=0.5'));
    near(half.challenged(right), 1 - 0.95 ** 7, 'approximation');
  });

  it('bound rejected right claims by the capture of the first level that takes money', () => {
    const slander = 'adversaries.0={ behaviour: cartel, share: 0.5, withProvider: false }';
    const drawnLevel = ['parameters.levels=[7, 16]', 'parameters.slashSeats=16'];
    const forms = new ClosedForms(smallSimulation(slander, ...drawnLevel));
    // P[X ≥ 11] for 16 seats, f = 1/2
    near(forms.rightRejected(right), 6885 / 65536, 'upper-bound');
    near(new ClosedForms(smallSimulation(slander)).rightRejected(right), 0, 'upper-bound');
  });

  it('expect cheats to be caught as often as one of their claims is drawn', () => {
    const forms = new ClosedForms(smallSimulation('workload.classes={ spot: 0.5, full: 0.5 }'));
    const cheat = { behaviour: 'substitute-model', assuranceClass: 'spot' };
    const spot = [wrongClaim(cheat), wrongClaim(cheat)];
    near(forms.caught([spot]), 1 - 0.95 ** 2, 'lower-bound');
    near(forms.caught([spot, [wrongClaim()]]), (1 - 0.95 ** 2 + 1) / 2, 'lower-bound');
    near(forms.drawn([...spot, claim()]), (0.05 + 0.05 + 1) / 3, 'exact');
  });

  it('expect nobody to be caught where a third of the stake prevents every verdict', () => {
    const many = 'adversaries.0={ behaviour: cartel, share: 0.4, providerShare: 0.5 }';
    const forms = new ClosedForms(smallSimulation(many));
    const expected = forms.caught([[wrongClaim()]]);
    assert.match('reason' in expected ? expected.reason : '', /no level can convict/);
    near(forms.captured(wrong), 0.096256, 'exact');
  });

  it('are absent, with the reason, where they do not apply', () => {
    const reason = (expected: Expected) => ('reason' in expected ? expected.reason : '');
    const whole = new ClosedForms(smallSimulation(CARTEL, 'parameters.levels=[128]'));
    assert.match(reason(whole.captured(wrong)), /whole pool/);
    const ablated = new ClosedForms(smallSimulation(CARTEL, 'ablate=[VOTE-1]'));
    assert.match(reason(ablated.captured(wrong)), /VOTE-1/);
    const copier = 'adversaries.1={ behaviour: vote-copier, share: 0.1 }';
    const copied = new ClosedForms(smallSimulation(CARTEL, copier));
    assert.match(reason(copied.wrongAccepted(wrong)), /not independent/);
    // whom they follow may have made its measurement up: then they object to right answers
    assert.match(reason(copied.challenged(right)), /not independent/);
    assert.equal(copied.captured([]).value, null);
  });
});

describe('the result of a run', () => {
  const forms = new ClosedForms(smallSimulation(CARTEL));

  it('counts wrong answers by how far they came', () => {
    const rows = [
      claim({ drawn: drawn('valid') }),
      wrongClaim({ isSealed: false }),
      wrongClaim(),
      wrongClaim({ drawn: drawn('valid') }),
      wrongClaim({ drawn: drawn('invalid', { isCertifiedValidAtLevel0: true, level: 1 }) }),
      wrongClaim({ provider: 2, drawn: drawn('inconclusive') }),
      wrongClaim({ provider: 3, drawn: drawn('unavailable') }),
      wrongClaim({ provider: 4, isSealed: false }),
    ];
    const report = wrongReport(rows, forms);
    const { answered, unsealed, undrawn, drawn: drawnCount } = report;
    assert.deepEqual([answered, unsealed, undrawn, drawnCount], [7, 2, 1, 4]);
    assert.deepEqual([report.accepted.count, report.accepted.of], [1, 4]);
    assert.deepEqual([report.capturedAtLevel0.count, report.capturedAtLevel0.of], [2, 4]);
    // of providers 1, 2 and 3; 4 sealed nothing
    assert.deepEqual([report.caughtProviders.count, report.caughtProviders.of], [2, 3]);
  });

  it('counts what befell right answers', () => {
    const right = [
      { ...claim(), drawn: drawn('valid', { challengedLevels: [0, 1] }) },
      { ...claim(), drawn: drawn('valid', { challengedLevels: [1] }) },
      { ...claim(), drawn: drawn('unavailable') },
      { ...claim(), drawn: drawn('inconclusive') },
    ];
    const { rejected, challengedAtLevel0 } = honestReport(right, forms);
    assert.deepEqual([rejected.count, rejected.of], [1, 4]);
    assert.deepEqual([challengedAtLevel0.count, challengedAtLevel0.of], [1, 4]);
  });

  it('counts draws among sealed claims, by class', () => {
    const rows = [
      claim({ drawn: drawn('valid') }),
      claim({ assuranceClass: 'spot' }),
      claim({ isSealed: false }),
    ];
    const report = claimReport(rows, forms);
    assert.deepEqual([report.sealed.count, report.sealed.of], [2, 3]);
    assert.deepEqual([report.drawn.count, report.drawn.of], [1, 2]);
    assert.deepEqual(Object.keys(report.drawnByClass), ['full', 'spot']);
    const { spot } = report.drawnByClass;
    assert.equal(spot?.expected.value, 0.05);
  });

  it('of a real run is plain data that adds up', () => {
    const simulation = smallSimulation(CARTEL);
    while (simulation.world.run(100_000));
    const result = summarise(simulation);
    assert.deepEqual(JSON.parse(JSON.stringify(result)), result);
    const sum = (counts: object) => Object.values(counts).reduce((all, n) => all + n, 0);
    const { right, wrong } = result.verdicts;
    assert.equal(sum(right) + sum(wrong), result.claims.drawn.count);
    assert.equal(sum(wrong), result.wrong.drawn);
    assert.equal(sum(result.levels.wrong), result.wrong.drawn);
    assert.equal(result.claims.answered, claimRows(simulation).length);
    assert.ok(result.wrong.drawn > 0 && wrong.invalid === result.wrong.drawn);
    assert.equal(right.valid, sum(right));
    assert.equal(result.time.toFinal.count, result.claims.drawn.count);
    assert.deepEqual(result.invariants.violations, {});
  });
});

describe('the report for a terminal', () => {
  const replay = ['npx', 'assay', 'sim', 'run', 'configs/scenarios/sample.yaml', '--seed', '7'];
  const options = { hasColour: false, folder: 'runs/sample-7', replay };

  for (const columns of [80, 60]) {
    it(`says at ${columns} columns what is in ${columns} columns, and nothing beyond`, () => {
      const table = reportTable(sampleResult(), { ...options, columns });
      const path = new URL(`report-${columns}.txt`, import.meta.url);
      const { REWRITE } = process.env;
      if (REWRITE === '1') writeFileSync(path, table);
      assert.equal(table, readFileSync(path, 'utf8'));
      const wide = table.split('\n').filter((line) => line.length > columns);
      assert.deepEqual(wide, []);
    });
  }

  it('is painted only if asked, with the same words', () => {
    const plain = reportTable(sampleResult(), { ...options, columns: 80 });
    const painted = reportTable(sampleResult(), { ...options, columns: 80, hasColour: true });
    assert.ok(!plain.includes('\u001b'));
    assert.ok(painted.includes('\u001b[31m'));
    const parts = painted.split('\u001b').map((part) => part.replace(/^\[\d+m/, ''));
    assert.equal(parts.join(''), plain);
  });

  it('breaks a long command where a shell goes on, and quotes what a shell would change', () => {
    const words = ['npx', 'assay', 'sim', 'run', 'a b.yaml', '--seed', '7', '--set', "x=[it's]"];
    assert.deepEqual(commandLines(words, 40), [
      "  npx assay sim run 'a b.yaml' \\",
      "    --seed 7 --set 'x=[it'\\''s]'",
    ]);
  });

  it('writes numbers with three digits', () => {
    const numbers = [0, 0.00467, 1.28e-5, 22.44, 3779.6, 13_660, 7_292_400, -304_050, 999_999];
    assert.deepEqual(numbers.map(formatNumber), [
      ...['0', '0.00467', '1.28e-5', '22.4', '3,780', '13.7 k', '7.29 M', '-304 k', '1 M'],
    ]);
    const shares = [0, 0.255, 1, 0.99999, 0.000982, 5.55e-15];
    assert.deepEqual(shares.map(formatShare), [
      ...['0 %', '25.5 %', '100 %', '>99.9 %', '0.0982 %', '5.55e-15'],
    ]);
    assert.equal(formatInterval({ low: 0, high: 0.1426 }), '[0, 14.3] %');
    assert.equal(formatInterval({ low: 0.99954, high: 1 }), '[>99.9, 100] %');
    // in per cent, however small: 0 of a million has an upper end of 3.69e-6, which is 0.000369 %
    assert.equal(formatInterval({ low: 0, high: 3.69e-6 }), '[0, 3.69e-4] %');
    assert.equal(formatCount(1234567), '1,234,567');
    assert.deepEqual([formatBytes(999), formatBytes(2_193_612)], ['999 B', '2.19 MB']);
    assert.deepEqual([formatDuration(345), formatDuration(9531)], ['345 ms', '9.53 s']);
  });
});

describe('claims.csv', () => {
  it('has one line per answered claim; what a claim does not have is empty', () => {
    const rows = [
      claim({ model: 'a,"b"' }),
      wrongClaim({ drawn: drawn('invalid', { level: 1, challengedLevels: [0, 1] }) }),
    ];
    assert.deepEqual(claimsCsv(rows).split('\n'), [
      'provider,behaviour,model,class,round,index,variant,wrong,sealed,drawn,verdict,level,' +
        'challenged_levels,level0_valid,answered_ms,certified_ms,final_ms',
      '0,honest,"a,""b""",full,2,0,reference,0,1,0,,,,,1000,,',
      '1,cartel,mlp-0,full,2,0,int8,1,1,1,invalid,1,0 1,0,1000,2500,3000',
      '',
    ]);
  });
});

function near(expected: Expected, value: number, kind: string): void {
  assert.ok(expected.value !== null, 'reason' in expected ? expected.reason : '');
  const scale = Math.max(Math.abs(value), 1e-300);
  assert.ok(
    Math.abs(expected.value - value) <= 1e-9 * scale,
    `${expected.value} instead of ${value}: ${expected.form}`,
  );
  assert.equal(expected.kind, kind);
}
