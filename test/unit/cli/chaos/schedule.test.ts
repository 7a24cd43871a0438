import assert from 'node:assert/strict';
import { AssayError } from '../../../../src/base/index.ts';
import { type ChaosWords, readChaos } from '../../../../src/cli/commands/testnet/chaos/options.ts';
import { scheduleOf } from '../../../../src/cli/commands/testnet/chaos/schedule.ts';

const NAMES = Array.from({ length: 7 }, (_, k) => `validator-${k + 1}`);

describe('schedule of a chaos run', () => {
  it('is the same for the same seed, another one for another seed', () => {
    const of = (seed: string) => scheduleOf(readChaos(words({ seed }), 7), NAMES);
    assert.deepEqual(of('1'), of('1'));
    assert.notDeepEqual(of('1'), of('2'));
  });

  it('has every kind once before any kind twice, one fault after the other', () => {
    const schedule = scheduleOf(readChaos(words({ for: '200s' }), 7), NAMES);
    const kinds = schedule.map(({ fault }) => fault.kind);
    assert.equal(new Set(kinds.slice(0, 7)).size, 7, kinds.join());
    for (const [k, { startMs }] of schedule.entries()) {
      const before = schedule[k - 1];
      if (before !== undefined) assert.ok(startMs > before.startMs + before.lastsMs);
    }
    assert.ok(schedule.every(({ startMs }) => startMs < 200_000));
  });

  it('does what is asked, and nothing else', () => {
    const asked = words({ kill: '2', partition: '3,3', for: '100s' });
    const schedule = scheduleOf(readChaos(asked, 7), NAMES);
    assert.deepEqual(
      new Set(schedule.map(({ fault }) => fault.kind)),
      new Set(['kill', 'partition']),
    );
    for (const { fault } of schedule) {
      if (fault.kind === 'kill') assert.equal(new Set(fault.nodes).size, 2);
      if (fault.kind !== 'partition') continue;
      assert.deepEqual(
        fault.groups.map(({ length }) => length),
        [3, 3],
      );
      assert.equal(new Set(fault.groups.flat()).size, 6, 'nobody is in two groups');
    }
  });

  it('ends none of those who are spared, and hits them otherwise', () => {
    const asked = words({ kill: '4', restart: '1', pause: '4', spare: '3', for: '400s' });
    const schedule = scheduleOf(readChaos(asked, 7), NAMES);
    const hit = (kind: string) =>
      new Set(
        schedule.flatMap(({ fault }) =>
          fault.kind === kind && 'nodes' in fault ? [...fault.nodes] : [],
        ),
      );
    assert.deepEqual([...hit('kill')].sort(), NAMES.slice(3));
    assert.ok(hit('restart').size > 1);
    assert.deepEqual(
      [...hit('restart')].filter((name) => NAMES.indexOf(name) < 3),
      [],
    );
    assert.ok(NAMES.slice(0, 3).some((name) => hit('pause').has(name)));
  });

  it('is empty with nothing but delay', () => {
    const plan = readChaos(words({ delay: '200ms', bandwidth: '64' }), 7);
    assert.deepEqual(scheduleOf(plan, NAMES), []);
    assert.deepEqual(plan.background, { delayMs: 200, bytesPerSecond: 65_536 });
  });

  it('refuses what cannot be, and says how to write it', () => {
    const bad: readonly (readonly [Partial<ChaosWords>, string])[] = [
      [{ kill: '8' }, 'not-a-whole-number'],
      [{ kill: '5', spare: '3' }, 'not-a-whole-number'],
      [{ spare: '7' }, 'not-a-whole-number'],
      [{ partition: '4,4' }, 'not-a-partition'],
      [{ partition: '3' }, 'not-a-partition'],
      [{ partition: '3,0' }, 'not-a-partition'],
      [{ delay: '200' }, 'not-a-duration'],
      [{ for: '49h' }, 'not-a-duration'],
      [{ rate: '0' }, 'not-a-rate'],
    ];
    for (const [change, code] of bad) {
      assert.throws(
        () => readChaos(words(change), 7),
        (error) => error instanceof AssayError && error.detail.code === code,
        JSON.stringify(change),
      );
    }
  });
});

function words(change: Partial<ChaosWords>): ChaosWords {
  const none = {
    ...{ kill: undefined, restart: undefined, pause: undefined, partition: undefined },
    ...{ 'one-way': undefined, skew: undefined, stall: undefined, bandwidth: undefined },
    ...{ validators: undefined, period: undefined },
  };
  return { ...none, delay: '0ms', spare: '0', for: '60s', seed: '1', rate: '0.5', ...change };
}
