/** Figures: drawn without a browser, the same everywhere, readable on screen and as files. */
import assert from 'node:assert/strict';
import { claimsCsv, readClaims } from '../../../../sim/report/claims-csv.ts';
import { configDifferences } from '../../../../sim/report/configuration.ts';
import { intervalChart } from '../../../../sim/report/figures/interval-chart.ts';
import { lineChart } from '../../../../sim/report/figures/line-chart.ts';
import { SERIES_COLOURS } from '../../../../sim/report/figures/palette.ts';
import { inlineSvg, standaloneSvg } from '../../../../sim/report/figures/render.ts';
import { bandHalfWidth } from '../../../../sim/report/figures/step-chart.ts';
import { facetsOf } from '../../../../sim/report/page/arrangement.ts';
import { AssayError } from '../../../../src/base/index.ts';
import { claim, drawn, wrongClaim } from '../report-sample.ts';
import { tinyPlan } from '../sweep/tiny.ts';

const TEXT = {
  id: 'x',
  title: 'A <title>',
  finding: 'What "it" shows.',
  table: { columns: [], rows: [] },
};

const ROW = { value: 0.2, low: 0.1, high: 0.4, expected: 0.3, tip: 'share 0.2\nn = 10' };

const lines = lineChart({
  ...TEXT,
  rows: [1, 2, 3].flatMap((x) => [
    { ...ROW, x, series: 'a' },
    { ...ROW, x, series: 'b' },
  ]),
  series: ['a', 'b'],
  unit: 'share',
  xTitle: 'x',
  yTitle: 'y',
  isJoined: true,
});

