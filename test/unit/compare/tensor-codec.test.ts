import assert from 'node:assert/strict';
import {
  decodeTensors,
  encodeTensors,
  type OutputTensor,
  outputDigest,
} from '../../../src/compare/index.ts';
import { EVERY_TYPE, float32, SMALL_OUTPUT } from './outputs.ts';

describe('compare: canonical bytes of tensors', () => {
  it('decodes what it encodes, every type, scalars and empty tensors', () => {
    const tensors: OutputTensor[] = [
      ...EVERY_TYPE,
      float32('scalar', [], [2]),
      float32('empty', [3, 0, 2], []),
      { name: 'no strings', type: 'string', shape: [0], data: [] },
    ];
    assert.deepEqual(decodeTensors(encodeTensors(tensors)), tensors);
    assert.deepEqual(decodeTensors(encodeTensors([])), []);
  });

  it('refuses truncation at every byte, and trailing bytes', () => {
    const bytes = encodeTensors([...EVERY_TYPE]);
    for (let length = 0; length < bytes.length; length++) {
      assert.equal(decodeTensors(bytes.subarray(0, length)), undefined, `cut at ${length}`);
    }
    assert.equal(decodeTensors(Uint8Array.of(...bytes, 0)), undefined);
  });

  it('refuses what has a second encoding or breaks a limit', () => {
    const bool = encodeTensors([{ name: '', type: 'bool', shape: [1], data: Uint8Array.of(1) }]);
    bool[bool.length - 1] = 2;
    assert.equal(decodeTensors(bool), undefined, 'a bool is 0 or 1');
    const text = encodeTensors([{ name: '', type: 'string', shape: [1], data: ['a'] }]);
    text[text.length - 1] = 0xff;
    assert.equal(decodeTensors(text), undefined, 'a string is UTF-8');
    const rank = encodeTensors([float32('', [1, 1, 1], [1])]);
    assert.equal(decodeTensors(rank, { tensorsMax: 1, rankMax: 2 }), undefined, 'rank');
    assert.equal(decodeTensors(rank, { tensorsMax: 0, rankMax: 9 }), undefined, 'count');
    const empty = encodeTensors([float32('', [0, 1], [])]);
    // 2^63 as the size beside a zero: not a safe integer.
    empty[4 + 1 + 4 + 4 + 8 + 7] = 0x80;
    assert.equal(decodeTensors(empty), undefined, 'sizes are safe integers');
  });

  it('[MEASURE-1] digests names, types, shapes and every bit of the data', () => {
    const plain = outputDigest([float32('y', [2, 1], [0, Number.NaN])]);
    const payload = new Float32Array([0, Number.NaN]);
    new Uint32Array(payload.buffer)[1] = 0x7fc00001;
    const others: OutputTensor[][] = [
      [float32('z', [2, 1], [0, Number.NaN])],
      [float32('y', [1, 2], [0, Number.NaN])],
      [float32('y', [2, 1], [-0, Number.NaN])],
      [{ name: 'y', type: 'float32', shape: [2, 1], data: payload }],
      [{ name: 'y', type: 'int32', shape: [2, 1], data: new Int32Array(2) }],
      [float32('y', [2, 1], [0, Number.NaN]), float32('y', [0], [])],
    ];
    for (const [index, other] of others.entries()) {
      assert.notDeepEqual(outputDigest(other), plain, `change ${index}`);
    }
  });

  it('[MEASURE-1] reads tensors at any offset of a buffer', () => {
    const bytes = encodeTensors(SMALL_OUTPUT);
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    assert.deepEqual(decodeTensors(shifted.subarray(1)), SMALL_OUTPUT);
  });
});
