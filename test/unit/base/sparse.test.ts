import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SmallMap, SparseMap, SparseSet } from '../../../src/base/index.ts';

describe('sparse maps and sets', () => {
  for (const create of [
    () => new SparseMap<number, number>(),
    () => new SmallMap<number, number>(),
  ]) {
    it(`${create().constructor.name}: same entries, same order, same answers as a map`, () => {
      const key = fc.integer({ min: 0, max: 4 });
      const command = fc.oneof(
        fc.record({ kind: fc.constant('set' as const), key, value: fc.nat() }),
        fc.record({ kind: fc.constant('delete' as const), key }),
      );
      fc.assert(
        fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
          const map = new Map<number, number>();
          const sparse = create();
          for (const each of commands) {
            if (each.kind === 'set') {
              map.set(each.key, each.value);
              sparse.set(each.key, each.value);
            } else assert.equal(sparse.delete(each.key), map.delete(each.key));
            assert.deepEqual([...sparse], [...map]);
            assert.deepEqual([...sparse.keys()], [...map.keys()]);
            assert.deepEqual([...sparse.values()], [...map.values()]);
            assert.equal(sparse.size, map.size);
            for (let k = 0; k < 5; k++) {
              assert.equal(sparse.get(k), map.get(k));
              assert.equal(sparse.has(k), map.has(k));
            }
          }
        }),
      );
    });

    it(`${create().constructor.name} lets entries go while it is walked over`, () => {
      const sparse = create().set(1, 1).set(2, 2).set(3, 3);
      const seen: number[] = [];
      for (const key of sparse.keys()) {
        seen.push(key);
        if (key !== 2) sparse.delete(key);
      }
      assert.deepEqual(seen, [1, 2, 3]);
      assert.deepEqual([...sparse.keys()], [2]);
    });
  }

  it('are sets', () => {
    const set = new SparseSet<string>();
    assert.equal(set.has('a'), false);
    set.add('a').add('b').add('a');
    assert.deepEqual([...set], ['a', 'b']);
    assert.equal(set.size, 2);
  });
});
