import assert from 'node:assert/strict';
import { settleRun } from '../../../../sim/metrics/settlement.ts';
import { runScenario } from '../../../../sim/run.ts';
import { parseConfigText, resolveScenario } from '../../../../src/config/index.ts';
import {
  recordLine,
  type TraceFilter,
  TraceReader,
  type TraceRecord,
} from '../../../../src/trace/index.ts';
import { SMALL_SCENARIO } from '../report-sample.ts';

const CHEATED = [
  'adversaries=[{ behaviour: substitute-model, share: 0.5, cheatShare: 0.5 }]',
  'durationRounds=4',
];
const FAULTS = 'faults=[{ kind: crash, fromRound: 2, nodeShare: 0.2, downRounds: 2 }]';

describe('sim: the trace of a run', () => {
  it('changes nothing: the digest is the same with and without, on every network', async () => {
    const changes = [
      [...CHEATED, FAULTS],
      [...CHEATED, 'network.fidelity=mesh', 'network.relays=3'],
      ['durationRounds=1', 'network.fidelity=gossipsub', 'validators.count=8'],
      [...CHEATED, 'validators.count=40', 'parameters.shards=4', 'network.relays=5'],
    ];
    for (const set of changes) {
      const [plain, traced] = [await run(set), await run(set, {})];
      assert.equal(traced.result.traceDigest, plain.result.traceDigest, set.join());
      assert.deepEqual(traced.result, plain.result, set.join());
      assert.ok(traced.records.length > 1000, 'and there is a trace');
      assertRefers(traced.records);
    }
  });

  it('tells each claim from its header to its verdict', async () => {
    const { records, simulation, result } = await run(CHEATED, {});
    const drawn = [...simulation.recorder.subjects.values()];
    assert.ok(drawn.length >= 6);
    const verdicts = new Set<string>();
    for (const { subject } of drawn) {
      const { batch, index } = subject;
      const isOf = (r: { batch?: string; index?: number }) =>
        r.batch === batch && r.index === index;
      const said = records.flatMap((r) => (r.kind === 'message' ? r.content : []));
      const entries = said.flatMap((c) => (c.type === 'bundle' ? c.entries : []));
      assert.ok(said.some((c) => c.type === 'header' && c.batch === batch));
      assert.ok(said.some((c) => c.type === 'openings' && c.batch === batch && c.leaves.length));
      assert.ok(entries.some((e) => e.kind === 'ack' && e.batch === batch));
      for (const kind of ['commit', 'reveal']) {
        assert.ok(
          entries.some((e) => e.kind === kind && isOf(e)),
          kind,
        );
      }
      assert.ok(said.some((c) => c.type === 'output' && isOf(c)));
      assert.ok(
        said.some(
          (c) =>
            c.type === 'certificate' &&
            isOf(c) &&
            c.votes.some(({ holders }) => holders.length > 0),
        ),
      );
      const committee = records.filter((r) => r.kind === 'committee' && isOf(r) && r.level === 0);
      assert.equal(committee.length, 1, 'a committee is told once');
      const decided = records.flatMap((r) =>
        r.kind === 'report' && r.what === 'decided' && isOf(r) ? (r.verdict ?? '') : [],
      );
      assert.equal(new Set(decided).size, 1);
      verdicts.add(decided[0] ?? '');
      assert.ok(records.some((r) => r.kind === 'movement' && isOf(r) && r.reason === 'reward'));
    }
    assert.deepEqual([...verdicts].sort(), ['invalid', 'valid']);
    const end = records.at(-1);
    assert.ok(end?.kind === 'end');
    assert.deepEqual([end.digest, end.leftOut], [result.traceDigest, 0]);
    assert.equal(end.records, records.length - 1);
  });

  it('measures distances: small for right answers, large for those of a substitute', async () => {
    const { records, simulation } = await run(CHEATED, {});
    const distances = records.filter((r) => r.kind === 'distance');
    assert.ok(distances.length > 20);
    for (const { batch, index, distance = Number.POSITIVE_INFINITY } of distances) {
      const isWrong = simulation.truth.answerOf({ batch, index })?.isWrong === true;
      assert.equal(distance > 5e-6, isWrong);
    }
    const keys = distances.map((d) => `${d.batch}/${d.index}/${d.level}/${d.node}`);
    assert.equal(new Set(keys).size, keys.length, 'once for each reveal');
  });

  it('tells what settlement moved, to the last unit', async () => {
    const { records, simulation } = await run(CHEATED, {});
    const sums = new Map<string, bigint>();
    const add = (key: string, amount: bigint) => sums.set(key, (sums.get(key) ?? 0n) + amount);
    for (const record of records) {
      if (record.kind !== 'movement') continue;
      add(`${record.node}/${record.reason}`, BigInt(record.amount));
      assert.ok(record.batch !== undefined, 'and what it is about');
    }
    const places = new Map(simulation.nodes.map(({ id, index }) => [id, index]));
    for (const { account, reason, amount } of settleRun(simulation).movements) {
      add(`${places.get(account)}/${reason}`, -amount);
    }
    assert.ok(sums.size > 20);
    assert.ok([...sums.values()].every((sum) => sum === 0n));
  });

  it('names no claim for who could not pay all of them, and only for those', async () => {
    const poor = ['validators.stake={ distribution: equal, perValidator: 160000 }'];
    const liars = 'adversaries=[{ behaviour: false-challenger, share: 0.2 }]';
    const { records, simulation } = await run([...poor, liars, 'durationRounds=8'], {});
    const moved = records.filter((record) => record.kind === 'movement');
    const unnamed = new Set(moved.filter((r) => r.batch === undefined).map(({ node }) => node));
    assert.ok(unnamed.size > 0, 'a stake was used up');
    assert.ok(
      moved.some((r) => r.batch !== undefined),
      'and others could pay',
    );
    assert.ok(moved.every((r) => r.batch === undefined || !unnamed.has(r.node)));
    const places = new Map(simulation.nodes.map(({ id, index }) => [id, index]));
    const sumOf = (amounts: readonly bigint[]) => amounts.reduce((sum, each) => sum + each, 0n);
    const { movements } = settleRun(simulation);
    for (const [id, node] of places) {
      const own = moved.filter((r) => r.node === node).map(({ amount }) => BigInt(amount));
      const due = movements.filter(({ account }) => account === id).map(({ amount }) => amount);
      assert.equal(sumOf(own), sumOf(due));
    }
  });

  it('tells who takes part, who is down, and what goes wrong', async () => {
    const set = [...CHEATED, FAULTS, 'network.relays=3', 'validators.silentShare=0.1'];
    const { records, simulation } = await run(set, {});
    const nodes = records.filter((r) => r.kind === 'node');
    assert.equal(nodes.length, simulation.nodes.length + 3);
    nodes.forEach(({ node }, place) => {
      assert.equal(node, place);
    });
    assert.ok(nodes.some(({ behaviour }) => behaviour === 'substitute-model'));
    assert.ok(records.some((r) => r.kind === 'link'));
    const faults = records.flatMap((r) => (r.kind === 'fault' ? [[r.at, r.isOver]] : []));
    assert.deepEqual(faults, [
      [2_000_000, false],
      [4_000_000, true],
    ]);
    const states = records.filter((r) => r.kind === 'state');
    assert.ok(
      states.some(({ at, isUp }) => at === 0 && !isUp),
      'silent ones are down at once',
    );
    assert.ok(
      states.some(({ isUp }) => isUp),
      'who crashed came back',
    );
    const times = records.map(({ at }) => at);
    assert.deepEqual(
      times,
      [...times].sort((a, b) => a - b),
      'in order of time',
    );
  });

  it('tells links and regions as the network has them', async () => {
    for (const fidelity of ['analytic', 'mesh']) {
      const table = 'network.latency={ kind: regions }';
      const set = [table, `network.fidelity=${fidelity}`, 'network.relays=4', 'durationRounds=1'];
      const { records } = await run([...set, 'network.jitter=0'], {});
      const nodes = records.filter((r) => r.kind === 'node');
      assert.equal(nodes.length, 26);
      assert.ok(new Set(nodes.map(({ region }) => region)).size > 2);
      const links = new Set(records.flatMap((r) => (r.kind === 'link' ? [`${r.a}/${r.b}`] : [])));
      const hops = records.filter((r) => r.kind === 'delivery' && r.from !== r.node);
      const isLinked = (a: number, b: number) => links.has(`${a}/${b}`) || links.has(`${b}/${a}`);
      const known = hops.filter((r) => r.kind === 'delivery' && isLinked(r.from, r.node));
      assert.ok(hops.length > 100);
      assert.ok(known.length >= 0.95 * hops.length, `${fidelity}: gossip goes over links`);
      if (fidelity === 'analytic') assertDelays(records);
    }
  });

  it('keeps a filter apart from the run', async () => {
    const whole = await run(CHEATED, {});
    const part = await run(CHEATED, { nodes: ['3'], without: ['delivery'] });
    assert.equal(part.result.traceDigest, whole.result.traceDigest);
    assert.ok(part.records.length < whole.records.length / 4);
    const [start] = part.records;
    assert.ok(start?.kind === 'start');
    assert.deepEqual(start.filter, { nodes: ['3'], without: ['delivery'] });
  });
});

