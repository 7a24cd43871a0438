import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { startWaiting } from '../../../src/cli/commands/infer/waiting.ts';
import { runLines, startProgress, Timing } from '../../../src/cli/commands/sim/progress.ts';
import { SweepDisplay } from '../../../src/cli/commands/sim/sweep-progress.ts';
import { Display, pictureLines, type View } from '../../../src/cli/commands/testnet/display.ts';
import { joined, LiveLines, progressBar, terminalOf } from '../../../src/cli/terminal.ts';
import { Screen } from '../../support/screen.ts';

const ENV = { TERM: 'xterm' };
const io = (screen: Screen) => ({
  out: screen.write,
  err: screen.write,
  signal: new AbortController().signal,
});

describe('a terminal', () => {
  it('is drawn on and coloured only where that can be seen and is wanted', () => {
    const told = (stream: object, env: NodeJS.ProcessEnv) => {
      const { isLive, hasColour } = terminalOf(stream, env);
      return [isLive, hasColour];
    };
    deepEqual(told({ isTTY: true }, ENV), [true, true]);
    deepEqual(told({ isTTY: true }, { ...ENV, NO_COLOR: '1' }), [true, false]);
    deepEqual(told({ isTTY: true }, { ...ENV, NO_COLOR: '' }), [true, true]);
    deepEqual(told({ isTTY: true }, { TERM: 'dumb' }), [false, false]);
    deepEqual(told({}, ENV), [false, false]);
  });

  it('is at most 200 columns wide', () => {
    equal(terminalOf({ columns: 400 }, ENV).columns(), 200);
    equal(terminalOf({ columns: 61 }, ENV).columns(), 61);
    equal(terminalOf({}, ENV).columns(), 80);
  });
});

describe('live lines', () => {
  it('stand in the place of those before, whatever their number', () => {
    const screen = new Screen(60);
    screen.write('before\n');
    const lines = new LiveLines(terminalOf(screen, ENV), screen.write);
    lines.draw(['one', 'two', 'three']);
    lines.draw(['four']);
    deepEqual(screen.text, ['before', 'four']);
    lines.draw(['five', '', 'six']);
    deepEqual(screen.text, ['before', 'five', '', 'six']);
    lines.print('for good');
    lines.draw(['seven']);
    deepEqual(screen.text, ['before', 'for good', 'seven']);
    lines.clear();
    deepEqual(screen.text, ['before', 'for good']);
  });

  it('are cut to the screen, colours and all', () => {
    const screen = new Screen(60, 5);
    const lines = new LiveLines(terminalOf(screen, ENV), screen.write);
    for (let i = 0; i < 3; i++) {
      lines.draw([`\u001b[31m${'x'.repeat(90)}\u001b[0m`, 'y'.repeat(60), 'b', 'c', 'd', 'e']);
    }
    deepEqual(screen.text, [`${'x'.repeat(59)}…`, 'y'.repeat(60), 'b', 'c']);
  });

  it('leave nothing behind when the window becomes narrower', () => {
    const screen = new Screen(120);
    const lines = new LiveLines(terminalOf(screen, ENV), screen.write);
    lines.draw(['x'.repeat(100), 'short']);
    screen.resize(60);
    lines.draw(['now']);
    deepEqual(screen.text, ['now']);
  });

  it('say a share without claiming more than is done', () => {
    equal(progressBar(0), `${'░'.repeat(24)}   0 %`);
    match(progressBar(0.999), /░ {2}99 %$/);
    equal(progressBar(1), `${'█'.repeat(24)} 100 %`);
    deepEqual(joined(['aaaa', 'bbbb', 'cccc'], 11), ['aaaa · bbbb', 'cccc']);
  });
});

