/** Network files on disk: read and verified, or written whole. */
import { randomBytes } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import {
  type ConfigDocument,
  configYaml,
  type NetworkFile,
  readDocument,
  resolveNetworkFile,
} from '../config/index.ts';
import { type Crypto, realCrypto } from '../crypto/index.ts';
import { NetworkFileError } from './error.ts';
import { verifyNetworkFile } from './verification.ts';

/**
 * Reads a network file and verifies everything in it.
 * @throws ConfigError when it is no network file; NetworkFileError when it must not be used
 */
export function readNetworkFile(path: string, crypto: Crypto = realCrypto): NetworkFile {
  return loadNetworkFile(readDocument(path), crypto);
}

/** Like `readNetworkFile`, of a document that was read already. */
export function loadNetworkFile(document: ConfigDocument, crypto: Crypto): NetworkFile {
  const file = resolveNetworkFile(document);
  const problems = verifyNetworkFile(file, crypto).map(({ code, path: keys, message, remedy }) => {
    return { code, message, where: document.placeOf(keys), remedy };
  });
  if (problems.length > 0) throw new NetworkFileError(document.source, problems);
  return file;
}

/**
 * Writes a network file as YAML with every default spelled out; a reader never sees half of it.
 * @throws NetworkFileError network-file-unwritable
 */
export async function writeNetworkFile(path: string, file: NetworkFile): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(temporary, networkFileYaml(file), { flag: 'wx' });
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    const detail = {
      code: 'network-file-unwritable',
      message: `cannot be written (${code})`,
      where: path,
      remedy: 'Choose another file, in a folder that exists.',
    };
    throw new NetworkFileError(path, [detail], { cause });
  }
}

const HEADING = '# What the nodes of one network agree on. Signed: any change makes it unusable.\n';

/** Returns the text of a network file: it loads again to the same id and signature. */
export function networkFileYaml(file: NetworkFile): string {
  return HEADING + configYaml(file);
}
