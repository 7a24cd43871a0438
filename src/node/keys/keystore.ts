/**
 * Keystores: the secret seed of an identity, encrypted under a passphrase, in a file of its own.
 * The seed stands for the Ed25519 key (also the libp2p identity), the BLS key and the salts.
 */
import { createCipheriv, createDecipheriv, randomBytes, randomUUID, scrypt } from 'node:crypto';
import { dirname } from 'node:path';
import { assert, defined, fromHex, type NodeId, toHex } from '../../base/index.ts';
import { createSigner } from '../../crypto/index.ts';
import { KeyError } from './error.ts';
import {
  coveredBytes,
  damagedKeystore,
  formatKeystore,
  isAffordable,
  type KeystoreContent,
  type KeystoreHead,
  parseKeystore,
  type ScryptParameters,
  type Sealed,
} from './keystore-format.ts';
import { assertFolderClosed, readPrivateFile, writePrivateFile } from './private-file.ts';
import { Secret } from './secret.ts';

/** What a keystore tells without its passphrase. */
export type KeystoreInfo = {
  readonly id: NodeId;
  /** BLS public key, 48 bytes. */
  readonly voteKey: Uint8Array;
  readonly uuid: string;
  readonly description: string;
  /** An exported one is carried to another machine; no node runs on it. */
  readonly isExported: boolean;
};

/** An opened keystore. */
export type Keystore = KeystoreInfo & {
  /** 32 bytes, for `createSigner` and `identitySeed` of `src/crypto`. */
  readonly seed: Secret<Uint8Array>;
};

export type KeystoreOptions = {
  readonly passphrase: Secret<string>;
  /** For people: up to 200 printable ASCII characters. */
  readonly description?: string;
  /** 32 bytes; drawn at random unless given. */
  readonly seed?: Secret<Uint8Array>;
  /** Memory cost n of scrypt, a power of two; tests take a small one. */
  readonly scryptN?: number;
};

/** 128 MiB and 0.3 s for each guess; the first choice of the OWASP cheat sheet for scrypt. */
const SCRYPT_N = 131_072;
const SCRYPT_R = 8;
const SCRYPT_P = 1;
const SEED_BYTES = 32;
const FILE_BYTES_MAX = 65_536;
const PASSPHRASE_CHARS_MIN = 8;

/**
 * Creates a keystore in a new file; its folder is made if it is not there.
 * @throws KeyError `keystore-exists`, `keystore-permissions`, `keystore-unwritable`,
 *   `passphrase-weak`
 */
export async function createKeystore(path: string, options: KeystoreOptions): Promise<Keystore> {
  const { seed = new Secret(new Uint8Array(randomBytes(SEED_BYTES))) } = options;
  return writeKeystore(path, { ...options, seed, uuid: randomUUID(), isExported: false });
}

/**
 * Opens the keystore that a node runs on.
 * @throws KeyError `passphrase-wrong`, `keystore-missing`, `keystore-permissions`,
 *   `keystore-malformed`, `keystore-damaged`, `keystore-exported`
 */
export async function openKeystore(path: string, passphrase: Secret<string>): Promise<Keystore> {
  const content = await readContent(path);
  await assertFolderClosed(dirname(path));
  if (content.head.exported) {
    throw new KeyError({
      code: 'keystore-exported',
      message: 'an exported keystore is for carrying a key to another machine, not for running it',
      where: path,
      remedy: 'Stop the node that it came from, then import keystore and guard here.',
    });
  }
  return decrypt(path, content, passphrase);
}

/** Returns what the keystore at `path` tells without its passphrase. @throws KeyError */
export async function inspectKeystore(path: string): Promise<KeystoreInfo> {
  return infoOf((await readContent(path)).head);
}

export type KeystoreMove = {
  readonly from: string;
  /** A file that is not there yet. */
  readonly to: string;
  readonly passphrase: Secret<string>;
  /** Of the new file. */
  readonly newPassphrase: Secret<string>;
  readonly scryptN?: number;
};

/** Writes the key under a new passphrase, marked as exported. @throws KeyError as the others do */
export function exportKeystore(move: KeystoreMove): Promise<KeystoreInfo> {
  return moveKeystore(move, { isExported: true });
}

/** Makes an exported keystore one that a node runs on. @throws KeyError as open and create */
export function importKeystore(move: KeystoreMove): Promise<KeystoreInfo> {
  return moveKeystore(move, { isExported: false });
}

