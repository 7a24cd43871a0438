import assert from 'node:assert/strict';
import { type TraceFilter, TraceGate, type TraceRecord } from '../../../src/trace/index.ts';
import { BATCH, SAMPLES } from './samples.ts';

const ALWAYS = ['start', 'node', 'node', 'link'];

describe('trace: filter', () => {
  it('lets everything pass without a filter, and counts it', () => {
    const { kept, end } = filtered({});
    assert.deepEqual(kept, SAMPLES.slice(0, -1));
    assert.deepEqual(end, { records: SAMPLES.length - 1, leftOut: 0 });
  });

  it('keeps what is about a leaf, its batch included, and the network', () => {
    const { kept } = filtered({ filter: { claims: [`${BATCH}/2`] } });
    const types = kept.flatMap((r) => (r.kind === 'message' ? r.content.type : []));
    assert.deepEqual(types, ['header', 'openings', 'output', 'bundle', 'certificate', 'query']);
    const reports = kept.flatMap((r) => (r.kind === 'report' ? r.what : []));
    assert.deepEqual(reports, ['level-started', 'challenged', 'decided']);
    assert.equal(kept.filter(({ kind }) => kind === 'delivery').length, 1, 'of a kept message');
    const of = filtered({ filter: { claims: [BATCH] } }).kept;
    assert.deepEqual(of, kept, 'a batch is all of its leaves');
  });

  it('keeps nothing of another leaf but what is about its batch', () => {
    const { kept } = filtered({ filter: { claims: [`${BATCH}/3`] } });
    const rest = kept.filter(({ kind }) => !ALWAYS.includes(kind));
    const names = rest.map((r) => (r.kind === 'message' ? r.content.type : r.kind));
    assert.deepEqual(names, ['state', 'fault', 'header', 'bundle', 'query', 'delivery']);
  });

  it('keeps what a node did, said or heard, by number or id', () => {
    for (const name of ['1', 'relay/1']) {
      const { kept } = filtered({ filter: { nodes: [name] } });
      for (const record of kept) {
        if (ALWAYS.includes(record.kind) || !('node' in record)) continue;
        const isGossip = record.kind === 'message' && record.to === undefined;
        assert.ok(isGossip || record.node === 1 || ('to' in record && record.to === 1), name);
      }
      assert.equal(kept.filter(({ kind }) => kind === 'delivery').length, 1);
      assert.equal(kept.filter(({ kind }) => kind === 'report').length, 0);
      assert.equal(kept.filter(({ kind }) => kind === 'distance').length, 1);
    }
  });

  it('keeps a span of time, and nothing that refers to what was left out', () => {
    const { kept } = filtered({ filter: { fromMs: 0.02, toMs: 0.035 } });
    const rest = kept.filter(({ kind }) => !ALWAYS.includes(kind));
    assert.ok(rest.every(({ at }) => at >= 20 && at < 35));
    assert.ok(
      rest.every(({ kind }) => kind !== 'delivery'),
      'its message was said before',
    );
    const late = filtered({ filter: { fromMs: 0.034 } }).kept;
    assert.ok(
      late.every(({ kind }) => kind !== 'done'),
      'its work began before',
    );
  });

  it('leaves out kinds, and stops at a limit, and says how much is missing', () => {
    const without = filtered({ filter: { without: ['delivery', 'link'] } });
    assert.ok(without.kept.every(({ kind }) => kind !== 'delivery' && kind !== 'link'));
    assert.deepEqual(without.end, { records: SAMPLES.length - 3, leftOut: 2 });
    const limited = filtered({ recordsMax: 10 });
    assert.deepEqual(limited.kept, SAMPLES.slice(0, 10));
    assert.deepEqual(limited.end, { records: 10, leftOut: SAMPLES.length - 11 });
  });
});

function filtered(options: { filter?: TraceFilter; recordsMax?: number }) {
  const all: TraceRecord[] = [];
  const gate = new TraceGate({ ...options, sink: { write: (record) => all.push(record) } });
  for (const record of SAMPLES.slice(0, -1)) gate.write(record);
  gate.end({ at: 40 });
  const end = all.at(-1);
  assert.ok(end?.kind === 'end');
  return { kept: all.slice(0, -1), end: { records: end.records, leftOut: end.leftOut } };
}
