/** The rules of the Trace Event Format that viewers hold traces to. */
import assert from 'node:assert/strict';
import { runScenario } from '../../../sim/run.ts';
import { parseConfigText, resolveScenario } from '../../../src/config/index.ts';
import { ChromeText } from '../../../src/trace/index.ts';
import { SMALL_SCENARIO } from '../sim/report-sample.ts';

type Event = {
  readonly name: string;
  readonly ph: string;
  readonly ts: number;
  readonly dur?: number;
  readonly pid: number;
  readonly tid: number;
  readonly id?: string | number;
  readonly cat?: string;
  readonly bp?: string;
  readonly args?: Readonly<Record<string, unknown>>;
};

describe('trace: Chrome trace events', () => {
  let events: readonly Event[] = [];
  const of = (...phases: string[]) => events.filter(({ ph }) => phases.includes(ph));
  const track = ({ pid, tid }: Event) => `${pid}/${tid}`;

  before(async () => {
    events = await eventsOfRun();
  });

  it('is one JSON object with `traceEvents`, each with what its phase needs', () => {
    assert.ok(events.length > 5000);
    const phases = new Set(events.map(({ ph }) => ph));
    assert.deepEqual([...phases].sort(), ['C', 'M', 'X', 'b', 'e', 'f', 'i', 's']);
    for (const event of events) {
      assert.ok(Number.isInteger(event.pid) && Number.isInteger(event.tid), event.name);
      if (event.ph !== 'M') assert.ok(Number.isInteger(event.ts) && event.ts >= 0, event.name);
    }
  });

  it('names each process and each track before it is used', () => {
    const named = new Set<string>();
    for (const event of events) {
      if (event.name === 'process_name') named.add(`${event.pid}`);
      if (event.name === 'thread_name') named.add(track(event));
      assert.ok(named.has(`${event.pid}`), event.name);
      if (event.ph === 'X') assert.ok(named.has(track(event)), event.name);
    }
    const tids = of('M').flatMap((e) => (e.name === 'thread_name' ? e.tid : []));
    assert.equal(new Set(tids).size, tids.length, 'one track per node');
  });

  it('has slices that nest: the same interval, or apart', () => {
    for (const { ts, dur } of of('X')) {
      assert.ok(Number.isInteger(ts));
      assert.equal(dur, 1);
    }
  });

  it('binds both ends of each flow to a slice of their track, and uses its id once', () => {
    const slices = new Set(of('X').map((e) => `${track(e)}@${e.ts}`));
    const starts = new Map(of('s').map((e) => [e.id, e]));
    assert.equal(starts.size, of('s').length);
    assert.ok(starts.size > 1000);
    assert.equal(new Set(of('f').map(({ id }) => id)).size, starts.size);
    for (const end of of('f')) {
      const start = starts.get(end.id);
      assert.ok(start !== undefined);
      assert.equal(end.bp, 'e');
      assert.deepEqual([start.name, start.cat], [end.name, end.cat]);
      assert.ok(start.ts <= end.ts);
      assert.ok(slices.has(`${track(start)}@${start.ts}`), 'a start in a slice');
      assert.ok(slices.has(`${track(end)}@${end.ts}`), 'an end in a slice');
    }
  });

  it('ends each async event that it began, inner ones first', () => {
    const open = new Map<string, string[]>();
    let ended = 0;
    for (const event of of('b', 'e')) {
      assert.equal(typeof event.id, 'string');
      const key = `${event.cat}/${event.id}/${event.pid}`;
      const stack = open.get(key) ?? [];
      open.set(key, stack);
      if (event.ph === 'b') stack.push(event.name);
      else {
        assert.equal(stack.pop(), event.name);
        ended += 1;
      }
    }
    assert.ok(ended > 20);
    const levels = of('b').filter(({ cat, name }) => cat === 'claim' && name.startsWith('level'));
    assert.ok(
      levels.some(({ name }) => name === 'level 1'),
      'an escalation is seen',
    );
  });

  it('counts messages, bytes, claims and work in numbers', () => {
    const counters = of('C');
    const names = new Set(counters.map(({ name }) => name));
    assert.deepEqual([...names], ['messages', 'bytes said', 'open claims', 'work under way']);
    for (const { args } of counters) {
      for (const value of Object.values(args ?? {})) assert.ok(Number(value) >= 0);
    }
    const said = counters.reduce((sum, { args }) => sum + Number(args?.['said'] ?? 0), 0);
    assert.ok(said > 100);
  });
});

async function eventsOfRun(): Promise<readonly Event[]> {
  const scenario = resolveScenario(parseConfigText(SMALL_SCENARIO, 'small.yaml'), [
    'crypto=stand-in',
    'adversaries=[{ behaviour: substitute-model, share: 0.5 }]',
    'faults=[{ kind: pause, fromRound: 2, nodeShare: 0.1, pauseMs: 50 }]',
  ]);
  let [text, aside] = ['', ''];
  const writer = new ChromeText({
    put: (more) => {
      text += more;
    },
    putAside: (more) => {
      aside += more;
    },
    takeUp: () => {
      text += aside;
    },
  });
  await runScenario({ scenario, seed: 1, trace: { sink: writer, software: 'test' } });
  writer.end();
  const parsed: { traceEvents: Event[]; assay: unknown[] } = JSON.parse(text);
  assert.deepEqual(Object.keys(parsed), ['traceEvents', 'assay']);
  return parsed.traceEvents;
}
