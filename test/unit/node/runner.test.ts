/** The runner: effects in order, durable before spoken, closed when the guard fails. */
import assert from 'node:assert/strict';
import type { BatchId, NodeId } from '../../../src/base/index.ts';
import { timeMs } from '../../../src/base/index.ts';
import type { GuardRecord, ProviderEffect, ProviderEvent } from '../../../src/core/index.ts';
import {
  type Clock,
  type Core,
  Runner,
  type RunnerPorts,
  systemClock,
  type Timeless,
} from '../../../src/node/runner/index.ts';
import { until } from '../../support/libp2p-hosts.ts';

const TICK: Timeless = { kind: 'time-reached' };

describe('Runner', () => {
  it('runs the effects of one event after the other, in order', async () => {
    const { runner, done } = runnerOf([['a', 'b'], ['c']]);
    await Promise.all([runner.take(TICK), runner.take(TICK)]);
    assert.deepEqual(done, ['a', 'b', 'c']);
  });

  it('[GUARD-1] runs nothing after a record before it is durable', async () => {
    const disk = manualDisk();
    const { runner, done } = runnerOf([['a', '!1', 'b'], ['c']], disk);
    const first = runner.take(TICK);
    const second = runner.take(TICK);
    await until('the disk is asked', () => disk.asked.length === 1);
    // the second step ran meanwhile, its effects wait behind the record of the first
    await turns();
    assert.deepEqual(done, ['a']);
    disk.asked[0]?.resolve();
    await Promise.all([first, second]);
    assert.deepEqual(done, ['a', 'b', 'c']);
  });

  it('[GUARD-1] makes all records that wait durable together', async () => {
    const disk = manualDisk();
    const { runner, done } = runnerOf(
      [
        ['!1', 'a'],
        ['!2', 'b'],
        ['!3', 'c', '!4', 'd'],
      ],
      disk,
    );
    const first = runner.take(TICK);
    await until('the disk is asked', () => disk.asked.length === 1);
    const others = [runner.take(TICK), runner.take(TICK)];
    await turns();
    disk.asked[0]?.resolve();
    await first;
    await until('the disk is asked again', () => disk.asked.length === 2);
    assert.deepEqual(
      disk.asked.map(({ records }) => records.map(nameOf)),
      [['1'], ['2', '3', '4']],
    );
    assert.deepEqual(done, ['a']);
    disk.asked[1]?.resolve();
    await Promise.all(others);
    assert.deepEqual(done, ['a', 'b', 'c', 'd']);
  });

  it('[GUARD-2] halts when a record cannot be made durable, and runs nothing more', async () => {
    const disk = manualDisk();
    const { runner, done, halts } = runnerOf([['a', '!1', 'b'], ['c'], ['d']], disk);
    const lost = runner.take(TICK);
    const behind = runner.take(TICK);
    lost.catch(() => undefined);
    behind.catch(() => undefined);
    await until('the disk is asked', () => disk.asked.length === 1);
    const broken = new Error('no space left');
    disk.asked[0]?.reject(broken);
    await assert.rejects(lost, broken);
    await assert.rejects(behind, broken);
    await assert.rejects(runner.take(TICK), broken);
    await turns();
    assert.deepEqual(done, ['a']);
    assert.deepEqual(halts, [broken]);
    await runner.close();
  });

  it('drains what came before `close`, and takes nothing after it', async () => {
    const disk = manualDisk();
    const { runner, done } = runnerOf([['!1', 'a'], ['b'], ['c']], disk);
    const taken = [runner.take(TICK), runner.take(TICK)];
    let isClosed = false;
    const closed = runner.close().then(() => {
      isClosed = true;
    });
    await assert.rejects(runner.take(TICK), /closed/);
    await until('the disk is asked', () => disk.asked.length === 1);
    assert.equal(isClosed, false);
    disk.asked[0]?.resolve();
    await closed;
    await Promise.all(taken);
    assert.deepEqual(done, ['a', 'b']);
  });

  it('closes at once when nothing that waits has a record', async () => {
    const { runner, done } = runnerOf([['a'], ['b']]);
    runner.give(TICK);
    runner.give(TICK);
    await runner.close();
    assert.deepEqual(done, ['a', 'b']);
  });

  it('gives the judgement of a message to whoever brought it, after its records', async () => {
    const disk = manualDisk();
    const { runner } = runnerOf([['!1', '?accept'], ['?reject']], disk);
    const verdicts: string[] = [];
    const taken = ['x', 'y'].map((name) =>
      runner.take(TICK, ({ verdict }) => verdicts.push(`${name} ${verdict}`)),
    );
    await until('the disk is asked', () => disk.asked.length === 1);
    assert.deepEqual(verdicts, []);
    disk.asked[0]?.resolve();
    await Promise.all(taken);
    assert.deepEqual(verdicts, ['x accept', 'y reject']);
  });

  it('wakes the core at its deadline, and not after `close`', async () => {
    const clock = manualClock();
    const core = scriptedCore([[], ['woken']], () => timeMs(1_500));
    const { runner, done } = runnerOf(core, undefined, clock);
    await runner.take(TICK);
    assert.deepEqual(clock.delays(), [500]);
    clock.fire();
    await until('the core was woken', () => done.length === 1);
    await runner.close();
    assert.deepEqual(clock.delays(), []);
  });

  it('lets others have their turn while many events wait', async () => {
    const slow: Core = {
      step: () => {
        const end = performance.now() + 5;
        while (performance.now() < end);
        return [];
      },
      nextDeadline: () => undefined,
    };
    const { runner } = runnerOf(slow);
    const all = Promise.all(Array.from({ length: 20 }, () => runner.take(TICK)));
    let waiting = 0;
    setImmediate(() => {
      waiting = runner.waitingCount;
    });
    await all;
    assert.ok(waiting > 0, 'something else ran between two steps');
  });
});

