/**
 * The JSON of a keystore, strictly: the shape of EIP-2335 with AES-256-GCM, which also covers what
 * is not secret. The checksum needs no passphrase, so that a damaged file and a wrong passphrase
 * are told apart.
 *
 * @see https://eips.ethereum.org/EIPS/eip-2335
 */
import { createHash } from 'node:crypto';
import { fromHex, isNodeId, type NodeId, toHex } from '../../base/index.ts';
import { encodeCanonical } from '../../wire/index.ts';
import { KeyError } from './error.ts';

/** Everything in a keystore but what encryption yields: what GCM covers in the clear. */
export type KeystoreHead = {
  readonly format: 'assay-keystore';
  readonly version: 1;
  readonly uuid: string;
  readonly description: string;
  readonly pubkey: NodeId;
  /** BLS public key, 96 hexadecimal digits. */
  readonly votePubkey: string;
  /** An exported one is carried to another machine; no node runs on it. */
  readonly exported: boolean;
  readonly kdf: ScryptParameters;
};

/** Cost of guessing a passphrase: 128 · n · r bytes of memory, p times. */
export type ScryptParameters = {
  /** A power of two. */
  readonly n: number;
  readonly r: number;
  readonly p: number;
  /** 64 hexadecimal digits. */
  readonly salt: string;
};

/** What encryption yields, in hexadecimal digits. */
export type Sealed = { readonly iv: string; readonly tag: string; readonly message: string };
export type KeystoreContent = { readonly head: KeystoreHead; readonly sealed: Sealed };

/** Memory that a file may make us use: twice that of the default cost. */
const SCRYPT_BYTES_MAX = 268_435_456;
const SCRYPT_P_MAX = 4;
const DESCRIPTION = /^[\x20-\x7e]{0,200}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Returns the bytes that GCM covers beside the secret. */
export function coveredBytes(head: KeystoreHead): Uint8Array {
  return encodeCanonical(head);
}

/** Tells whether `parameters` keep the limits of memory and time. */
export function isAffordable({ n, r, p }: Omit<ScryptParameters, 'salt'>): boolean {
  const isCost = [n, r, p].every((value) => Number.isSafeInteger(value) && value >= 1);
  const isPower = isCost && n >= 2 && Number.isInteger(Math.log2(n));
  return isPower && 128 * n * r <= SCRYPT_BYTES_MAX && p <= SCRYPT_P_MAX;
}

