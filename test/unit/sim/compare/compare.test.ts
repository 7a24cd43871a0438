/** Two folders compared: who is paired with whom, what changed, and when a condition holds. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changeOf } from '../../../../sim/compare/change.ts';
import { type Comparison, compareResults } from '../../../../sim/compare/compare.ts';
import { holds, readCondition } from '../../../../sim/compare/condition.ts';
import { comparisonLines } from '../../../../sim/compare/text.ts';
import type { Metric } from '../../../../sim/metrics/metric.ts';
import { SweepFolder } from '../../../../sim/sweep/folder.ts';
import { AssayError } from '../../../../src/base/index.ts';
import { type MetricsOf, rate, storeSweep, value } from '../report/stored-sweep.ts';
import { tinyPlan } from '../sweep/tiny.ts';

const SHARES = 'vary:\n  grid:\n    adversaries.0.share: [0.5, 0.6]\n';
/** Noise that both folders share, as runs with the same seed do. */
const NOISE = [3, -40, 25, 60];

let place: string;

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'assay-compare-'));
});

afterEach(() => rmSync(place, { recursive: true }));

const latency =
  (change: (replica: number) => number): MetricsOf =>
  (cell, replica) => [
    value('latencyMsP99', 1000 + 100 * cell.index + (NOISE[replica] ?? 0) + change(replica)),
    rate('wrongAccepted', 0, 12),
  ];

function store(name: string, metricsOf: MetricsOf, keys = SHARES): string {
  const path = join(place, name);
  storeSweep(path, { keys: `${keys}replicas: 4\n`, metricsOf });
  return path;
}

function compare(first: string, second: string, ...conditions: readonly string[]): Comparison {
  return compareResults({ first, second, metrics: ['latencyMsP99', 'wrongAccepted'], conditions });
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof AssayError) return error.detail.code;
    throw error;
  }
  return 'nothing';
}

const base = latency(() => 0);
/** Slower by 9 to 11 ms: far below the noise between seeds. */
const slower = latency((replica) => 10 + (replica % 2 === 0 ? 1 : -1));

describe('pairs', () => {
  it('are runs of the same cell and seed: what both share cancels out', () => {
    const { changes, pairs, identical, byCell } = compare(store('a', base), store('b', slower));
    assert.equal(pairs, 8);
    assert.equal(identical, 8);
    const [change] = changes;
    assert.equal(change?.n, 8);
    assert.equal(change.method, 'student');
    assert.ok(Math.abs((change.difference ?? 0) - 10) < 1e-9);
    assert.ok((change.low ?? 0) > 9 && (change.high ?? 99) < 11, JSON.stringify(change));
    assert.deepEqual(
      byCell.map(({ label, changes: [first] }) => [label, first?.n]),
      [
        ['adversaries.0.share=0.5', 4],
        ['adversaries.0.share=0.6', 4],
      ],
    );
  });

  it('may be none: then that is said, and there are no empty tables', () => {
    const other = SHARES.replace('0.5, 0.6', '0.7, 0.8');
    const comparison = compare(store('a', base), store('b', base, other));
    const text = comparisonLines(comparison, { columns: 80 }).join('\n');
    assert.match(text, /Nothing can be compared: no cell is in both/);
    assert.doesNotMatch(text, /Changes from A to B|latencyMsP99|0 pairs/);
  });

  it('leave out cells that only one folder has, and say which', () => {
    const other = SHARES.replace('0.5, 0.6', '0.6, 0.7');
    const comparison = compare(store('a', base), store('b', base, other));
    assert.deepEqual(comparison.pairing.onlyFirst, ['adversaries.0.share=0.5']);
    assert.deepEqual(comparison.pairing.onlySecond, ['adversaries.0.share=0.7']);
    assert.equal(comparison.pairs, 4);
    const text = comparisonLines(comparison, { columns: 80 }).join('\n');
    assert.match(text, /Only in A, and left out:\n +adversaries\.0\.share=0\.5/);
  });

  it('are made by replica where no seed is in both, with a note', () => {
    const reseeded = store('b', slower, `seed: 99\n${SHARES}`);
    const comparison = compare(store('a', base), reseeded);
    assert.equal(comparison.pairs, 8);
    assert.deepEqual(
      comparison.pairing.cells.map(({ isSeeded }) => isSeeded),
      [false, false],
    );
    assert.match(comparisonLines(comparison, { columns: 80 }).join('\n'), /no seed is in both/);
  });
});

describe('what a comparison says first', () => {
  it('is what differs in the configuration, with both values', () => {
    const comparison = compare(
      store('a', base),
      store('b', base, `set: { durationRounds: 5 }\n${SHARES}`),
    );
    const keys = comparison.configuration.map(({ key, second }) => [key, second]);
    assert.deepEqual(keys, [['set.durationRounds', '5']]);
    const lines = comparisonLines(comparison, { columns: 80 });
    const at = (text: string): number => lines.findIndex((line) => line.includes(text));
    assert.ok(at('set.durationRounds: absent -> 5') > 0);
    assert.ok(at('Configuration: 1 difference') < at('Environment: the same'));
    assert.ok(at('Environment: the same') < at('Changes from A to B'));
  });
});

