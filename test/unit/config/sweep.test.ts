import assert from 'node:assert/strict';
import {
  ConfigError,
  parseConfigText,
  resolveSweep,
  type Sweep,
  sweepSizes,
} from '../../../src/config/index.ts';

const BASE = 'name: s\nbase: { name: b }\n';

describe('config: sweeps', () => {
  it('fills in defaults', () => {
    const sweep = read('');
    assert.equal(sweep.seed, 1);
    assert.equal(sweep.replicas, undefined);
    assert.deepEqual(sweepSizes(sweep), [1, 1, 1, 1, 1]);
    assert.equal(
      read('until: { metric: x, halfWidth: 1, maxReplicas: 9 }').until?.blockReplicas,
      8,
    );
  });

  it('multiplies what varies: lists of the grid, one zip, one list, draws, arms', () => {
    const sweep = read(`vary:
  grid: { a: [1, 2], b: [1, 2, 3] }
  zip: { c: [1, 2, 3, 4], d: [1, 2, 3, 4] }
  list: [{ e: 1 }, { e: 2 }]
  random: { count: 5, ranges: { f: { from: 0, to: 1 } } }
  latinHypercube: { count: 7, ranges: { g: { from: 0, to: 1 } } }
arms: { x: {}, y: {}, z: {} }`);
    assert.deepEqual(sweepSizes(sweep), [2, 3, 4, 2, 5, 7, 3]);
  });

  it('refuses a billion cells with their number, before any is made', () => {
    const thousand = JSON.stringify(Array.from({ length: 1000 }, (_, i) => i));
    const text = `vary:\n  grid: { a: ${thousand}, b: ${thousand}, c: ${thousand} }`;
    const started = process.memoryUsage().heapUsed;
    const error = refused(text);
    assert.match(
      error.message,
      /s\.yaml:3:1: the sweep has 1,000,000,000 cells, more than 100,000/,
    );
    assert.match(error.message, /vary\.latinHypercube with a count/);
    assert.ok(process.memoryUsage().heapUsed - started < 100e6);
  });

  it('names line and column of each fault, and what would mend it', () => {
    const cases: readonly (readonly [text: string, wanted: RegExp])[] = [
      ['vari: {}', /s\.yaml:3:1: unknown key vari at the top\n\s*Did you mean vary\?/],
      ['replicas: 0', /s\.yaml:3:1: replicas must be a whole number from 1 /],
      [
        'replicas: 3\nuntil: { metric: x, halfWidth: 1, maxReplicas: 9 }',
        /4:1: replicas and until/,
      ],
      ['until: { metric: x, halfWidth: 1, maxReplicas: 4 }', /3:35: maxReplicas \(4\) is below/],
      ['vary:\n  zip: { a: [1, 2], b: [1] }', /4:21: b has 1 values, a has 2/],
      ['vary:\n  grid: { a: [] }', /4:11: /],
      ['vary:\n  grid: { a: [1] }\n  zip: { a: [1] }', /5:10: a is given here and in vary\.grid/],
      ['set: { a: 1 }\nvary: { list: [{ a: 1 }] }', /a is given here and in set/],
      [
        'vary: { random: { count: 2, ranges: { a: { from: 2, to: 1 } } } }',
        /3:39: from \(2\) is above to \(1\)/,
      ],
      [
        'vary: { random: { count: 2, ranges: { a: { from: 0, to: 1, scale: log } } } }',
        /begins above 0, found 0/,
      ],
      [
        'vary: { random: { count: 2, ranges: { a: { from: 0.5, to: 1, scale: integer } } } }',
        /whole numbers lie between whole numbers/,
      ],
    ];
    for (const [text, wanted] of cases) assert.match(refused(text).message, wanted, text);
  });

  it('lets an arm change what is set for all', () => {
    assert.deepEqual(read('set: { a: 1 }\narms: { x: {}, y: { a: 2 } }').arms['y'], { a: 2 });
  });

  it('takes changes from the command line', () => {
    assert.equal(resolveSweep(parseConfigText(BASE, 's.yaml'), ['replicas=3']).replicas, 3);
  });
});

function read(text: string): Sweep {
  return resolveSweep(parseConfigText(BASE + text, 's.yaml'));
}

function refused(text: string): ConfigError {
  try {
    read(text);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error;
  }
  return assert.fail(`${text} was accepted`);
}