describe('figures', () => {
  it('in a page take their colours from variables, and carry what a pointer shows', async () => {
    const svg = await inlineSvg(lines);
    assert.ok(svg.includes(`var(--series-0,${SERIES_COLOURS[0]})`));
    assert.ok(svg.includes(`var(--series-1,${SERIES_COLOURS[1]})`));
    assert.doesNotMatch(svg, /"#[0-9a-f]{6}"/);
    assert.equal([...svg.matchAll(/data-tip="share 0\.2(?:\n|&#10;|&#xA;)n = 10"/g)].length, 6);
    assert.match(
      svg,
      /^<svg role="img" viewBox="0 0 [\d.]+ [\d.]+" aria-label="What &quot;it&quot;/,
    );
    assert.doesNotMatch(svg, /url\(|<defs|\sid=/);
  });

  it('as files have plain colours, words, and a legend', async () => {
    const svg = await standaloneSvg(lines);
    assert.doesNotMatch(svg, /var\(/);
    assert.ok(
      svg.includes('<title>A &lt;title&gt;</title><desc>What &quot;it&quot; shows.</desc>'),
    );
    assert.match(svg, /role-legend/);
  });

  it('draw bands, and closed forms dashed', async () => {
    const svg = await inlineSvg(lines);
    assert.equal([...svg.matchAll(/stroke-dasharray="5,4"/g)].length, 2);
    assert.equal([...svg.matchAll(/opacity="0\.2"/g)].length, 2);
    assert.equal(lines.form, 'dashed line');
  });

  it('are the same each time, and as wide as a phone can show', async () => {
    assert.equal(await inlineSvg(lines), await inlineSvg(lines));
    const [, width = '0'] = /viewBox="0 0 ([\d.]+)/.exec(await inlineSvg(lines)) ?? [];
    assert.ok(Number(width) <= 440, width);
  });

  it('cut long names of rows instead of the room for values', async () => {
    const svg = await inlineSvg(
      intervalChart({
        ...TEXT,
        rows: [{ ...ROW, label: 'long '.repeat(30), series: '' }],
        series: [],
        unit: 'share',
        axisTitle: 'share',
        hasZero: false,
      }),
    );
    const [, width = '0'] = /viewBox="0 0 ([\d.]+)/.exec(svg) ?? [];
    assert.ok(Number(width) <= 440, width);
    assert.match(svg, /…/);
  });

  it('have bands of the width that Massart proved: 0.136 for a hundred samples', () => {
    assert.ok(Math.abs(bandHalfWidth(100) - 0.1358) < 1e-4);
  });
});

describe('how cells are arranged', () => {
  const kindsOf = (keys: string): readonly string[] =>
    facetsOf(tinyPlan(keys).cells).map(({ arrangement: { kind, series } }) => {
      return `${kind} ${series.length}`;
    });
  const list = (count: number, of: (i: number) => number): string =>
    Array.from({ length: count }, (_, i) => of(i)).join(', ');

  it('hangs on what varies', () => {
    const share = '    adversaries.0.share: [0.5, 0.6, 0.7]\n';
    const rounds = '    durationRounds: [2, 3]\n';
    assert.deepEqual(kindsOf(''), ['rows 0']);
    assert.deepEqual(kindsOf(`vary:\n  grid:\n${share}`), ['line 0']);
    assert.deepEqual(kindsOf(`vary:\n  grid:\n${share}${rounds}`), ['line 2']);
    assert.deepEqual(kindsOf('vary:\n  grid:\n    beacon.kind: [threshold, predictable]\n'), [
      'rows 0',
    ]);
    assert.deepEqual(kindsOf('arms:\n  a: {}\n  b: { durationRounds: 3 }\n'), ['rows 0']);
    assert.deepEqual(
      kindsOf(`vary:\n  grid:\n${share}arms:\n  a: {}\n  b: { network.degree: 4 }\n`),
      ['line 2'],
    );
  });

  it('is a heat map for two keys with many values, points for what is drawn at random', () => {
    const shares = `    adversaries.0.share: [${list(8, (i) => 0.5 + i / 20)}]\n`;
    const grid = `${shares}    durationRounds: [${list(7, (i) => 2 + i)}]\n`;
    assert.deepEqual(kindsOf(`vary:\n  grid:\n${grid}`), ['heat 0']);
    const ranges =
      '      adversaries.0.share: { from: 0.5, to: 0.9 }\n' +
      '      network.jitter: { from: 0, to: 0.5 }\n';
    assert.deepEqual(
      kindsOf(`vary:\n  random:\n    count: 20\n    seed: 1\n    ranges:\n${ranges}`),
      ['points 0', 'points 0'],
    );
  });
});

describe('what reports read back', () => {
  it('is every claim that was written, whatever the names of models hold', () => {
    const rows = [
      claim({ model: 'a "b",\nc', drawn: drawn('valid', { level: 2 }) }),
      wrongClaim({ index: 5 }),
    ];
    const [first, second, ...others] = readClaims(claimsCsv(rows), 'claims.csv');
    assert.deepEqual(others, []);
    assert.equal(first?.model, 'a "b",\nc');
    assert.deepEqual([first.level, first.verdict, first.finalMs], [2, 'valid', 3000]);
    assert.deepEqual([second?.isWrong, second?.isDrawn, second?.index], [true, false, 5]);
    assert.equal(second?.verdict, undefined);
  });

  it('is not a part of the claims: a damaged line is an error that names it', () => {
    const csv = claimsCsv([claim(), claim({ index: 1 }), claim({ index: 2 })]);
    const lines = csv.split('\n');
    const placeOf = (line: string): string => {
      const damaged = lines.with(2, line).join('\n');
      try {
        return `${readClaims(damaged, 'claims.csv').length} claims`;
      } catch (error) {
        assert.ok(error instanceof AssayError);
        return `${error.detail.code} ${error.detail.where}`;
      }
    };
    assert.equal(placeOf(lines[2] ?? ''), '3 claims');
    assert.equal(placeOf('garbage,1'), 'result-unreadable claims.csv:3');
    assert.equal(placeOf((lines[2] ?? '').replace(/^\d+/, 'x')), 'result-unreadable claims.csv:3');
  });

  it('is compared key by key, lists entry by entry if they are as long', () => {
    const first = { a: 1, b: { c: [1, 2] }, d: [{ e: 1 }], gone: true };
    const second = { a: 1, b: { c: [1, 2, 3] }, d: [{ e: 2 }], more: 'x' };
    assert.deepEqual(configDifferences(first, second), [
      { key: 'b.c', first: '[1,2]', second: '[1,2,3]' },
      { key: 'd.0.e', first: '1', second: '2' },
      { key: 'more', first: undefined, second: 'x' },
      { key: 'gone', first: 'true', second: undefined },
    ]);
  });
});
