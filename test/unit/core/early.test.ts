/** [WIRE-3] [WIRE-4] What comes early is kept, and no sender uses up the room of others. */
import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import { EarlyBuffer, type EarlyItem, type EarlyLimits } from '../../../src/core/early.ts';

const LIMITS: EarlyLimits = {
  totalMax: 10,
  perKeyMax: 5,
  perSenderMax: 10,
  bytesMax: 1_000,
  bytesPerSenderMax: 1_000,
};

const bufferOf = (limits: Partial<EarlyLimits> = {}): EarlyBuffer<number> =>
  new EarlyBuffer<number>({ ...LIMITS, ...limits });

/** An item of a message of its own. */
function item(content: number, values: Partial<EarlyItem<number>> = {}): EarlyItem<number> {
  return { content, sender: 'v1', message: {}, messageBytes: 10, ...values };
}

const contents = (items: readonly EarlyItem<number>[]): number[] =>
  items.map(({ content }) => content);

describe('[WIRE-4] the early buffer', () => {
  it('[WIRE-3] keeps what waits, and gives it back in order, once', () => {
    const buffer = bufferOf();
    for (const content of [1, 2, 3]) buffer.keep('a', item(content));
    buffer.keep('b', item(4));
    deepStrictEqual(contents(buffer.release('a')), [1, 2, 3]);
    deepStrictEqual(buffer.release('a'), []);
    equal(buffer.size, 1);
    equal(buffer.sizeBytes, 10);
  });

  it('refuses more for one thing than its share', () => {
    const buffer = bufferOf({ perKeyMax: 2 });
    const kept = [1, 2, 3].map((content) => buffer.keep('a', item(content)));
    deepStrictEqual(kept, [true, true, false]);
  });

  it('evicts the oldest thing when all is full, by number or by bytes', () => {
    for (const limits of [
      { totalMax: 3, perKeyMax: 3, perSenderMax: 3 },
      { bytesMax: 30, bytesPerSenderMax: 30 },
    ]) {
      const buffer = bufferOf(limits);
      for (const key of ['a', 'b', 'c', 'd']) ok(buffer.keep(key, item(1, { sender: key })));
      equal(buffer.size, 3);
      deepStrictEqual(buffer.release('a'), []);
      deepStrictEqual(contents(buffer.release('d')), [1]);
    }
  });

  it('lets no sender use up the room of others, by number or by bytes', () => {
    for (const limits of [{ perSenderMax: 2 }, { bytesPerSenderMax: 25 }]) {
      const buffer = bufferOf(limits);
      const kept = [1, 2, 3].map((content) => buffer.keep(`${content}`, item(content)));
      deepStrictEqual(kept, [true, true, false]);
      ok(buffer.keep('1', item(4, { sender: 'v2' })));
      buffer.release('1');
      ok(buffer.keep('3', item(5)), 'released room is free again');
    }
  });

  it('counts a message once, however many of its items wait', () => {
    const buffer = bufferOf();
    const message = {};
    for (const key of ['a', 'b']) buffer.keep(key, item(1, { message }));
    equal(buffer.sizeBytes, 10);
    buffer.release('a');
    equal(buffer.sizeBytes, 10);
    buffer.release('b');
    equal(buffer.sizeBytes, 0);
  });
});
