import assert from 'node:assert/strict';
import fc from 'fast-check';
import { contentHash, TraceDigest } from '../../../../sim/kernel/trace.ts';
import { utf8 } from '../../../../src/base/index.ts';

/** Time, kind, node, content. */
type Event = readonly number[];

const EVENT = fc.tuple(
  fc.integer({ min: 0, max: 2 ** 50 }),
  fc.integer({ min: 1, max: 5 }),
  fc.nat(1000),
  fc.integer(),
);

describe('the trace digest', () => {
  it('is the same for the same events, on every machine', () => {
    const events: Event[] = [
      [1, 2, 3, 4],
      [5e12, 1, 0, -7],
    ];
    assert.equal(digestOf(events), digestOf(events));
    const golden = '9296fa417d295993c78ec8c5f5879a0bfb93942993eaf0e3ac120639c9a0c476';
    assert.equal(digestOf(events), golden);
    assert.equal(contentHash(utf8('abc')), -1089046342);
  });

  it('changes with any field of any event', () => {
    fc.assert(
      fc.property(fc.array(EVENT, { minLength: 1, maxLength: 8 }), fc.nat(), (events, place) => {
        const before = digestOf(events);
        const index = place % events.length;
        for (const field of [0, 1, 2, 3]) {
          const changed = events.map((event, i) =>
            event.map((value, j) => (i === index && j === field ? value + 1 : value)),
          );
          assert.notEqual(digestOf(changed), before, `field ${field}`);
        }
      }),
    );
  });

  it('changes with the upper half of a time', () => {
    assert.notEqual(digestOf([[5, 1, 1, 1]]), digestOf([[5 + 2 ** 32, 1, 1, 1]]));
  });

  it('changes with order, with a repetition and with an omission', () => {
    fc.assert(
      fc.property(EVENT, EVENT, (a, b) => {
        fc.pre(a.join() !== b.join());
        const before = digestOf([a, b]);
        for (const other of [[b, a], [a, a], [a], [a, b, b], [a, b, a]]) {
          assert.notEqual(digestOf(other), before);
        }
      }),
    );
  });

  it('keeps traces of different lengths apart', () => {
    // each event is added to one trace: no digest may come back
    const trace = new TraceDigest();
    const seen = new Set<string>();
    for (let i = 0; i < 100_000; i++) {
      trace.add(0, 0, 0, 0);
      if (i % 100 === 0) seen.add(trace.digest());
    }
    assert.equal(seen.size, 1000);
    assert.equal(trace.count, 100_000);
  });
});

function digestOf(events: readonly Event[]): string {
  const trace = new TraceDigest();
  for (const [at = 0, kind = 0, node = 0, content = 0] of events)
    trace.add(at, kind, node, content);
  return trace.digest();
}