describe('the progress of a run', () => {
  it('says how far it is and how long it takes, and what is open at the end', () => {
    let now = 1000;
    const timing = new Timing(10_000, () => now);
    const lines = (virtualMs: number) =>
      runLines(
        { events: 12_345, virtualMs, drawn: 7, open: 2 },
        { title: 't', timing, columns: 60 },
      );
    ok(timing.isDue(250));
    now += 100;
    ok(!timing.isDue(250));
    now += 900;
    ok(timing.isDue(250));
    match(
      lines(2500).join('\n'),
      /^t: simulating\n█{6}░{18} {2}25 % · about 3 s left\nvirtual time 2\.5 s/,
    );
    match(lines(2500).join('\n'), /12,345 events · 7 claims drawn, 2 open$/);
    match(lines(10_400).join('\n'), /^t: deciding what is still open\n█{24} 100 %\n/);
    equal(timing.leftMs({ events: 1, virtualMs: 100 }), undefined, 'too early to tell');
  });

  it('fits widths from 60 to 200, takes itself away, and is silent when asked', () => {
    for (const width of [60, 80, 200]) {
      const screen = new Screen(width);
      const options = {
        terminal: terminalOf(screen, ENV),
        title: 'a-scenario, seed 123456789',
        phase: 'running the models',
        virtualMsMax: 1000,
        warnings: ['rules are off: SEAT-1'],
      };
      const progress = startProgress(io(screen), { ...options, quiet: false });
      match(screen.text[0] ?? '', /running the models$/);
      progress.step({ events: 1e9, virtualMs: 500, drawn: 1e6, open: 1e5 });
      equal(screen.text.at(-1), '! rules are off: SEAT-1');
      equal(screen.text.length, width < 80 ? 5 : 4);
      progress.end();
      deepEqual(screen.text, []);
      startProgress(io(screen), { ...options, quiet: true }).step({ events: 1, virtualMs: 1 });
      deepEqual(screen.text, []);
    }
  });

  it('is JSON lines in a pipe', () => {
    const written: string[] = [];
    const progress = startProgress(
      { ...io(new Screen(80)), err: (text) => written.push(text) },
      {
        terminal: terminalOf({}),
        quiet: false,
        title: 't',
        phase: 'p',
        virtualMsMax: 1,
        warnings: [],
      },
    );
    progress.step({ events: 1, virtualMs: 1 });
    progress.end();
    deepEqual(written, [], 'a short run is silent');
  });
});

describe('the progress of a sweep', () => {
  const task = (label: string, seed = 1) => ({ cell: { label }, replica: 0, seed }) as never;
  const done = { outcome: { status: 'done' } } as never;
  const failed = { outcome: { status: 'failed', code: 'run-threw', message: 'it broke' } } as never;
  const survey = { toRun: 3, done: 2 } as never;

  it('shows what runs and what failed, and leaves the failure there', () => {
    const screen = new Screen(60);
    const terminal = terminalOf(screen, { ...ENV, NO_COLOR: '1' });
    const display = new SweepDisplay({
      io: io(screen),
      terminal,
      title: 's',
      survey,
      quiet: false,
    });
    display.step({ kind: 'started', task: task('f=0.1') });
    match(
      screen.text.join('\n'),
      /^s: simulating\n█{9}░{15} {2}40 % · 2 of 5 runs · 2 were there\nnow: f=0\.1$/,
    );
    display.step({ kind: 'finished', task: task('f=0.1'), record: failed, wallMs: 1 });
    equal(screen.text[0], 'failed: f=0.1, seed 1: it broke');
    display.end();
    deepEqual(screen.text, ['failed: f=0.1, seed 1: it broke']);
  });

  it('is JSON lines in a pipe, the last of them once', () => {
    const written: string[] = [];
    const pipe = { ...io(new Screen(80)), err: (text: string) => written.push(text) };
    const terminal = terminalOf({});
    const display = new SweepDisplay({ io: pipe, terminal, title: 's', survey, quiet: false });
    display.step({ kind: 'started', task: task('a') });
    for (const seed of [1, 2, 3]) {
      display.step({ kind: 'finished', task: task('a', seed), record: done, wallMs: 1 });
    }
    display.end();
    const lines = written.map((line) => JSON.parse(line));
    deepEqual(
      lines.map((line) => line.done),
      [1, 3],
    );
    display.end();
    equal(written.length, 2);
  });
});

