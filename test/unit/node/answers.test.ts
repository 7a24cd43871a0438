/** What a node answers about a batch in full and in brief. */
import assert from 'node:assert/strict';
import { digest } from '../../../src/base/index.ts';
import { answerRequest, SELF } from '../../../src/node/answers.ts';
import {
  decodeMessage,
  encodeEntry,
  encodeMessage,
  type Message,
} from '../../../src/wire/index.ts';
import { batchOf, headerAt, nodeOf, openingOf } from './protocol-messages.ts';

const HEADER = headerAt(9);
const BATCH = batchOf(HEADER);
const BUNDLE: Message = {
  ...{ type: 'bundle', validator: nodeOf('v'), signature: new Uint8Array(64) },
  entries: [encodeEntry({ kind: 'ack', batch: BATCH, signature: new Uint8Array(96) })],
};
const NONE = digest(new Uint8Array(32));
const OUTPUT: Message = { type: 'output', batch: BATCH, index: 0, digest: NONE, salt: NONE };

/** Types of what is answered by a node whose core knows `messages`. */
async function typesOf(
  messages: readonly Message[],
  more: { readonly brief?: boolean } = {},
): Promise<readonly string[]> {
  const effects = messages.map((message) => {
    return { kind: 'send', to: SELF, message, bytes: encodeMessage(message) };
  });
  const sources = { runner: { take: async () => effects } };
  const request = { method: 'lookup', batch: BATCH, ...more } as const;
  const frames = await answerRequest(sources as never, request);
  return frames.map((frame) => {
    const result = decodeMessage(frame);
    return result.kind === 'ok' ? result.decoded.message.type : result.reason;
  });
}

describe('answer about a batch', () => {
  const all = [HEADER, BUNDLE, openingOf(HEADER, 0, 'a'), OUTPUT];

  it('holds everything, in brief neither votes nor outputs', async () => {
    assert.deepEqual(await typesOf(all), ['header', 'bundle', 'openings', 'output']);
    assert.deepEqual(await typesOf(all, { brief: false }), await typesOf(all));
    assert.deepEqual(await typesOf(all, { brief: true }), ['header', 'openings']);
  });

  it('keeps acknowledgements in brief while nothing else carries the seal', async () => {
    const unopened = [HEADER, BUNDLE];
    assert.deepEqual(await typesOf(unopened, { brief: true }), ['header', 'bundle']);
  });
});