describe('where a sweep was run', () => {
  it('is compared as far as it was noted, and is no part of any result', () => {
    const [a, b] = [store('a', base), store('b', base)];
    const noted = { assay: '1.0.0', commit: 'abc', node: 'v22.1.0', os: 'linux' };
    const plan = tinyPlan(`${SHARES}replicas: 4\n`);
    SweepFolder.look(a, plan).noteEnvironment({ ...noted, node: 'v20.2.0' });
    SweepFolder.look(b, plan).noteEnvironment(noted);
    const { environment, identical, pairs } = compare(a, b);
    assert.deepEqual(environment, [{ key: 'Node', first: 'v20.2.0', second: 'v22.1.0' }]);
    assert.equal(identical, pairs);
  });
});

describe('changes', () => {
  const pairOf = (first: Metric, second: Metric) => {
    const run = (metric: Metric) => ({ seed: 1, replica: 0, digest: '', metrics: [metric] });
    return { first: run(first), second: run(second) };
  };

  it('of a rate that never differs have the interval of its counts, not one of no width', () => {
    const same = pairOf(rate('x', 0, 12), rate('x', 0, 12));
    const { n, low, high, method } = changeOf('x', [same, same]);
    assert.deepEqual([n, method], [2, 'newcombe']);
    // Wilson for 0 of 24 ends at 0.138
    assert.ok(Math.abs((high ?? 0) - 0.138) < 1e-3 && Math.abs((low ?? 0) + 0.138) < 1e-3);
  });

  it('of rates agree with the example of Newcombe (1998): 56 of 70 less 48 of 80', () => {
    const { difference, low, high } = changeOf('x', [pairOf(rate('x', 48, 80), rate('x', 56, 70))]);
    assert.ok(Math.abs((difference ?? 0) - 0.2) < 1e-9);
    assert.ok(Math.abs((low ?? 0) - 0.0524) < 1e-4, String(low));
    assert.ok(Math.abs((high ?? 0) - 0.3339) < 1e-4, String(high));
  });

  it('of one pair of a value have no interval, of none nothing', () => {
    const { difference, low, method } = changeOf('x', [pairOf(value('x', 5), value('x', 7))]);
    assert.deepEqual([difference, low, method], [2, null, 'none']);
    assert.equal(changeOf('y', [pairOf(value('x', 5), value('x', 7))]).difference, null);
    assert.equal(changeOf('x', [pairOf(rate('x', 0, 0), rate('x', 1, 2))]).n, 0);
  });
});

describe('conditions', () => {
  const judged = (second: MetricsOf, ...conditions: readonly string[]): readonly boolean[] =>
    compare(store('a', base), store('b', second), ...conditions).judgements.map(holds);

  it('hold when the change is beyond the limit, in per cent of the first or in its unit', () => {
    // 10 of some 1062 ms
    assert.deepEqual(judged(slower, 'latencyMsP99>+0.9%', 'latencyMsP99>+1%'), [true, false]);
    rmSync(place, { recursive: true });
    assert.deepEqual(judged(slower, 'latencyMsP99>+9', 'latencyMsP99 > +11'), [true, false]);
  });

  it('hold downward as well', () => {
    const faster = latency((replica) => -20 - replica);
    assert.deepEqual(judged(faster, 'latencyMsP99<-1%', 'latencyMsP99>+1%'), [true, false]);
  });

  it('do not hold when the change may be chance', () => {
    const erratic = latency((replica) => (replica === 0 ? 400 : -20));
    const { judgements } = compare(store('a', base), store('b', erratic), 'latencyMsP99>+1%');
    const [only] = judgements;
    assert.ok(only?.isBeyond);
    assert.equal(only.isClear, false);
    assert.equal(holds(only), false);
  });

  it('are decided by the change alone where one pair has no interval', () => {
    const one = (change: number, name: string) => {
      const path = join(place, name);
      storeSweep(path, {
        keys: 'replicas: 1\n',
        metricsOf: () => [value('latencyMsP99', 1000 + change)],
      });
      return path;
    };
    const options = { first: one(0, 'a'), second: one(60, 'b'), metrics: [] };
    const { judgements } = compareResults({ ...options, conditions: ['latencyMsP99>+5%'] });
    assert.deepEqual(judgements.map(holds), [true]);
  });

  it('are refused when they are not understood, with the nearest metric', () => {
    const known = ['latencyMsP99', 'gainPerSeat.lazy-validator'];
    const read = (text: string) => () => readCondition(text, known);
    assert.equal(codeOf(read('latencyMsP99')), 'condition-syntax');
    assert.equal(codeOf(read('latencyMsP99>5%')), 'condition-syntax');
    assert.equal(codeOf(read('latencyMsP99<+5%')), 'condition-syntax');
    assert.equal(codeOf(read('latencyMsP9>+5%')), 'unknown-metric');
    assert.throws(read('latencyMsP9>+5%'), /Did you mean latencyMsP99\?/);
    assert.equal(codeOf(read('gainPerSeat.lazy-validator>+1e-3')), 'nothing');
    assert.equal(codeOf(read('gainPerSeat>+0.5')), 'nothing');
  });

  it('on what no pair has are an error, not a success', () => {
    const a = store('a', base);
    const b = store('b', (cell, replica) => [...base(cell, replica), value('latencyMsP50', 1)]);
    assert.equal(
      codeOf(() => compare(a, b, 'latencyMsP50>+5%')),
      'nothing-to-judge',
    );
  });
});