describe('the picture of a testnet', () => {
  const status = (id: number, more: object = {}) => ({
    id: String(id),
    state: 'in-sync',
    reason: '',
    round: 42,
    peers: 3,
    openSubjects: 1,
    rssBytes: 200 * 2 ** 20,
    slashed: [],
    counters: { revealed: 5, finalValid: 31, finalInvalid: 4 },
    ...more,
  });
  const viewOf = (count: number, changes: ReadonlyMap<number, object> = new Map()): View => {
    const ids = Array.from({ length: count }, (_, i) => i);
    const nodes = ids.map((i) => ({ name: `validator-${i}`, id: String(i), role: 'validator' }));
    const statuses = new Map(ids.map((i) => [String(i), status(i, changes.get(i))]));
    const process = () => ({ kind: 'running', pid: 1 }) as const;
    return { plan: { nodes }, process, statuses, hints: ['Ctrl-C stops everything'] } as never;
  };

  it('fits 60 to 200 columns and says first whether the network is well', () => {
    for (const columns of [60, 80, 200]) {
      const lines = pictureLines(viewOf(8), { columns, rows: 24, hasColour: false });
      ok(lines.slice(1).every((line) => line.length <= columns));
      equal(lines[0], 'round 42, 8 of 8 validators in sync, final: 31 valid, 4 invalid');
      match(lines[2] ?? '', /^node +state +round +peers.* valid +invalid/);
      equal(lines.at(-1), 'Ctrl-C stops everything');
    }
  });

  it('keeps what needs attention in sight when not all fits', () => {
    const trouble = { state: 'isolated', reason: 'it has no peer' };
    const view = viewOf(40, new Map([[37, trouble]]));
    const lines = pictureLines(view, { columns: 80, rows: 20, hasColour: false });
    ok(lines.length <= 20);
    match(lines[0] ?? '', /39 of 40 validators in sync/);
    match(lines[3] ?? '', /^validator-37 +isolated/);
    equal(lines[4], '  it has no peer');
    match(lines.at(-1) ?? '', /^and \d+ more that are well$/);
    const shown = lines.filter((line) => line.startsWith('validator-')).length;
    equal(Number(lines.at(-1)?.match(/\d+/)?.[0]) + shown, 40);
  });

  it('is a line for each change in a pipe', () => {
    const written: string[] = [];
    const pipe = { ...io(new Screen(80)), out: (text: string) => written.push(text) };
    const display = new Display(pipe, terminalOf({}));
    display.show(viewOf(2));
    display.show(viewOf(2));
    display.show(viewOf(2, new Map([[1, { state: 'syncing' }]])));
    deepEqual(written, [
      '2 in-sync; final: 31 valid, 4 invalid\n',
      '1 in-sync, 1 syncing; final: 31 valid, 4 invalid\n',
    ]);
  });

  it('is drawn in place on a terminal', () => {
    const screen = new Screen(80);
    const display = new Display(io(screen), terminalOf(screen, ENV));
    display.show(viewOf(6));
    display.show(viewOf(3));
    equal(screen.text.filter((line) => line.startsWith('validator-')).length, 3);
    equal(screen.text.at(-1), 'Ctrl-C stops everything');
  });
});

describe('waiting for a receipt', () => {
  it('takes one line of a terminal, and gives it back', () => {
    const screen = new Screen(40);
    const waiting = startWaiting(io(screen), terminalOf(screen, ENV));
    waiting.step('something that takes more columns than there are');
    equal(screen.text.length, 1);
    waiting.step('the draw');
    match(screen.text.join('\n'), /^waiting \d+ s: the draw$/);
    waiting.end();
    deepEqual(screen.text, []);
  });
});
