/**
 * A store of what can be rebuilt from peers: bytes by space and key, each value with its hash,
 * because LevelDB may return a changed value without an error.
 */
import { createHash } from 'node:crypto';
import { AssayError, assert, concatBytes, equalBytes, utf8 } from '../base/index.ts';

/** What is stored, each with keys of its own. */
export const SPACES = [
  'beacon',
  'subject',
  'certificate',
  'evidence',
  'peer',
  'batch',
  'claim',
  'step',
  'bill',
  'age',
  'join',
  'meta',
] as const;
export type Space = (typeof SPACES)[number];

/** A change of one key; without a value the key is deleted. */
export type StoreEntry = {
  readonly space: Space;
  /** 1 to 512 printable ASCII characters; keys sort by their characters. */
  readonly key: string;
  readonly value: Uint8Array | undefined;
};

/** Which keys, in order: `from` ≤ key < `below`. */
export type KeyRange = {
  readonly from?: string;
  readonly below?: string;
  /** At most so many. */
  readonly limit: number;
  /** Whether the largest come first. */
  readonly reverse?: boolean;
};

/** What a scan finds under one stored name. */
export type ScannedEntry =
  | {
      readonly kind: 'value';
      readonly space: Space;
      readonly key: string;
      readonly value: Uint8Array;
    }
  | { readonly kind: 'damaged'; readonly space: Space; readonly key: string }
  /** In no space that this program knows. */
  | { readonly kind: 'stray'; readonly name: string };

/** Data that can be rebuilt. All operations reject with `StoreError`. */
export interface Store {
  /** Returns the value as it was put, or `undefined`. @throws StoreError `value-damaged` */
  get(space: Space, key: string): Promise<Uint8Array | undefined>;
  /** All of the entries or, after a crash, none; of two for one key the last one counts. */
  put(entries: readonly StoreEntry[]): Promise<void>;
  /** Returns the keys of a space in order; all of them without a range. */
  keys(space: Space, range?: KeyRange): Promise<string[]>;
  /** Every entry as it is now, in order of space and key. Reads all of it. */
  scan(): AsyncIterable<ScannedEntry>;
  close(): Promise<void>;
}

/**
 * The store cannot be used, or a value of it. Codes: `store-locked`, `store-damaged`,
 * `store-schema`, `store-failed`, `store-closed`, `value-damaged`.
 */
export class StoreError extends AssayError {
  override readonly name = 'StoreError';
}

/** What to do about a store that is damaged: nothing in it is only there. */
export const REBUILD =
  'Stop the node and delete this folder (assay db rebuild): peers give what it holds again. ' +
  'Leave keystore and guard alone.';

const KEY_CHARS_MAX = 512;
const HASH_BYTES = 32;

/** Returns the key as it is stored. @throws AssertionError if it is too long or not printable */
export function storedKey(space: Space, key: string): string {
  assert(/^[\x20-\x7e]+$/.test(key) && key.length <= KEY_CHARS_MAX, 'a key is printable ASCII');
  return `${space}/${key}`;
}

/** Returns the value as it is stored: hash of key and value, then the value. */
export function sealValue(key: string, value: Uint8Array): Uint8Array {
  return concatBytes(hashOf(key, value), value);
}

/**
 * Returns the value of what is stored under `key`.
 * @param where folder of the store, for the message
 * @throws StoreError `value-damaged`
 */
export function openValue(key: string, stored: Uint8Array, where: string): Uint8Array {
  const value = new Uint8Array(stored.subarray(HASH_BYTES));
  if (
    stored.length >= HASH_BYTES &&
    equalBytes(hashOf(key, value), stored.subarray(0, HASH_BYTES))
  ) {
    return value;
  }
  throw new StoreError({
    code: 'value-damaged',
    message: `the value of ${key} is not what was written`,
    where,
    remedy: REBUILD,
  });
}

/** Tells what is stored under a name. */
export function scanned(name: string, stored: Uint8Array): ScannedEntry {
  const slash = name.indexOf('/');
  const space = SPACES.find((each) => each === name.slice(0, slash));
  if (space === undefined) return { kind: 'stray', name };
  const key = name.slice(slash + 1);
  try {
    return { kind: 'value', space, key, value: openValue(name, stored, '') };
  } catch {
    return { kind: 'damaged', space, key };
  }
}

/** The error of a store that was closed. */
export function storeClosed(where: string): StoreError {
  const remedy = 'Start again.';
  return new StoreError({ code: 'store-closed', message: 'the store is closed', where, remedy });
}

/** A line break, which no key holds, keeps key and value apart. */
function hashOf(key: string, value: Uint8Array): Uint8Array {
  return new Uint8Array(
    createHash('sha256')
      .update(utf8(`${key}\n`))
      .update(value)
      .digest(),
  );
}
