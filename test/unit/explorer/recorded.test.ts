/** The page's model on the trace of a real run: what it shows is what the run did. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { stateAt } from '../../../src/explorer/model/claim.ts';
import { filterClaims } from '../../../src/explorer/model/claim-filter.ts';
import { LIVE_LIMITS, RECORDED_LIMITS } from '../../../src/explorer/model/kept.ts';
import { NetworkModel } from '../../../src/explorer/model/network-model.ts';
import { moneyAt } from '../../../src/explorer/model/node-entry.ts';
import { overviewAt } from '../../../src/explorer/model/overview.ts';
import { storyAt } from '../../../src/explorer/model/story.ts';
import type { TraceRecord } from '../../../src/trace/index.ts';
import { recordRun } from '../../support/recorded-run.ts';

describe('the model of a recorded run', () => {
  let records: readonly TraceRecord[] = [];
  let model = new NetworkModel(RECORDED_LIMITS);

  before(async () => {
    records = await recordRun();
    model = modelOf(records);
  });

  it('has every claim of which a committee was drawn, and every node', () => {
    const keys = new Set(
      records.flatMap((record) =>
        record.kind === 'committee' && record.index !== undefined
          ? [`${record.batch}/${record.index}`]
          : [],
      ),
    );
    ok(keys.size > 10);
    for (const key of keys) ok(model.claims.has(key), key);
    const nodes = records.filter((record) => record.kind === 'node');
    equal(model.nodes.length, nodes.length);
  });

  it('ends each claim with the verdict that nodes decided', () => {
    const decided = new Map<string, string>();
    for (const record of records) {
      if (record.kind !== 'report' || record.what !== 'decided') continue;
      decided.set(`${record.batch}/${record.index}`, record.verdict ?? '');
    }
    ok(new Set(decided.values()).has('valid') && new Set(decided.values()).has('invalid'));
    for (const [key, verdict] of decided) {
      const claim = model.claims.get(key);
      const state = claim && stateAt(claim, Infinity);
      deepEqual([state?.state, state?.verdict], ['final', verdict], key);
    }
    const counts = overviewAt(model, model.lastAt).decided;
    equal(
      counts.reduce((sum, { count }) => sum + count, 0),
      decided.size,
    );
  });

  it('tells the story of a final claim whole: seal, votes, quorum, certificate', () => {
    const finals = filterClaims(model, { state: 'final' }, Infinity);
    ok(finals.length > 10);
    for (const claim of finals) {
      const story = storyAt(claim, Infinity);
      ok(story.seal.sealedAt !== undefined && story.header !== undefined, claim.key);
      const level = story.levels.at(-1);
      const heaviest = level?.tally[0];
      ok(level !== undefined && heaviest !== undefined, claim.key);
      equal(heaviest.verdict, story.state?.verdict, claim.key);
      ok(heaviest.weight >= level.quorum, claim.key);
      ok(
        level.certificates.some(({ weight }) => weight >= level.quorum),
        claim.key,
      );
    }
  });

  it('shows a past moment as the trace up to it would', () => {
    for (const share of [0.2, 0.5, 0.8]) {
      const at = Math.floor(share * model.lastAt);
      const past = modelOf(records.filter((record) => record.at <= at));
      const now = overviewAt(model, at);
      const then = overviewAt(past, at);
      deepEqual(now, { ...then, challenged: now.challenged });
      deepEqual(
        now.challenged.map(({ key }) => key),
        then.challenged.map(({ key }) => key),
      );
      for (const claim of past.order) {
        const whole = model.claims.get(claim.key);
        ok(whole !== undefined);
        deepEqual(stateAt(whole, at), stateAt(claim, at), claim.key);
        const { claim: _, ...story } = storyAt(whole, at);
        const { claim: __, ...again } = storyAt(claim, at);
        deepEqual(story, again, claim.key);
      }
    }
  });

  it('adds up the money that moved, to the last unit', () => {
    const sums = new Map<number, bigint>();
    for (const record of records) {
      if (record.kind !== 'movement') continue;
      sums.set(record.node, (sums.get(record.node) ?? 0n) + BigInt(record.amount));
    }
    ok(sums.size > 0);
    for (const node of model.nodes) {
      const { gained, lost } = moneyAt(node, Infinity);
      equal(gained - lost, sums.get(node.number) ?? 0n, `node ${node.number}`);
    }
  });

  it('keeps what a live page can hold, however long the network runs', () => {
    const live = new NetworkModel({ ...LIVE_LIMITS, claims: 5, hops: 100 });
    for (let turn = 0; turn < 8; turn++) {
      for (const record of records) live.apply(later(record, turn, model.lastAt));
    }
    ok(live.order.length <= 10, `${live.order.length} claims`);
    equal(live.claims.size, live.order.length);
    ok(live.batches.size <= 500, `${live.batches.size} batches`);
    equal(live.drawn.countAt(Infinity), live.forgotten + live.order.length);
    ok(live.forgotten > 100);
  });
});

function modelOf(records: readonly TraceRecord[]): NetworkModel {
  const model = new NetworkModel(RECORDED_LIMITS);
  for (const record of records) model.apply(record);
  return model;
}

/** The same again, later and of other batches. */
function later(record: TraceRecord, turn: number, length: number): TraceRecord {
  const text = JSON.stringify(record).replaceAll('"bafy', `"bafy${turn}`);
  const moved = JSON.parse(text) as TraceRecord;
  return { ...moved, at: record.at + turn * length };
}
