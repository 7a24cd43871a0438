/** [SAMPLE-1] One leaf is looked up as all are drawn. */
import { deepStrictEqual, ok } from 'node:assert/strict';
import type { BatchId } from '../../../../src/base/index.ts';
import { sha256, utf8 } from '../../../../src/base/index.ts';
import { drawnIndices, isLeafDrawn } from '../../../../src/core/index.ts';

describe('[SAMPLE-1] a leaf is drawn', () => {
  it('if and only if it is among the drawn indices', () => {
    const randomness = sha256(utf8('beacon'));
    for (const [count, oneIn] of [
      [1, 1],
      [7, 1],
      [41, 4],
      [99, 20],
      [3, 20],
    ] as const) {
      const request = { batch: 'a batch' as BatchId, count, oneIn };
      const all = drawnIndices(randomness, request);
      const each = Array.from({ length: count + oneIn }, (_, i) => i).filter((index) =>
        isLeafDrawn(randomness, request, index),
      );
      deepStrictEqual(each, all, `${count} leaves, one in ${oneIn}`);
    }
    ok(!isLeafDrawn(randomness, { batch: 'a batch' as BatchId, count: 3, oneIn: 1 }, 3));
  });
});