async function moveKeystore(
  { from, to, passphrase, newPassphrase, scryptN = SCRYPT_N }: KeystoreMove,
  { isExported }: { readonly isExported: boolean },
): Promise<KeystoreInfo> {
  const { seed, uuid, description } = await decrypt(from, await readContent(from), passphrase);
  const options = { seed, uuid, description, isExported, passphrase: newPassphrase, scryptN };
  const { id, voteKey } = await writeKeystore(to, options);
  return { id, voteKey, uuid, description, isExported };
}

type NewKeystore = KeystoreOptions & {
  readonly seed: Secret<Uint8Array>;
  readonly uuid: string;
  readonly isExported: boolean;
};

async function writeKeystore(path: string, options: NewKeystore): Promise<Keystore> {
  const { passphrase, seed, uuid, description = '', isExported, scryptN = SCRYPT_N } = options;
  assertStrong(passphrase);
  const salt = randomBytes(32).toString('hex');
  const kdf = { n: scryptN, r: SCRYPT_R, p: SCRYPT_P, salt };
  assert(isAffordable(kdf), 'the cost of scrypt keeps the limits that readers set');
  const signer = createSigner(seed.reveal());
  const head: KeystoreHead = {
    format: 'assay-keystore',
    version: 1,
    uuid,
    description,
    pubkey: signer.id,
    votePubkey: toHex(signer.voteKey),
    exported: isExported,
    kdf,
  };
  const text = formatKeystore({ head, sealed: await encrypt(head, seed, passphrase) });
  parseKeystore(text, path);
  await writePrivateFile(path, text);
  return { ...infoOf(head), seed };
}

function assertStrong(passphrase: Secret<string>): void {
  if ([...passphrase.reveal()].length >= PASSPHRASE_CHARS_MIN) return;
  throw new KeyError({
    code: 'passphrase-weak',
    message: `a passphrase has at least ${PASSPHRASE_CHARS_MIN} characters`,
    remedy: 'Take several words.',
  });
}

async function readContent(path: string): Promise<KeystoreContent> {
  return parseKeystore(await readPrivateFile(path, FILE_BYTES_MAX), path);
}

function infoOf(head: KeystoreHead): KeystoreInfo {
  const { pubkey, votePubkey, uuid, description, exported } = head;
  return { id: pubkey, voteKey: bytesOf(votePubkey), uuid, description, isExported: exported };
}

async function encrypt(
  head: KeystoreHead,
  seed: Secret<Uint8Array>,
  passphrase: Secret<string>,
): Promise<Sealed> {
  const key = await deriveKey(head.kdf, passphrase);
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  key.fill(0);
  cipher.setAAD(coveredBytes(head));
  const message = Buffer.concat([cipher.update(seed.reveal()), cipher.final()]);
  return { iv: toHex(iv), tag: toHex(cipher.getAuthTag()), message: toHex(message) };
}

async function decrypt(
  path: string,
  { head, sealed }: KeystoreContent,
  passphrase: Secret<string>,
): Promise<Keystore> {
  const key = await deriveKey(head.kdf, passphrase);
  const decipher = createDecipheriv('aes-256-gcm', key, bytesOf(sealed.iv));
  key.fill(0);
  decipher.setAAD(coveredBytes(head)).setAuthTag(bytesOf(sealed.tag));
  const plain = decipher.update(bytesOf(sealed.message));
  const seed = new Secret(new Uint8Array(plain));
  plain.fill(0);
  try {
    decipher.final();
  } catch (cause) {
    throw wrongPassphrase(path, cause);
  }
  const signer = createSigner(seed.reveal());
  if (signer.id !== head.pubkey || toHex(signer.voteKey) !== head.votePubkey) {
    throw damagedKeystore(path);
  }
  return { ...infoOf(head), seed };
}

/** The checksum held, so the bytes are those that were written. */
function wrongPassphrase(path: string, cause: unknown): KeyError {
  const detail = {
    code: 'passphrase-wrong',
    message: 'the passphrase does not open this keystore',
    where: path,
    remedy: 'Check for a trailing space or another keyboard layout.',
  };
  return new KeyError(detail, { cause });
}

/** EIP-2335 normalises passphrases, so that each keyboard types the same one. */
function deriveKey(kdf: ScryptParameters, passphrase: Secret<string>): Promise<Buffer> {
  const { n, r, p } = kdf;
  const options = { N: n, r, p, maxmem: 2 * 128 * n * r };
  const text = passphrase.reveal().normalize('NFKD');
  return new Promise((resolve, reject) => {
    scrypt(text, bytesOf(kdf.salt), 32, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

function bytesOf(hex: string): Uint8Array {
  return defined(fromHex(hex), 'a checked keystore holds hexadecimal digits');
}
