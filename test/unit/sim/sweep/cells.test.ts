import assert from 'node:assert/strict';
import { cellLabel, cellsOf, seedOf } from '../../../../sim/sweep/cells.ts';
import { planSweep } from '../../../../sim/sweep/plan.ts';
import {
  ConfigError,
  parseConfigText,
  resolveSweep,
  type Sweep,
} from '../../../../src/config/index.ts';
import { tinyPlan, tinyText } from './tiny.ts';

describe('sim/sweep: cells', () => {
  it('are all combinations, the last key fastest, arms fastest of all', () => {
    const cells = cellsOf(read('vary: { grid: { a: [1, 2], b: [x, y] } }\narms: { p: {}, q: {} }'));
    assert.deepEqual(cells.map(cellLabel), [
      'a=1 b="x" arm=p',
      'a=1 b="x" arm=q',
      'a=1 b="y" arm=p',
      'a=1 b="y" arm=q',
      'a=2 b="x" arm=p',
      'a=2 b="x" arm=q',
      'a=2 b="y" arm=p',
      'a=2 b="y" arm=q',
    ]);
    assert.deepEqual(
      cells.map(({ index }) => index),
      [0, 1, 2, 3, 4, 5, 6, 7],
    );
  });

  it('read zipped lists side by side, and listed points as they are', () => {
    const labels = (text: string) => cellsOf(read(text)).map(cellLabel);
    assert.deepEqual(labels('vary: { zip: { a: [1, 2], b: [3, 4] } }'), ['a=1 b=3', 'a=2 b=4']);
    assert.deepEqual(labels('vary: { list: [{ a: 1 }, { b: 2 }] }'), ['a=1', 'b=2']);
    assert.deepEqual(labels(''), ['base']);
  });

  it('set what is fixed, then what varies, then what the arm changes', () => {
    const [cell] = cellsOf(
      read('set: { a: 1 }\nvary: { list: [{ b: 2 }] }\narms: { x: { a: 3 } }'),
    );
    assert.deepEqual(
      cell?.settings.map(({ key, value }) => [key, value]),
      [
        ['a', 1],
        ['b', 2],
        ['a', 3],
      ],
    );
  });

  it('of a Latin hypercube fill each of its strata once, on each scale', () => {
    const cells = cellsOf(
      read(`vary: { latinHypercube: { count: 20, ranges: {
        a: { from: 0, to: 20 }, b: { from: 1, to: 1048576, scale: log },
        c: { from: 1, to: 20, scale: integer } } } }`),
    );
    const column = (key: string) =>
      cells.map(({ point }) => Number(point.find((each) => each.key === key)?.value));
    const strata = Array.from({ length: 20 }, (_, i) => i);
    const sorted = (values: readonly number[]) => [...values].sort((x, y) => x - y);
    assert.deepEqual(sorted(column('a').map(Math.floor)), strata);
    assert.deepEqual(sorted(column('b').map((value) => Math.floor(Math.log2(value)))), strata);
    assert.deepEqual(
      sorted(column('c')),
      strata.map((i) => i + 1),
    );
    assert.notDeepEqual(column('a'), sorted(column('a')), 'shuffled');
  });

  it('draw the same points again; another seed draws others, another key does not', () => {
    const points = (seed: number, more = '') =>
      cellsOf(
        read(`vary: { random: { count: 5, seed: ${seed}, ranges: {
          a: { from: 0, to: 1 }${more} } } }`),
      ).map(({ point }) => point[0]?.value);
    assert.deepEqual(points(1), points(1));
    assert.notDeepEqual(points(1), points(2));
    assert.deepEqual(points(1), points(1, ', b: { from: 0, to: 1 }'));
  });
});

describe('sim/sweep: seeds', () => {
  it('come from names: they stay when values, arms or replicas are added', () => {
    const small = read('vary: { grid: { a: [2] } }');
    const large = read('vary: { grid: { a: [1, 2, 3] } }\narms: { x: {}, y: {} }');
    const seeds = (sweep: Sweep, value: number) =>
      cellsOf(sweep)
        .filter(({ point }) => point[0]?.value === value)
        .map((cell) => [seedOf(sweep, cell, 0), seedOf(sweep, cell, 1)]);
    const [before] = seeds(small, 2);
    assert.deepEqual(seeds(large, 2), [before, before], 'arms run with the same random numbers');
    assert.equal(new Set([...seeds(large, 1), ...seeds(large, 2)].flat()).size, 4);
  });

  it('are pinned: results of old sweeps must be found again', () => {
    const sweep = read('vary: { grid: { a: [2], b: [x] } }');
    const [cell] = cellsOf(sweep);
    assert.ok(cell !== undefined);
    assert.deepEqual([seedOf(sweep, cell, 0), seedOf(sweep, cell, 1)], PINNED);
  });
});

const PINNED = [2722129879274, 56757149602262];

describe('sim/sweep: plans', () => {
  it('give a cell the id of what it runs, whatever the seed and the description', () => {
    const id = (keys: string, version = '1.0.0') => tinyPlan(keys, { version }).cells[0]?.id;
    assert.match(id('') ?? '', /^[0-9a-f]{16}$/);
    assert.equal(id('seed: 7'), id(''));
    assert.equal(id('set: { seed: 7, description: other }'), id(''));
    assert.equal(id('set: { durationRounds: 2 }'), id(''), 'said or not, the same');
    assert.notEqual(id('set: { durationRounds: 3 }'), id(''));
    assert.notEqual(id('', '1.0.1'), id(''));
  });

  it('leave out cells that are the same as others, and say which', () => {
    const plan = tinyPlan('vary: { list: [{ durationRounds: 2 }, { network.jitter: 0 }] }');
    assert.equal(plan.cells.length, 1);
    assert.deepEqual(plan.repeated, ['network.jitter=0']);
  });

  it('place the fault of a cell in the sweep file', () => {
    const bad = (keys: string): string => {
      const text = tinyText(keys);
      const document = parseConfigText(text, 'sweep.yaml');
      try {
        planSweep(resolveSweep(document), { document, version: '1.0.0' });
      } catch (error) {
        assert.ok(error instanceof ConfigError, String(error));
        return error.message.replaceAll(String(text.split('\n').length - 1), 'LAST');
      }
      return assert.fail(keys);
    };
    assert.match(
      bad('vary: { grid: { adversaries.0.share: [0.1, 1.5] } }'),
      /^sweep\.yaml:LAST:44: adversaries\.0\.share must be a number from 0 to 1, found 1\.5/,
    );
    assert.match(bad('set: { validators.cuont: 3 }'), /^sweep\.yaml:LAST:8: there is no key cuont/);
    assert.match(bad('metrics: [wrongAcepted]'), /^sweep\.yaml:LAST:11: there is no metric wrong/);
    assert.match(
      bad('vary: { list: [{ workload.classes: { odd: 1 } }] }'),
      /^sweep\.yaml:LAST:\d+: there is no assurance class odd/,
    );
  });
});

function read(text: string): Sweep {
  return resolveSweep(parseConfigText(`name: s\nbase: { name: b }\n${text}`, 's.yaml'));
}
