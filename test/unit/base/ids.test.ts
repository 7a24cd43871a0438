/** Ids and units are made only of what they may be made of. */
import { equal, ok, throws } from 'node:assert/strict';
import {
  AssertionError,
  type BatchId,
  digest,
  isNodeId,
  nodeId,
  round,
  stake,
  subjectKey,
  timeMs,
} from '../../../src/base/index.ts';

describe('ids and units', () => {
  it('a node id is 64 lower-case hexadecimal digits', () => {
    ok(isNodeId('0a'.repeat(32)));
    const bad = ['', '0a'.repeat(31), '0A'.repeat(32), 'g0'.repeat(32), `${'0a'.repeat(32)}\n`];
    for (const text of bad) {
      ok(!isNodeId(text), JSON.stringify(text));
      throws(() => nodeId(text), AssertionError);
    }
  });

  it('a round is a non-negative safe integer', () => {
    equal(round(2 ** 53 - 1), 2 ** 53 - 1);
    equal(round(0), 0);
    for (const value of [-1, 0.5, 2 ** 53, Number.NaN]) throws(() => round(value), AssertionError);
  });

  it('a time is finite, a stake not negative, a digest 32 bytes', () => {
    equal(timeMs(-0.5), -0.5);
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      throws(() => timeMs(value), AssertionError);
    }
    equal(stake(0n), 0n);
    throws(() => stake(-1n), AssertionError);
    equal(digest(new Uint8Array(32)).length, 32);
    for (const length of [0, 31, 33]) throws(() => digest(new Uint8Array(length)), AssertionError);
  });

  it('keys of subjects differ when batch or index do', () => {
    const a = 'a' as BatchId;
    const b = 'b' as BatchId;
    const keys = [
      { batch: a, index: 0 },
      { batch: a, index: 10 },
      { batch: b, index: 0 },
    ].map(subjectKey);
    equal(new Set(keys).size, 3);
    equal(subjectKey({ batch: a, index: 0 }), keys[0]);
  });
});
