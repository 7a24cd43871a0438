/** [CLAIM-1] Content ids: one text per id, and nothing else passes for one. */
import { equal, ok, throws } from 'node:assert/strict';
import { AssertionError, type BatchId, utf8 } from '../../../src/base/index.ts';
import { blobId, encodeMessage, isBlobId, isRecordId } from '../../../src/wire/index.ts';
import { FIXED_BATCH } from '../../conformance/fixed.ts';

/** The raw block `hello world`, by Python's hashlib and base64. */
const HELLO_WORLD = 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e';

describe('[CLAIM-1] content ids', () => {
  it('are those of IPFS', () => {
    equal(blobId(utf8('hello world')), HELLO_WORLD);
  });

  it('are told apart by codec', () => {
    ok(isBlobId(HELLO_WORLD) && !isRecordId(HELLO_WORLD));
    ok(isRecordId(FIXED_BATCH) && !isBlobId(FIXED_BATCH));
  });

  it('have one text only', () => {
    const lastBitSet = `${HELLO_WORLD.slice(0, -1)}f`;
    for (const text of [
      '',
      'b',
      HELLO_WORLD.toUpperCase(),
      HELLO_WORLD.slice(0, -1),
      `${HELLO_WORLD}a`,
      `z${HELLO_WORLD.slice(1)}`,
      HELLO_WORLD.replace('f', '1'),
      HELLO_WORLD.replace('f', 'é'),
      lastBitSet,
    ]) {
      ok(!isBlobId(text), text);
    }
  });

  it('are checked before they are written', () => {
    const batch = HELLO_WORLD as unknown as BatchId;
    throws(() => encodeMessage({ type: 'query', batch }), AssertionError);
  });
});
