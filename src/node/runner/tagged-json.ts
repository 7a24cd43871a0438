/**
 * JSON of plain records with byte strings, typed arrays, big integers, maps and sets: what events
 * and effects are made of. One value has one text, so that texts can be hashed and compared.
 */
import { assert } from '../../base/index.ts';

const ARRAYS = {
  Uint8Array,
  Float64Array,
  Float32Array,
} as const;
type ArrayName = keyof typeof ARRAYS;

/** Returns the text of `value`. @throws AssertionError for values that are none of the above */
export function toTaggedJson(value: unknown): string {
  return JSON.stringify(plainOf(value));
}

/** Returns the value that `toTaggedJson` wrote. @throws SyntaxError if `text` is no JSON */
export function fromTaggedJson(text: string): unknown {
  return restoredOf(JSON.parse(text));
}

function plainOf(value: unknown): unknown {
  if (typeof value === 'bigint') return { $int: value.toString() };
  if (typeof value === 'number' && !Number.isFinite(value)) return { $number: String(value) };
  if (typeof value === 'number' && Object.is(value, -0)) return { $number: '-0' };
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plainOf);
  if (value instanceof Map) return { $map: [...value].map(plainOf) };
  if (value instanceof Set) return { $set: [...value].map(plainOf) };
  if (ArrayBuffer.isView(value)) return arrayText(value);
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(entries.map(([key, field]) => [key, plainOf(field)]));
}

function arrayText(view: ArrayBufferView): object {
  const name = Object.keys(ARRAYS).find((key) => view instanceof ARRAYS[key as ArrayName]);
  assert(name !== undefined, 'an array holds bytes or floats');
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  return { [`$${name}`]: bytes.toString('base64') };
}

function restoredOf(plain: unknown): unknown {
  if (typeof plain !== 'object' || plain === null) return plain;
  if (Array.isArray(plain)) return plain.map(restoredOf);
  const entries = Object.entries(plain);
  const [only] = entries;
  if (entries.length === 1 && only?.[0].startsWith('$')) return taggedValue(only[0], only[1]);
  return Object.fromEntries(entries.map(([key, field]) => [key, restoredOf(field)]));
}

function taggedValue(tag: string, content: unknown): unknown {
  if (tag === '$int') return BigInt(String(content));
  if (tag === '$number') return Number(content);
  if (tag === '$map') return new Map(restoredOf(content) as [unknown, unknown][]);
  if (tag === '$set') return new Set(restoredOf(content) as unknown[]);
  const type = ARRAYS[tag.slice(1) as ArrayName];
  assert(type !== undefined, `a tag is known: ${tag}`);
  const bytes = Uint8Array.from(Buffer.from(String(content), 'base64'));
  return new type(bytes.buffer);
}
