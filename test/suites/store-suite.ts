/** What every store owes its callers. */
import { deepEqual, equal, rejects } from 'node:assert/strict';
import fc from 'fast-check';
import { AssertionError, utf8 } from '../../src/base/index.ts';
import { SPACES, type Space, type Store, type StoreEntry } from '../../src/store/index.ts';
import { hasCode } from '../unit/store/guard-records.ts';

/** Runs the suite on empty stores that `open` returns. */
export function describeStore(name: string, open: () => Promise<Store>): void {
  describe(`${name}: store`, () => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    it('gives back what was put, byte for byte, and nothing else', async () => {
      await store.put([entry('batch', 'a', 'one'), entry('claim', 'a', 'two')]);
      await store.put([{ space: 'batch', key: 'b', value: new Uint8Array(0) }]);
      deepEqual(await store.get('batch', 'a'), utf8('one'));
      deepEqual(await store.get('claim', 'a'), utf8('two'));
      deepEqual(await store.get('batch', 'b'), new Uint8Array(0));
      equal(await store.get('batch', 'c'), undefined);
      equal(await store.get('peer', 'a'), undefined);
    });

    it('replaces and deletes; the last of two changes of one key counts', async () => {
      await store.put([entry('batch', 'a', 'one'), entry('batch', 'a', 'two')]);
      deepEqual(await store.get('batch', 'a'), utf8('two'));
      await store.put([entry('batch', 'b', 'x'), { space: 'batch', key: 'a', value: undefined }]);
      equal(await store.get('batch', 'a'), undefined);
      deepEqual(await store.keys('batch'), ['b']);
      await store.put([]);
    });

    it('does not share memory with its callers', async () => {
      const value = utf8('one');
      await store.put([{ space: 'meta', key: 'k', value }]);
      value.fill(0);
      const read = await store.get('meta', 'k');
      deepEqual(read, utf8('one'));
      read?.fill(0);
      deepEqual(await store.get('meta', 'k'), utf8('one'));
    });

    it('lists keys of one space in order, from, below, at most, backwards', async () => {
      const keys = ['b', 'a', 'ab', 'a/b', 'a b', '~', '0', 'B'];
      await store.put(keys.map((key) => entry('peer', key, key)));
      await store.put(SPACES.filter((space) => space !== 'peer').map((s) => entry(s, 'x', 'x')));
      const sorted = ['0', 'B', 'a', 'a b', 'a/b', 'ab', 'b', '~'];
      deepEqual(await store.keys('peer'), sorted);
      deepEqual(await store.keys('peer', { from: 'a', below: 'b', limit: 9 }), sorted.slice(2, 6));
      deepEqual(await store.keys('peer', { limit: 3 }), sorted.slice(0, 3));
      deepEqual(await store.keys('peer', { limit: 2, reverse: true }), ['~', 'b']);
      deepEqual(await store.keys('peer', { below: 'a', limit: 1, reverse: true }), ['B']);
      deepEqual(await store.keys('peer', { from: 'c', below: 'b', limit: 9 }), []);
      deepEqual(await store.keys('peer', { limit: 0 }), []);
    });

    it('scans all of it, in order of space and key', async () => {
      await store.put([entry('meta', 'b', '2'), entry('meta', 'a', '1'), entry('batch', 'z', '3')]);
      const found: string[] = [];
      for await (const each of store.scan()) {
        equal(each.kind, 'value');
        if (each.kind === 'value') found.push(`${each.space}/${each.key}=${textOf(each.value)}`);
      }
      deepEqual(found, ['batch/z=3', 'meta/a=1', 'meta/b=2']);
    });

    it('does as a sorted map, whatever is put, deleted and listed', () =>
      fc.assert(
        fc.asyncProperty(fc.array(fc.array(change), { maxLength: 12 }), range, async (all, r) => {
          await clear(store);
          const model = new Map<string, Uint8Array>();
          for (const batch of all) {
            await store.put(batch);
            for (const { key, value } of batch) {
              if (value === undefined) model.delete(key);
              else model.set(key, value);
            }
          }
          for (const [key, value] of model) deepEqual(await store.get('subject', key), value);
          const keys = [...model.keys()].filter((key) => key >= r.from && key < r.below).sort();
          deepEqual(
            await store.keys('subject', r),
            (r.reverse ? keys.reverse() : keys).slice(0, 5),
          );
        }),
        { numRuns: 60 },
      ));

    it('refuses keys that do not sort alike everywhere', async () => {
      for (const key of ['', 'é', 'a\n', 'x'.repeat(513)]) {
        await rejects(store.get('meta', key), AssertionError, JSON.stringify(key));
        await rejects(store.put([entry('meta', key, '')]), AssertionError, JSON.stringify(key));
      }
    });

    it('says so when it is closed', async () => {
      await store.close();
      await rejects(store.get('meta', 'a'), hasCode('store-closed'));
      await rejects(store.put([entry('meta', 'a', '')]), hasCode('store-closed'));
      await rejects(store.keys('meta'), hasCode('store-closed'));
    });
  });
}

const key = fc.string({
  unit: fc.constantFrom('a', 'b', '/', '0', '~'),
  minLength: 1,
  maxLength: 3,
});
const change: fc.Arbitrary<StoreEntry> = fc.record({
  space: fc.constant<Space>('subject'),
  key,
  value: fc.option(fc.uint8Array({ maxLength: 8 }), { nil: undefined }),
});
const range = fc.record({ from: key, below: key, limit: fc.constant(5), reverse: fc.boolean() });

function entry(space: Space, name: string, text: string): StoreEntry {
  return { space, key: name, value: utf8(text) };
}

async function clear(store: Store): Promise<void> {
  const keys = await store.keys('subject');
  await store.put(keys.map((name) => ({ space: 'subject', key: name, value: undefined })));
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
