/** The small pieces of the page: counts over time, hops, clock, address, layout of the map. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { Clock } from '../../../src/explorer/feed/clock.ts';
import { lengthOf } from '../../../src/explorer/feed/recorded.ts';
import { hashOf, parseRoute } from '../../../src/explorer/feed/route.ts';
import { layoutOf } from '../../../src/explorer/map/layout.ts';
import { newNode } from '../../../src/explorer/model/node-entry.ts';
import { classPromises, levelPromises } from '../../../src/explorer/model/promises.ts';
import { Series } from '../../../src/explorer/model/series.ts';
import { type Hop, Traffic } from '../../../src/explorer/model/traffic.ts';
import { grouped, measured, moment, span } from '../../../src/explorer/model/words.ts';

describe('a series', () => {
  it('counts like a list, however little it keeps', () => {
    const times = fc.array(fc.nat(1_000), { maxLength: 60 });
    fc.assert(
      fc.property(times, fc.nat(1_000), (unsorted, at) => {
        const sorted = unsorted.toSorted((a, b) => a - b);
        const whole = new Series();
        const short = new Series(4);
        for (const time of sorted) {
          whole.add(time);
          short.add(time);
        }
        equal(whole.countAt(at), sorted.filter((time) => time <= at).length);
        equal(short.countAt(1_000), sorted.length);
        equal(
          whole.lastAt(at),
          sorted.findLast((time) => time <= at),
        );
      }),
    );
  });

  it('puts what it counts into bins', () => {
    const series = new Series();
    for (const time of [1, 2, 2, 9, 10]) series.add(time);
    deepEqual(series.binned({ from: 0, to: 10, bins: 2 }), [3, 2]);
  });
});

describe('the length of a trace', () => {
  it('is known only if it is sent as it is', () => {
    const lengthWith = (more: Record<string, string>) =>
      lengthOf(new Headers({ 'content-length': '500', ...more }));
    equal(lengthWith({}), 500);
    equal(lengthWith({ 'content-encoding': 'gzip' }), undefined);
    equal(lengthOf(new Headers()), undefined);
  });
});

describe('hops', () => {
  const hopsOf = (traffic: Traffic, from: number, to: number, max = 1_000) => {
    const found: Hop[] = [];
    traffic.visit({ from, to, max }, (hop) => found.push(hop));
    return found;
  };

  it('of a moment are found, and only those', () => {
    const traffic = new Traffic(10_000);
    for (let at = 0; at < 9_000; at++) traffic.add({ at, from: at % 7, to: at % 5, kind: at % 3 });
    deepEqual(
      hopsOf(traffic, 4_995, 4_998).map(({ at }) => at),
      [4_996, 4_997, 4_998],
    );
    deepEqual(hopsOf(traffic, 6, 7), [{ at: 7, from: 0, to: 2, kind: 1 }]);
    const some = hopsOf(traffic, 0, 9_000, 100);
    ok(some.length > 80 && some.length <= 100, `${some.length}`);
  });

  it('are forgotten from the oldest on, and stay counted', () => {
    const traffic = new Traffic(50);
    for (let at = 0; at < 1_000; at++) traffic.add({ at, from: 0, to: 1, kind: 0 });
    equal(traffic.countAt(999), 1_000);
    const kept = hopsOf(traffic, -1, 1_000);
    ok(kept.length >= 50 && kept.length <= 100);
    equal(kept.at(-1)?.at, 999);
  });
});

describe('the clock', () => {
  it('of a recorded run plays at its speed, stops at the end, begins again', () => {
    const clock = new Clock(false);
    clock.extend(0, 1_000);
    clock.speed = 2;
    clock.play();
    ok(clock.tick(100));
    equal(clock.at, 200);
    clock.tick(10_000);
    deepEqual([clock.at, clock.isPlaying], [1_000, false]);
    clock.play();
    equal(clock.at, 0);
    clock.seek(-5);
    equal(clock.at, 0);
  });

  it('of a live network follows the newest record until it is paused', () => {
    const clock = new Clock(true);
    clock.extend(0, 500);
    equal(clock.at, 500);
    clock.pause();
    clock.extend(0, 900);
    equal(clock.at, 500);
    clock.play();
    equal(clock.at, 900);
  });
});

describe('an address', () => {
  it('is read as it was written', () => {
    const word = fc.string({ minLength: 1, maxLength: 8 }).filter((text) => text !== '.');
    const query = fc.dictionary(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }));
    fc.assert(
      fc.property(fc.array(word), query, (path, asked) => {
        const route = parseRoute(hashOf(path, asked));
        deepEqual(route.path, path);
        deepEqual(Object.fromEntries(route.query), { ...asked });
      }),
    );
  });

  it('is never refused', () => {
    fc.assert(fc.property(fc.string(), (text) => parseRoute(text) !== undefined));
  });
});

describe('the map', () => {
  it('stands the same each time, and no node covers another', () => {
    const nodes = Array.from({ length: 300 }, (_, node) =>
      newNode({
        ...{ kind: 'node', at: 0, node, id: `relay/${node}`, role: 'validator' },
        region: ['europe', 'asia', 'america'][node % 3] ?? '',
      }),
    );
    for (const shape of ['wide', 'tall'] as const) {
      const layout = layoutOf(nodes, shape);
      deepEqual(layoutOf(nodes, shape), layout);
      equal(layout.groups.length, 3);
      const distance = (a: number, b: number) =>
        Math.hypot(
          (layout.x[a] ?? 0) - (layout.x[b] ?? 0),
          (layout.y[a] ?? 0) - (layout.y[b] ?? 0),
        );
      for (let a = 0; a < nodes.length; a++) {
        for (let b = 0; b < a; b++) ok(distance(a, b) > layout.nodeRadius, `${a} ${b}`);
      }
    }
  });
});

describe('what parameters promise', () => {
  const parameters = { classes: { spot: 20, full: 1 }, levels: [16, 64, 256], slashSeats: 128 };

  it('is what the closed forms say', () => {
    const [spot, full] = classPromises(parameters);
    ok(spot !== undefined && full !== undefined);
    ok(Math.abs(spot.escape - 0.95) < 1e-12 && Math.abs(spot.escapeHundred - 0.95 ** 100) < 1e-9);
    deepEqual([spot.untilCaught, full.untilCaught, full.escape], [90, 1, 0]);
    const levels = levelPromises(parameters, 0.2);
    deepEqual(
      levels.map(({ quorum, isHeavy }) => [quorum, isHeavy]),
      [
        [11, false],
        [43, false],
        [171, true],
      ],
    );
    ok(levels.every(({ captured, vetoed }) => captured < vetoed));
  });

  it('is nothing of parameters that are not there', () => {
    deepEqual(classPromises(undefined), []);
    deepEqual(levelPromises({ levels: 'many' }, 0.2), []);
  });
});

describe('numbers', () => {
  it('are written as people read them', () => {
    equal(grouped(1_234_567n), '1\u202f234\u202f567');
    equal(grouped(-1234), '-1\u202f234');
    equal(moment(61_234_567), '01:01.234');
    equal(span(1_500_000), '1.50 s');
    equal(span(3_661_000_000), '1 h 1 min');
    deepEqual([measured(0.000005), measured(1.5), measured(0)], ['5·10⁻⁶', '1.5', '0']);
  });
});
