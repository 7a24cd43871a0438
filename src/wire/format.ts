/**
 * [WIRE-1] A format: one type, its codec and a size limit, as canonical dag-cbor and strictly back.
 * For what other layers keep or send: guard records, receipts, requests between nodes.
 *
 * A reader decodes, checks fields and limits, writes the checked value again and demands the very
 * same bytes: whatever two encodings of one value could differ in (key order, lengths, integers,
 * floats, padding) is refused by that one comparison.
 *
 * @see https://ipld.io/specs/codecs/dag-cbor/spec/ (strictness)
 */
import { assert, equalBytes } from '../base/index.ts';
import type { Codec } from './codec.ts';
import { Malformed } from './codec.ts';
import { decodeData, encodeData } from './data.ts';
import { LIMITS } from './limits.ts';
import { isBoundedItem } from './nesting.ts';

/** What a reader makes of bytes: the value, or why it is none. */
export type ReadResult<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'malformed'; readonly reason: string };

export type Format<T> = {
  /** @throws AssertionError when a field or the whole exceeds its limit */
  readonly encode: (value: T) => Uint8Array;
  /** Total: does not throw. */
  readonly decode: (bytes: Uint8Array) => ReadResult<T>;
};

/** Returns the format of `codec` with encodings of up to `bytesMax` bytes. */
export function formatOf<T>(codec: Codec<T>, bytesMax: number): Format<T> {
  return {
    encode: (value) => {
      const bytes = encodeData(codec.write(value));
      assert(bytes.length <= bytesMax, `an encoding has at most ${bytesMax} bytes`);
      return bytes;
    },
    decode: (bytes) => readTotally(codec, bytes, bytesMax),
  };
}

/** Reads strictly; what is refused is a result. */
export function readTotally<T>(
  codec: Codec<T>,
  bytes: Uint8Array,
  bytesMax: number,
): ReadResult<T> {
  try {
    return { kind: 'ok', value: readStrictly(codec, bytes, bytesMax) };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { kind: 'malformed', reason: error.message };
  }
}

/** Reads strictly. @throws Malformed */
export function readStrictly<T>(codec: Codec<T>, bytes: Uint8Array, bytesMax: number): T {
  // [WIRE-1] size, then skeleton, then fields, then byte equality
  if (bytes.length > bytesMax) throw new Malformed(`longer than ${bytesMax} bytes`);
  if (!isBoundedItem(bytes, LIMITS.nestingLevels)) throw new Malformed('no bounded CBOR item');
  const decoded = decodeData(bytes);
  if (decoded === undefined) throw new Malformed('no dag-cbor');
  const value = codec.read(decoded.data);
  const canonical = encodeData(codec.write(value));
  if (!equalBytes(canonical, bytes)) throw new Malformed('not the canonical encoding');
  return value;
}
