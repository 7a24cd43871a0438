/**
 * Small codecs that compose: each says how a typed value is written as plain dag-cbor data, and
 * which data is accepted as one.
 *
 * `read` is strict and throws `Malformed`; only `encoding.ts` catches it. `write` asserts the very
 * same limits, because a message of ours that others refuse is a fault of ours. Every codec is
 * injective in both directions, so that canonical bytes and values correspond one to one.
 */
import type { BlobId, Digest, NodeId, Round } from '../base/index.ts';
import { assert, digest, isNodeId, round, toHex } from '../base/index.ts';
import { type ContentCodec, cidBytes, cidText, isCidBytes, linkBytes, linkOf, RAW } from './cid.ts';

/** How a `T` is written and read. */
export type Codec<T> = {
  /** Returns plain data for dag-cbor. @throws AssertionError when a limit is exceeded */
  readonly write: (value: T) => unknown;
  /** Returns the value that `data` stands for. @throws Malformed */
  readonly read: (data: unknown) => T;
};

/** Why data is no value of a codec. Never leaves this layer. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

function refuseUnless(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new Malformed(reason);
}

/** Codec of byte strings of `min` to `max` bytes. */
export function bytesBetween(min: number, max: number): Codec<Uint8Array> {
  const fits = (value: Uint8Array): boolean => value.length >= min && value.length <= max;
  return {
    write: (value) => {
      assert(fits(value), `a byte string has ${min} to ${max} bytes`);
      return value;
    },
    read: (data) => {
      refuseUnless(data instanceof Uint8Array, 'expected a byte string');
      refuseUnless(fits(data), `expected ${min} to ${max} bytes`);
      return data;
    },
  };
}

/** Codec of byte strings of exactly `length` bytes. */
export function bytesOf(length: number): Codec<Uint8Array> {
  return bytesBetween(length, length);
}

const digestBytesCodec = bytesOf(32);

/** 32 bytes: digest, commitment or salt. */
export const digestCodec: Codec<Digest> = {
  write: digestBytesCodec.write,
  read: (data) => digest(digestBytesCodec.read(data)),
};

/** Codec of integers from `min` to `max`. */
export function uintBetween(min: number, max: number): Codec<number> {
  const fits = (value: number): boolean =>
    Number.isSafeInteger(value) && value >= min && value <= max && !Object.is(value, -0);
  return {
    write: (value) => {
      assert(fits(value), `an integer is from ${min} to ${max}`);
      return value;
    },
    read: (data) => {
      refuseUnless(typeof data === 'number' && fits(data), `expected an integer ${min}..${max}`);
      return data;
    },
  };
}

const roundNumberCodec = uintBetween(0, Number.MAX_SAFE_INTEGER);

/** A beacon round: 0 to 2^53−1. */
export const roundCodec: Codec<Round> = {
  write: roundNumberCodec.write,
  read: (data) => round(roundNumberCodec.read(data)),
};

/** True or false. */
export const booleanCodec: Codec<boolean> = {
  write: (value) => value,
  read: (data) => {
    refuseUnless(typeof data === 'boolean', 'expected a boolean');
    return data;
  },
};

/** Codec of printable ASCII text of 1 to `max` characters: safe to log, one byte per character. */
export function asciiText(max: number): Codec<string> {
  const fits = (value: string): boolean => value.length <= max && /^[\x20-\x7e]+$/.test(value);
  return {
    write: (value) => {
      assert(fits(value), `a text is 1 to ${max} printable ASCII characters`);
      return value;
    },
    read: (data) => {
      refuseUnless(typeof data === 'string' && fits(data), `expected printable text 1..${max}`);
      return data;
    },
  };
}

/** Codec of one of `words`. */
export function oneOf<W extends string>(words: readonly W[]): Codec<W> {
  const known: ReadonlySet<string> = new Set(words);
  const isWord = (value: unknown): value is W => typeof value === 'string' && known.has(value);
  return {
    write: (value) => {
      assert(isWord(value), `a word is one of ${words.join(', ')}`);
      return value;
    },
    read: (data) => {
      refuseUnless(isWord(data), `expected one of ${words.join(', ')}`);
      return data;
    },
  };
}

/** A node id: 32 bytes on the wire, 64 hexadecimal digits in the program. */
export const nodeIdCodec: Codec<NodeId> = {
  write: nodeIdBytes,
  read: (data) => {
    refuseUnless(data instanceof Uint8Array && data.length === 32, 'expected 32 bytes of a key');
    const id = toHex(data);
    assert(isNodeId(id), 'the hexadecimal text of 32 bytes is a node id');
    return id;
  },
};

