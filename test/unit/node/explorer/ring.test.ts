import assert from 'node:assert/strict';
import { RecordRing } from '../../../../src/node/explorer/index.ts';
import type { TraceRecord } from '../../../../src/trace/index.ts';
import { BATCH, SAMPLES } from '../../trace/samples.ts';

const NOW_MS = 1_700_000_000_000;

describe('explorer: the ring of records', () => {
  it('numbers records from the time of day, and gives them back by number', () => {
    const ring = filled(10);
    const first = NOW_MS * 1000;
    assert.equal(ring.next, first + 10);
    const { lines, next } = ring.read(first + 3, 4, { withoutBase: false });
    assert.deepEqual(lines.map(atOf), [3, 4, 5, 6]);
    assert.equal(next, first + 7);
    assert.deepEqual(ring.read(ring.next, 4, { withoutBase: false }).lines, []);
  });

  it('knows what it has, and no numbers of another process', () => {
    const ring = filled(10);
    const first = NOW_MS * 1000;
    assert.ok(ring.has(first) && ring.has(first + 10), 'the next one is what comes');
    assert.ok(!ring.has(first - 1) && !ring.has(first + 11));
  });

  it('keeps within its bytes, the latest ones', () => {
    const ring = filled(50_000, 100_000);
    const { from } = ring.preface();
    const { lines } = ring.read(from, 60_000, { withoutBase: false });
    const bytes = lines.reduce((sum, { length }) => sum + length, 0);
    assert.ok(bytes <= 100_000 && bytes > 99_900, String(bytes));
    assert.equal(atOf(lines.at(-1) ?? ''), 49_999);
    assert.equal(from + lines.length, ring.next);
  });

  it('gives who comes later what is needed: base, links that are up, committees, headers', () => {
    const ring = new RecordRing({ nowMs: NOW_MS, bytesMax: 1_000 });
    for (const record of SAMPLES.slice(0, -1)) ring.push(record);
    ring.push({ kind: 'link', at: 50, a: 0, b: 2, isUp: true });
    ring.push({ kind: 'link', at: 51, a: 0, b: 1, isUp: false });
    for (let at = 60; at < 100; at++) ring.push({ kind: 'state', at, node: 0, isUp: true });
    const kinds = ring.preface().lines.map((line) => {
      const record: TraceRecord = JSON.parse(line);
      return record.kind === 'message' ? record.content.type : record.kind;
    });
    const expected = ['start', 'node', 'node', 'link', 'header', 'openings', 'committee'];
    assert.deepEqual(kinds, expected);
    const link = ring.preface().lines[3] ?? '';
    assert.equal(JSON.parse(link).b, 2, 'the link that is up');
  });

  it('leaves the base out on demand, and goes on behind it', () => {
    const ring = new RecordRing({ nowMs: NOW_MS });
    for (const record of SAMPLES) ring.push(record);
    const first = NOW_MS * 1000;
    const { lines, next } = ring.read(first, 5, { withoutBase: true });
    assert.equal(lines.length, 1, 'start, two nodes and a link are base');
    assert.equal(next, first + 5);
  });

  it('keeps committees and headers beyond the ring within bounds, each once', () => {
    const ring = new RecordRing({ nowMs: NOW_MS, bytesMax: 1_000 });
    const committee = SAMPLES.find(({ kind }) => kind === 'committee');
    assert.ok(committee?.kind === 'committee');
    const holders = Array.from({ length: 5_000 }, (_, node) => ({ node, weight: '1' }));
    for (let index = 0; index < 200; index++) {
      ring.push({ ...committee, batch: BATCH, index, holders });
    }
    const bytes = ring.preface().lines.reduce((sum, { length }) => sum + length, 0);
    assert.ok(bytes <= 8 * 1024 ** 2 && bytes > 7 * 1024 ** 2, String(bytes));
  });
});

function filled(count: number, bytesMax?: number): RecordRing {
  const ring = new RecordRing({ nowMs: NOW_MS, ...(bytesMax === undefined ? {} : { bytesMax }) });
  for (let at = 0; at < count; at++) ring.push({ kind: 'state', at, node: 0, isUp: true });
  return ring;
}

function atOf(line: string): number {
  return JSON.parse(line).at;
}
