/** A live network as its operator reads it: names, times of day, events, votes, his own node. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { type BatchId, round, type Verdict } from '../../../src/base/index.ts';
import { refusalWords } from '../../../src/explorer/feed/node-answers.ts';
import { eventsAt, votesAt } from '../../../src/explorer/model/events.ts';
import { LIVE_LIMITS } from '../../../src/explorer/model/kept.ts';
import { NetworkModel } from '../../../src/explorer/model/network-model.ts';
import { type OwnStatus, ownWords } from '../../../src/explorer/model/own-node.ts';
import { nodeName, nodeNamed, nodeTitle, nodeWord } from '../../../src/explorer/model/who.ts';
import { timeOfDay } from '../../../src/explorer/model/words.ts';
import { TRACE_FORMAT, type TraceRecord } from '../../../src/trace/index.ts';

const BATCH = 'bafybatch' as BatchId;
const IDS = ['ab'.repeat(32), `abababab0${'1'.repeat(55)}`, '12'.repeat(32)];

function modelOf(source: 'network' | 'simulation', ...records: TraceRecord[]): NetworkModel {
  const model = new NetworkModel(LIVE_LIMITS);
  model.apply({
    ...{ kind: 'start', at: 0, format: TRACE_FORMAT, source, title: 'test', software: '0' },
    ...{ network: '00', parameters: {}, models: [] },
  });
  for (const [node, id] of IDS.entries()) {
    model.apply({ kind: 'node', at: 0, node, id, role: 'validator', stake: '1' });
  }
  for (const record of records) model.apply(record);
  return model;
}

const entryOf = (model: NetworkModel, node: number) => {
  const entry = model.nodes[node];
  if (entry === undefined) throw new Error(`no node ${node}`);
  return entry;
};

describe('names of nodes', () => {
  it('are beginnings of ids in a network, as long as it takes to tell them apart', () => {
    const model = modelOf('network');
    equal(nodeName(model, entryOf(model, 0)), 'ababababa');
    equal(nodeTitle(model, entryOf(model, 1)), 'validator abababab0');
    equal(nodeWord(model, entryOf(model, 2)), IDS[2]);
  });

  it('are numbers in a simulation', () => {
    const model = modelOf('simulation');
    equal(nodeName(model, entryOf(model, 2)), 'v2');
    equal(nodeTitle(model, entryOf(model, 2)), 'validator 2');
    equal(nodeWord(model, entryOf(model, 2)), '2');
  });

  it('find a node by number, by id and by the beginning of one id only', () => {
    const model = modelOf('network');
    equal(nodeNamed(model, '2')?.number, 2);
    equal(nodeNamed(model, IDS[1] ?? '')?.number, 1);
    equal(nodeNamed(model, 'ababababa')?.number, 0);
    equal(nodeNamed(model, 'abab'), undefined);
    equal(nodeNamed(model, ''), undefined);
  });
});

describe('a time of day', () => {
  const now = new Date(2026, 10, 21, 13, 5, 0).getTime();

  it('is local, and names the date if it is not today', () => {
    equal(timeOfDay(new Date(2026, 10, 21, 9, 4, 3, 21).getTime(), now), '09:04:03.021');
    equal(timeOfDay(new Date(2026, 10, 20, 23, 59, 59).getTime(), now, 0), '2026-11-20 23:59:59');
  });
});

function committee(at: number, level: number): TraceRecord {
  const holders = IDS.map((_, node) => ({ node, weight: '1' }));
  const rest = { unit: 'seats', weight: '3', quorum: '3', drawnBy: round(1), holders } as const;
  return { kind: 'committee', at, batch: BATCH, index: 0, level, ...rest };
}

function reveal(at: number, node: number, level: number, verdict: Verdict): TraceRecord {
  const entry = { kind: 'reveal', batch: BATCH, index: 0, level, verdict } as const;
  const content = { type: 'bundle', entries: [{ ...entry, executionClass: 'test/cpu' }] } as const;
  return { kind: 'message', at, message: at, node, bytes: 1, content };
}

function report(at: number, what: 'decided' | 'challenged', verdict: Verdict): TraceRecord {
  return { kind: 'report', at, node: 0, what, verdict, batch: BATCH, index: 0, level: 0 };
}

describe('the latest events', () => {
  const story = [committee(1, 0), reveal(2, 0, 0, 'valid'), reveal(3, 1, 0, 'invalid')];
  const kindsOf = (model: NetworkModel, at: number) =>
    eventsAt(model, at, 9).map((each) =>
      each.kind === 'claim'
        ? `${each.at} ${each.transition.state}`
        : `${each.at} ${each.nodes} ${each.words}`,
    );

  it('are disputes and losses, not what is usual', () => {
    const wrong = [report(4, 'challenged', 'invalid'), report(6, 'decided', 'invalid')];
    const model = modelOf('network', ...story, ...wrong);
    deepEqual(kindsOf(model, 9), ['6 final', '4 challenged']);
    deepEqual(kindsOf(model, 5), ['4 challenged']);
    deepEqual(kindsOf(modelOf('network', ...story, report(4, 'decided', 'valid')), 9), []);
  });

  it('name connections that a live node lost and found again, not its first ones', () => {
    const link = (at: number, isUp: boolean): TraceRecord => {
      return { kind: 'link', at, a: 0, b: 1, isUp };
    };
    const links = [link(1, true), link(5, false), link(7, true)];
    deepEqual(kindsOf(modelOf('network', ...links), 9), [
      '7 1 is a peer of this node again',
      '5 1 is no longer a peer of this node',
    ]);
    deepEqual(kindsOf(modelOf('simulation', ...links), 9), []);
  });

  it('tell who voted how at the latest level', () => {
    const model = modelOf('network', ...story, committee(5, 1), reveal(6, 2, 1, 'invalid'));
    const claim = model.order[0];
    if (claim === undefined) throw new Error('a claim was drawn');
    const zero = { level: 0, holders: 3 };
    const [valid, invalid] = [
      { verdict: 'valid', count: 1 },
      { verdict: 'invalid', count: 1 },
    ];
    deepEqual(votesAt(claim, 2), { ...zero, counts: [valid] });
    deepEqual(votesAt(claim, 4), { ...zero, counts: [valid, invalid] });
    deepEqual(votesAt(claim, 6), { level: 1, holders: 3, counts: [invalid] });
    equal(votesAt(claim, 0), undefined);
  });
});

describe('money', () => {
  it('that names no claim says that all were settled as one; a conviction does not', () => {
    const moved = (at: number, reason: string, batch?: BatchId): TraceRecord => ({
      ...{ kind: 'movement', at, node: 0, amount: '-1', reason },
      ...(batch === undefined ? {} : { batch }),
    });
    equal(modelOf('simulation', moved(3, 'slash-equivocation')).settledAt, undefined);
    equal(modelOf('simulation', moved(3, 'reserve', BATCH)).settledAt, undefined);
    equal(modelOf('simulation', moved(3, 'reserve'), moved(4, 'reward')).settledAt, 3);
  });
});

describe('a refusal of the node', () => {
  it('is told with its remedy, or by its status', async () => {
    const refusal = { code: 'leaf-unknown', message: 'nobody knows it', remedy: 'Wait.' };
    equal(await refusalWords(Response.json(refusal, { status: 404 })), 'Nobody knows it. Wait.');
    match(await refusalWords(new Response('<html>', { status: 502 })), /answered 502/);
  });
});

describe("the operator's own node", () => {
  const id = IDS[0] ?? '';
  const well: OwnStatus = {
    ...{ id, role: 'validator', state: 'in-sync', reason: '', softwareVersion: '0', round: 9 },
    ...{ roundsBehind: 0, peers: 3, beaconMesh: 3, claimsMesh: 3, openSubjects: 0, uptimeMs: 1 },
    ...{ counters: {}, convicted: [], slashed: [] },
  };
  const loss = { id, reason: 'penalty-silent', amount: '2200' };

  it('needs nothing when it is in sync', () => {
    deepEqual(ownWords(well), { weight: 'well', title: 'in sync', remedy: '' });
    const other = { ...loss, id: IDS[1] ?? '' };
    equal(ownWords({ ...well, slashed: [other], convicted: [other.id] }).weight, 'well');
  });

  it('tells what costs money before how it is', () => {
    match(ownWords({ ...well, convicted: [id] }).remedy, /^Stop it/);
    const lost = ownWords({ ...well, slashed: [loss, loss] });
    equal(lost.weight, 'warning');
    match(lost.title, /loses 4400 of its stake \(penalty silent\)/);
  });

  it('is an alarm when it cannot vote, with what to do', () => {
    for (const state of ['isolated', 'halted']) {
      const words = ownWords({ ...well, state, slashed: [loss] });
      equal(words.weight, 'alarm');
      match(words.remedy, /assay doctor|start it/);
    }
    equal(ownWords({ ...well, state: 'degraded' }).weight, 'warning');
  });
});
