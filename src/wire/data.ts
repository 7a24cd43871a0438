/**
 * The border to `@ipld/dag-cbor`, the only file that knows it.
 *
 * The library hands out Node Buffers, views of a shared pool; here they become byte strings of
 * their own, the same type on every platform.
 *
 * @see https://ipld.io/specs/codecs/dag-cbor/spec/
 */
import { decode, encode } from '@ipld/dag-cbor';

/** Returns the canonical dag-cbor of plain data. @throws Error when it is no IPLD data */
export function encodeData(data: unknown): Uint8Array {
  return new Uint8Array(encode(data));
}

/** Returns the data of `bytes`, or `undefined` if they are no dag-cbor. */
export function decodeData(bytes: Uint8Array): { readonly data: unknown } | undefined {
  try {
    return { data: decode(bytes) };
  } catch {
    return undefined;
  }
}
