/** Messages on their way: encoded and strictly decoded, as the wire would, once for all. */
import { assert } from '../src/base/index.ts';
import { type Decoded, decodeMessage, encodeMessage, type Message } from '../src/wire/index.ts';
import { contentHash } from './kernel/trace.ts';
import type { Posted } from './network/model.ts';

/** A message on its way, decoded once for all who get it. */
export type Letter = Posted & {
  readonly decoded: Decoded;
  /** Short hash of its bytes, for the trace. */
  readonly content: number;
};

/** Makes letters, each with a number of its own. */
export class Letters {
  #count = 0;

  of(message: Message): Letter {
    const result = decodeMessage(encodeMessage(message));
    assert(result.kind === 'ok', 'a message of a node can be read');
    const { decoded } = result;
    this.#count += 1;
    const { bytes } = decoded;
    return { id: this.#count, sizeBytes: bytes.length, decoded, content: contentHash(bytes) };
  }
}