/** Returns the 32 bytes of `id`. */
export function nodeIdBytes(id: NodeId): Uint8Array {
  assert(id.length === 64, 'a node id is 64 lower-case hexadecimal digits');
  const bytes = new Uint8Array(32);
  for (let i = 0; i < 32; i++) {
    bytes[i] = (hexDigit(id.charCodeAt(2 * i)) << 4) | hexDigit(id.charCodeAt(2 * i + 1));
  }
  return bytes;
}

function hexDigit(code: number): number {
  const value = code < 0x3a ? code - 0x30 : code - 0x57;
  assert(value >= 0 && value < 16 && code !== 0x60, 'a node id has hexadecimal digits only');
  return value;
}

/** Codec of content ids: a link (tag 42) on the wire, base32 text in the program. */
export function contentId<Id extends string>(codec: ContentCodec): Codec<Id> {
  return {
    write: (value) => {
      const bytes = cidBytes(codec, value);
      assert(bytes !== undefined, 'a content id is base32 text of a SHA-256 CID of its codec');
      return linkOf(codec, bytes);
    },
    read: (data) => {
      const bytes = linkBytes(data);
      refuseUnless(bytes !== undefined && isCidBytes(codec, bytes), 'expected a content id');
      return cidText(bytes) as Id;
    },
  };
}

/** Content id of a model, an input or an output. */
export const blobIdCodec = contentId<BlobId>(RAW);

/** Codec of `min` to `max` values of `item`, in order. */
export function listOf<T>(item: Codec<T>, bounds: Bounds): Codec<readonly T[]> {
  const fits = (length: number): boolean => length >= bounds.min && length <= bounds.max;
  return {
    write: (values) => {
      assert(fits(values.length), `a list has ${bounds.min} to ${bounds.max} items`);
      return values.map(item.write);
    },
    read: (data) => {
      refuseUnless(Array.isArray(data), 'expected a list');
      refuseUnless(fits(data.length), `expected ${bounds.min} to ${bounds.max} items`);
      return data.map(item.read);
    },
  };
}

export type Bounds = { readonly min: number; readonly max: number };

/** One codec for each field of `T`, optional ones too. */
export type FieldCodecs<T> = { readonly [K in keyof T]-?: Codec<Exclude<T[K], undefined>> };

/**
 * Codec of a map with exactly these fields.
 * @param optional fields that may be left out; all others must be there
 */
export function recordOf<T extends object>(
  fields: FieldCodecs<T>,
  optional: readonly (keyof T & string)[] = [],
): Codec<T> {
  const entries = Object.entries(fields) as [string, Codec<unknown>][];
  const mayMiss: ReadonlySet<string> = new Set(optional);
  return {
    write: (value) => {
      const source = value as Readonly<Record<string, unknown>>;
      const data: Record<string, unknown> = {};
      for (const [key, codec] of entries) {
        const field = source[key];
        if (field !== undefined) data[key] = codec.write(field);
        else assert(mayMiss.has(key), `field ${key} is there`);
      }
      return data;
    },
    read: (data) => readRecord(data, entries, mayMiss) as T,
  };
}

function readRecord(
  data: unknown,
  entries: readonly (readonly [string, Codec<unknown>])[],
  mayMiss: ReadonlySet<string>,
): Record<string, unknown> {
  refuseUnless(isMap(data), 'expected a map');
  const value: Record<string, unknown> = {};
  let present = 0;
  for (const [key, codec] of entries) {
    const field = data[key];
    if (field === undefined) {
      refuseUnless(mayMiss.has(key), `missing field ${key}`);
      continue;
    }
    present += 1;
    value[key] = codec.read(field);
  }
  refuseUnless(Object.keys(data).length === present, 'unknown field');
  return value;
}

function isMap(data: unknown): data is Readonly<Record<string, unknown>> {
  return typeof data === 'object' && data !== null && Object.getPrototypeOf(data) === PLAIN;
}
const PLAIN: unknown = Object.prototype;

/**
 * Codec of a union whose members differ in the text field `tag`.
 * @param members the codec of each member, by its value of `tag`
 */
export function unionOf<Tag extends string, T extends Readonly<Record<Tag, string>>>(
  tag: Tag,
  members: { readonly [N in T[Tag]]: Codec<Extract<T, Readonly<Record<Tag, N>>>> },
): Codec<T> {
  const byName = new Map(Object.entries(members) as [string, Codec<T>][]);
  return {
    write: (value) => {
      const member = byName.get(value[tag]);
      assert(member !== undefined, `${tag} names a member of the union`);
      return member.write(value);
    },
    read: (data) => {
      refuseUnless(isMap(data), 'expected a map');
      const name = data[tag];
      refuseUnless(typeof name === 'string', `missing field ${tag}`);
      const member = byName.get(name);
      refuseUnless(member !== undefined, `unknown ${tag}`);
      return member.read(data);
    },
  };
}