/** A core whose steps yield what is written: `!x` a record, `?v` a judgement, else an effect. */
function scriptedCore(
  script: readonly (readonly string[])[],
  deadline: Core['nextDeadline'] = () => undefined,
) {
  let step = 0;
  return {
    step(_event: ProviderEvent): readonly ProviderEffect[] {
      step += 1;
      return (script[step - 1] ?? []).map(effectOf);
    },
    nextDeadline: deadline,
  } satisfies Core;
}

function effectOf(text: string): ProviderEffect {
  if (text.startsWith('!')) return { kind: 'persist', record: recordOf(text.slice(1)) };
  if (text.startsWith('?')) {
    return { kind: 'judge', verdict: text.slice(1) as 'accept' | 'reject', code: 'scripted' };
  }
  return { kind: 'send', to: text as NodeId, message: undefined as never, bytes: NOTHING };
}

const NOTHING = new Uint8Array(0);

function recordOf(name: string): GuardRecord {
  const subject = { batch: name as BatchId, index: 0 };
  return { kind: 'abstain', subject, level: 0, reason: 'crash' };
}

function nameOf(record: GuardRecord): string {
  return record.kind === 'abstain' ? record.subject.batch : record.kind;
}

type Asked = {
  readonly records: readonly GuardRecord[];
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
};

/** A disk that is as slow as the test wants. */
function manualDisk() {
  const asked: Asked[] = [];
  const persist: RunnerPorts['persist'] = (records) =>
    new Promise((resolve, reject) => asked.push({ records, resolve, reject }));
  return { asked, persist };
}

function runnerOf(
  script: readonly (readonly string[])[] | Core,
  disk: Pick<RunnerPorts, 'persist'> = { persist: () => Promise.resolve() },
  clock: Clock = systemClock,
) {
  const done: string[] = [];
  const halts: unknown[] = [];
  const core = 'step' in script ? script : scriptedCore(script);
  const runner = new Runner({
    core,
    clock,
    ports: {
      persist: disk.persist,
      perform: (effect) => {
        if (effect.kind === 'send') done.push(effect.to);
      },
      halted: (reason) => halts.push(reason),
    },
  });
  return { runner, done, halts };
}

function manualClock() {
  const timers = new Set<{ delayMs: number; action: () => void }>();
  return {
    now: () => timeMs(1_000),
    wallOffsetMs: () => 0,
    after: (delayMs: number, action: () => void) => {
      const timer = { delayMs, action };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    delays: () => [...timers].map(({ delayMs }) => delayMs),
    fire: () => {
      for (const timer of [...timers]) {
        timers.delete(timer);
        timer.action();
      }
    },
  };
}

/** Lets everything that can happen now happen. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