async function run(set: readonly string[], filter?: TraceFilter) {
  const scenario = resolveScenario(parseConfigText(SMALL_SCENARIO, 'small.yaml'), [
    'crypto=stand-in',
    ...set,
  ]);
  const records: TraceRecord[] = [];
  const sink = { write: (record: TraceRecord) => void records.push(record) };
  const isAll = filter !== undefined && Object.keys(filter).length === 0;
  const some = filter === undefined || isAll ? {} : { filter };
  const trace = filter === undefined ? undefined : { sink, software: 'test', ...some };
  return { ...(await runScenario({ scenario, seed: 1, trace })), records };
}

/** Without jitter and queues, what goes from one region to another takes the same time. */
function assertDelays(records: readonly TraceRecord[]): void {
  const regions = records.flatMap((r) => (r.kind === 'node' ? (r.region ?? '') : []));
  const said = new Map(records.flatMap((r) => (r.kind === 'message' ? [[r.message, r]] : [])));
  const delays = new Map<string, Set<number>>();
  for (const record of records) {
    if (record.kind !== 'delivery' || record.from === record.node) continue;
    const message = said.get(record.message);
    if (message?.node !== record.from) continue;
    const pair = `${regions[record.from]} ${regions[record.node]}`;
    delays.set(pair, (delays.get(pair) ?? new Set()).add(record.at - message.at));
  }
  assert.ok(delays.size > 10);
  for (const [pair, all] of delays) assert.equal(all.size, 1, pair);
}

/** Nodes, messages and work are told before they are named, and all can be read again. */
function assertRefers(records: readonly TraceRecord[]): void {
  const known = { node: new Set<number>(), message: new Set<number>(), work: new Set<number>() };
  const reader = new TraceReader('test');
  for (const record of records) {
    assert.deepEqual(reader.take(recordLine(record)), record);
    if (record.kind === 'node') known.node.add(record.node);
    if ('node' in record) assert.ok(known.node.has(record.node));
    if (record.kind === 'message') known.message.add(record.message);
    if (record.kind === 'work') known.work.add(record.work);
    if (record.kind === 'done') assert.ok(known.work.has(record.work));
    if (record.kind !== 'delivery') continue;
    assert.ok(known.message.has(record.message) && known.node.has(record.from));
  }
}
