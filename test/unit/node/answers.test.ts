/** What a node answers about a batch in full and in brief. */
import assert from 'node:assert/strict';
import { digest, type NodeId } from '../../../src/base/index.ts';
import { answerRequest, SELF } from '../../../src/node/answers.ts';
import {
  decodeMessage,
  encodeEntry,
  encodeMessage,
  type Message,
} from '../../../src/wire/index.ts';
import { batchOf, certificateAbout, headerAt, nodeOf, openingOf } from './protocol-messages.ts';

const HEADER = headerAt(9);
const BATCH = batchOf(HEADER);

function bundleOf(name: string): Message {
  const entries = [encodeEntry({ kind: 'ack', batch: BATCH, signature: new Uint8Array(96) })];
  return { type: 'bundle', validator: nodeOf(name), entries, signature: new Uint8Array(64) };
}

const NONE = digest(new Uint8Array(32));
const OUTPUT: Message = { type: 'output', batch: BATCH, index: 0, digest: NONE, salt: NONE };

/** What is answered by a node whose core knows `messages`. */
async function answered(
  messages: readonly Message[],
  more: { readonly votesOf?: NodeId } = {},
): Promise<readonly unknown[]> {
  const effects = messages.map((message) => {
    return { kind: 'send', to: SELF, message, bytes: encodeMessage(message) };
  });
  const sources = { runner: { take: async () => effects } };
  const request = { method: 'lookup', batch: BATCH, ...more } as const;
  const frames = await answerRequest(sources as never, request);
  return frames.map((frame) => {
    const result = decodeMessage(frame);
    return result.kind === 'ok' ? result.decoded.message : result.reason;
  });
}

describe('answer about a batch', () => {
  const opened = [HEADER, bundleOf('v'), bundleOf('w'), openingOf(HEADER, 0, 'a'), OUTPUT];
  const decided = [...opened, certificateAbout(HEADER, 0)];
  const votesOf = nodeOf('w');

  it('holds everything', async () => {
    assert.deepEqual(await answered(decided), decided);
  });

  it('in brief leaves out votes of others, and outputs of what is decided', async () => {
    const [header, , ours, opening, , certificate] = decided;
    assert.deepEqual(await answered(decided, { votesOf }), [header, ours, opening, certificate]);
    assert.deepEqual(await answered(opened, { votesOf }), [header, ours, opening, OUTPUT]);
  });

  it('keeps acknowledgements in brief while nothing else carries the seal', async () => {
    const unopened = [HEADER, bundleOf('v')];
    assert.deepEqual(await answered(unopened, { votesOf }), unopened);
  });
});