/** Returns the text of a keystore file. */
export function formatKeystore({ head, sealed }: KeystoreContent): string {
  const { kdf, ...rest } = head;
  const { iv, tag, message } = sealed;
  const content = {
    crypto: {
      kdf: { function: 'scrypt', params: { dklen: 32, ...kdf }, message: '' },
      checksum: { function: 'sha256', params: {}, message: checksumOf({ head, sealed }) },
      cipher: { function: 'aes-256-gcm', params: { iv, tag }, message },
    },
    ...rest,
    path: '',
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

function checksumOf({ head, sealed }: KeystoreContent): string {
  const hash = createHash('sha256').update(coveredBytes(head));
  return hash.update(encodeCanonical(sealed)).digest('hex');
}

/**
 * Reads the text of a keystore file.
 * @param where file name, for messages
 * @throws KeyError `keystore-malformed`, `keystore-damaged`
 */
export function parseKeystore(text: string, where: string): KeystoreContent {
  const reader = new Reader(where);
  const all = reader.fields(reader.json(text), { place: 'keystore', names: ALL_FIELDS });
  const parts = reader.fields(all['crypto'], { place: 'crypto', names: CRYPTO_FIELDS });
  const kdf = reader.module(parts['kdf'], { name: 'scrypt', names: KDF_FIELDS });
  const cipher = reader.module(parts['cipher'], { name: 'aes-256-gcm', names: ['iv', 'tag'] });
  const checksum = reader.module(parts['checksum'], { name: 'sha256', names: [] });
  const isKnown = all['format'] === 'assay-keystore' && all['version'] === 1;
  if (!isKnown) throw reader.malformed('format and version', 'made by another program or release');
  if (kdf.message !== '' || all['path'] !== '') throw reader.malformed('crypto', 'unknown kind');
  const pubkey = reader.text(all, 'pubkey', /^[0-9a-f]{64}$/);
  if (!isNodeId(pubkey)) throw reader.malformed('pubkey', 'no key');
  const exported = all['exported'];
  if (typeof exported !== 'boolean') throw reader.malformed('exported', 'expected true or false');
  const head: KeystoreHead = {
    format: 'assay-keystore',
    version: 1,
    uuid: reader.text(all, 'uuid', UUID),
    description: reader.text(all, 'description', DESCRIPTION),
    pubkey,
    votePubkey: reader.hex(all, 'votePubkey', 48),
    exported,
    kdf: reader.scrypt(kdf.params),
  };
  const sealed: Sealed = {
    iv: reader.hex(cipher.params, 'iv', 12),
    tag: reader.hex(cipher.params, 'tag', 16),
    message: reader.hex(cipher, 'message', 32),
  };
  if (checksum.message !== checksumOf({ head, sealed })) throw damagedKeystore(where);
  return { head, sealed };
}

/** The error of a file that is not what was written. */
export function damagedKeystore(where: string): KeyError {
  return new KeyError({
    code: 'keystore-damaged',
    message: 'the keystore was changed or damaged since it was written',
    where,
    remedy: 'Use an export or a backup of it. The passphrase is not at fault.',
  });
}

type Fields = Readonly<Record<string, unknown>>;

const ALL_FIELDS = [
  ...['crypto', 'format', 'version', 'uuid', 'description', 'path'],
  ...['pubkey', 'votePubkey', 'exported'],
];
const CRYPTO_FIELDS = ['kdf', 'checksum', 'cipher'];
const KDF_FIELDS = ['dklen', 'n', 'r', 'p', 'salt'];

/** Takes JSON apart; whatever is not as expected is an error that names the place. */
class Reader {
  readonly #where: string;

  constructor(where: string) {
    this.#where = where;
  }

  malformed(place: string, reason: string): KeyError {
    return new KeyError({
      code: 'keystore-malformed',
      message: `${place}: ${reason}`,
      where: this.#where,
      remedy: 'Use an export or a backup of the keystore.',
    });
  }

  json(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      throw this.malformed('keystore', 'no JSON');
    }
  }

  fields(value: unknown, { place, names }: { place: string; names: readonly string[] }): Fields {
    if (typeof value !== 'object' || value === null) throw this.malformed(place, 'no object');
    const keys = Object.keys(value);
    if (keys.length === names.length && names.every((name) => keys.includes(name))) {
      return { ...value };
    }
    throw this.malformed(place, `expected exactly the fields ${names.join(', ')}`);
  }

  module(value: unknown, { name, names }: { name: string; names: readonly string[] }) {
    const place = `crypto, ${name}`;
    const found = this.fields(value, { place, names: ['function', 'params', 'message'] });
    if (found['function'] !== name) throw this.malformed(place, 'another function');
    const params = this.fields(found['params'], { place, names });
    return { params, message: found['message'] };
  }

  text(fields: Fields, name: string, pattern: RegExp): string {
    const value = fields[name];
    if (typeof value === 'string' && pattern.test(value)) return value;
    throw this.malformed(name, `expected text like ${pattern.source}`);
  }

  hex(fields: Fields, name: string, lengthBytes: number): string {
    const value = fields[name];
    const bytes = typeof value === 'string' ? fromHex(value) : undefined;
    if (bytes?.length === lengthBytes && toHex(bytes) === value) return value;
    throw this.malformed(name, `expected ${2 * lengthBytes} hexadecimal digits`);
  }

  scrypt(params: Fields): ScryptParameters {
    const { n, r, p, dklen } = params;
    const salt = this.hex(params, 'salt', 32);
    const areNumbers = typeof n === 'number' && typeof r === 'number' && typeof p === 'number';
    if (areNumbers && dklen === 32 && isAffordable({ n, r, p })) return { n, r, p, salt };
    throw this.malformed('crypto, scrypt', 'parameters that are none, or cost too much memory');
  }
}
