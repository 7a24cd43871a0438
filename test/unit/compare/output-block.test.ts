/** What is served of an output: bytes whose SHA-256 is the digest that was committed to. */
import assert from 'node:assert/strict';
import { sha256 } from '../../../src/base/index.ts';
import { outputBlock, outputDigest, tensorsOfBlock } from '../../../src/compare/index.ts';
import { blobId, blobIdOfDigest } from '../../../src/wire/index.ts';

const OUTPUT = [
  { name: 'y', type: 'float32', shape: [1, 2], data: Float32Array.of(0.5, -0) },
] as const;

describe('[SAMPLE-2] output blocks', () => {
  it('hash to the output digest, plainly', () => {
    assert.deepEqual(Buffer.from(sha256(outputBlock(OUTPUT))), Buffer.from(outputDigest(OUTPUT)));
    assert.equal(blobId(outputBlock(OUTPUT)), blobIdOfDigest(outputDigest(OUTPUT)));
  });

  it('give their tensors back, and nothing else does', () => {
    const block = outputBlock(OUTPUT);
    assert.deepEqual(tensorsOfBlock(block), OUTPUT);
    for (const at of [0, 31, 32, 63]) {
      const other = block.slice();
      other[at] = 1;
      assert.equal(tensorsOfBlock(other), undefined, `byte ${at}`);
    }
    assert.equal(tensorsOfBlock(block.subarray(0, 60)), undefined);
    assert.equal(tensorsOfBlock(new Uint8Array([...block, 0])), undefined);
  });
});
