/**
 * The kernel takes events in the very order of the naive loop, whatever handlers push, at any
 * distance, and wherever a run is cut.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  EVENT_B_MAX,
  type EventKind,
  type EventLoop,
  NaiveEventLoop,
} from '../../sim/kernel/event-loop.ts';
import { Kernel } from '../../sim/kernel/kernel.ts';
import {
  EVENT_B_SHIFT,
  EVENT_TICK_MASK,
  type EventRun,
  WINDOW_US,
} from '../../sim/kernel/window.ts';

const SECOND_US = 1_000_000;
const HOUR_US = 3600 * SECOND_US;
/** The two blocks of windows, and all blocks of the kernel. */
const EDGES_US = [2 ** 20, 2 ** 21, 2 ** 31];

const anyDelay = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: WINDOW_US }),
  fc.integer({ min: WINDOW_US, max: 5 * WINDOW_US }),
  fc.integer({ min: 0, max: SECOND_US / 10 }),
  fc.integer({ min: 0, max: 10 * SECOND_US }),
  fc.integer({ min: 0, max: HOUR_US }),
  fc.integer({ min: 0, max: 200 * HOUR_US }),
  fc
    .tuple(fc.constantFrom(...EDGES_US), fc.integer({ min: -2 * WINDOW_US, max: 2 * WINDOW_US }))
    .map(([edge, shift]) => edge + shift),
);
/** The delays that an event with this number pushes, round and round. */
const anyProgramme = fc.array(fc.array(anyDelay, { maxLength: 4 }), {
  minLength: 1,
  maxLength: 12,
});
const anyCuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 });

/** What happened: time, kind, and both integers of each event. */
type Log = [at: number, kind: number, a: number, b: number][];

const EVENTS_MAX = 600;

describe('the kernel', () => {
  it('takes events in the order of the naive loop, wherever runs are cut', () => {
    const anyCase = fc.record({ programme: anyProgramme, cuts: anyCuts });
    fc.assert(
      fc.property(anyCase, ({ programme, cuts }) => {
        assert.deepEqual(
          play(new Kernel(), programme, cuts),
          play(new NaiveEventLoop(), programme, cuts),
        );
      }),
      { numRuns: 400 },
    );
  });

  it('keeps many ties in order through lists, blocks and heap', () => {
    const anyTies = fc.array(fc.tuple(anyDelay, fc.integer({ min: 0, max: 3 })), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(anyTies, (meetings) => {
        assert.deepEqual(meet(new Kernel(), meetings), meet(new NaiveEventLoop(), meetings));
      }),
      { numRuns: 200 },
    );
  });

  it('hands runs over in the order of single events', () => {
    const anyCase = fc.record({ programme: anyProgramme, cuts: anyCuts });
    fc.assert(
      fc.property(anyCase, ({ programme, cuts }) => {
        // a handler of runs plans nothing in the open window
        const distant = programme.map((delays) => delays.map((delay) => delay + WINDOW_US));
        const kernel = new Kernel();
        assert.deepEqual(
          playRuns(kernel, distant, cuts),
          playRuns(new NaiveEventLoop(), distant, cuts),
        );
      }),
      { numRuns: 200 },
    );
  });
});

/** Runs a programme to the end, or until it was long enough. */
function play(
  loop: EventLoop,
  programme: readonly (readonly number[])[],
  cuts: readonly number[],
): Log {
  const log: Log = [];
  const kinds: EventKind[] = [];
  let pushed = 0;
  const act = (): void => {
    for (const delay of programme[log.length % programme.length] ?? []) {
      if (pushed >= EVENTS_MAX) return;
      const kind = kinds[pushed % 3] as EventKind;
      const [a, b] = [(pushed * 0x9e3779b1) | 0, pushed % (EVENT_B_MAX + 1)];
      if (delay < 2 ** 30 && pushed % 2 === 0) loop.pushAfter(delay, kind, a, b);
      else loop.push(loop.now + delay, kind, a, b);
      pushed += 1;
    }
  };
  for (let i = 0; i < 3; i++) {
    kinds.push(
      loop.register((a, b) => {
        log.push([loop.now, i, a, b]);
        act();
      }),
    );
  }
  for (let i = 0; i < 3; i++) act();
  loop.push(loop.now, kinds[0] as EventKind, -1, EVENT_B_MAX);
  cutUp(loop, cuts, () => log.push([loop.now, -1, loop.pending, 0]), act);
  return log;
}

/** Runs by slices; between them, notes where it is, and pushes from outside. */
function cutUp(loop: EventLoop, cuts: readonly number[], note: () => void, act: () => void): void {
  for (let slice = 0; loop.run(cuts[slice % cuts.length] as number); slice++) {
    note();
    act();
  }
  note();
}

/** Events on the way to each of some times say at every stop on the way that they will be there. */
function meet(loop: EventLoop, meetings: readonly (readonly [number, number])[]): Log {
  const log: Log = [];
  const arrive = loop.register((a, b) => log.push([loop.now, 0, a, b]));
  let announced = 0;
  const stop = loop.register((at, b) => {
    const meeting = times[b] as number;
    loop.push(meeting, arrive, announced, b);
    announced += 1;
    log.push([loop.now, 1, at, b]);
  });
  const times: number[] = [];
  for (const [place, [delay, shift]] of meetings.entries()) {
    const meeting = 2 * delay + shift;
    times.push(meeting);
    const edges = EDGES_US.flatMap((edge) => [edge + 2 ** 20, edge, edge - 2 ** 20]);
    for (const ahead of [meeting, Math.floor(meeting / 2), WINDOW_US, 1, 0, ...edges]) {
      const at = Math.max(0, meeting - ahead);
      for (let i = 0; i < 3; i++) loop.push(at, stop, i, place);
      for (let i = 0; i < 3; i++) loop.push(meeting, arrive, -1 - i, place);
    }
  }
  while (loop.run(7));
  return log;
}

/** As `play`, with one kind that is taken by runs where the loop can. */
function playRuns(
  loop: Kernel | NaiveEventLoop,
  programme: readonly (readonly number[])[],
  cuts: readonly number[],
): Log {
  const log: Log = [];
  let pushed = 0;
  const act = (at: number): void => {
    for (const delay of programme[log.length % programme.length] ?? []) {
      if (pushed >= EVENTS_MAX) return;
      loop.pushAfter(at + delay - loop.now, pushed % 4 === 0 ? single : hot, pushed, pushed % 5);
      pushed += 1;
    }
  };
  const take = (at: number, a: number, b: number): void => {
    log.push([at, 1, a, b]);
    act(at);
  };
  const single = loop.register((a, b) => {
    log.push([loop.now, 0, a, b]);
    act(loop.now);
    if (a % 8 === 0 && pushed < EVENTS_MAX) loop.push(loop.now + (a % 16), hot, pushed++, b);
  });
  const runs = ({ startUs, a, words, from, to }: EventRun): void => {
    for (let i = from; i < to; i++) {
      const word = words[i] as number;
      const b = (word >>> EVENT_B_SHIFT) & EVENT_B_MAX;
      take(startUs + (word & EVENT_TICK_MASK), a[i] as number, b);
    }
  };
  const hot =
    loop instanceof Kernel
      ? loop.registerRuns(runs)
      : loop.register((a, b) => take(loop.now, a, b));
  for (let i = 0; i < 40; i++) loop.push(i * 7, i % 5 === 0 ? single : hot, 2 * i, i % 5);
  pushed = 40;
  cutUp(
    loop,
    cuts,
    () => log.push([loop.now, -1, loop.pending, 0]),
    () => undefined,
  );
  return log;
}
