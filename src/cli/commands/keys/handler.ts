/** Does the work of `assay keys …`. Secrets stay in the keystore: nothing here prints one. */
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError, toHex } from '../../../base/index.ts';
import {
  exportKeystore,
  guardPath,
  importKeystore,
  inspectKeystore,
  type KeystoreInfo,
  type KeystoreMove,
  keystorePath,
  lockDirectory,
  markMoved,
  movedBy,
  peerIdText,
  readPassphrase,
} from '../../../node/index.ts';
import type { Answer } from '../../io.ts';
import type { PassphraseValues } from '../../node-options.ts';
import { passphraseOf } from '../../node-session.ts';

const LABEL_COLUMNS = 10;
/** Hexadecimal digits on one line. */
const HEX_COLUMNS = 64;
const OWNER_FOLDER = 0o700;

/** Values of `keys export` and `keys import`. */
export type MoveValues = PassphraseValues & {
  readonly dir: string;
  readonly 'new-password-file': string | undefined;
};

/**
 * Describes the key of a folder, or of each folder in it.
 * @throws AssayError no-keystore; KeyError if a keystore cannot be read
 */
export async function answerList({ dir }: { readonly dir: string }): Promise<Answer> {
  const keys: KeyView[] = [];
  for (const directory of await keyFolders(dir)) {
    const info = await inspectKeystore(keystorePath(directory));
    keys.push(viewOf(directory, info, await movedBy(directory)));
  }
  const lines = keys.flatMap((key) => [...keyLines(key), '']);
  return { json: { keys }, lines: lines.slice(0, -1) };
}

/**
 * Copies the key into a file for another machine.
 * @throws AssayError no-keystore; KeyError, among them directory-locked, keystore-exists
 */
export async function answerExport(values: MoveValues & { readonly out: string }): Promise<Answer> {
  const { dir, out } = values;
  const from = keystorePath(dir);
  if (!existsSync(from)) throw noKeystore(dir);
  const info = await whileLocked(dir, async () => {
    const exported = await exportKeystore({ from, to: out, ...(await passphrases(values, dir)) });
    await markMoved(dir, 'keys export');
    return exported;
  });
  return {
    json: { file: out, ...publicPart(info) },
    lines: [
      `Wrote ${out}: the key of ${dir}, encrypted.`,
      '',
      ...identityLines(info),
      '',
      'To move the node:',
      '  1. Carry its sign guard as well, or the new node could contradict this one',
      '     and lose its stake:',
      `       assay guard export --dir ${dir} --net NETWORK --out guard.json`,
      '  2. On the other machine: assay keys import, then assay guard import.',
      '  3. Never start the node here again. One key never runs twice.',
      '',
      'The folder here is marked as moved: no node starts on it. If the file is only',
      'meant as a backup: assay guard unmove --help.',
    ],
  };
}

/**
 * Makes an exported key the key of a folder.
 * @throws KeyError, among them directory-locked, keystore-exists, passphrase-wrong
 */
export async function answerImport(
  values: MoveValues & { readonly file: string },
): Promise<Answer> {
  const { dir, file } = values;
  await mkdir(dir, { recursive: true, mode: OWNER_FOLDER });
  const info = await whileLocked(dir, async () =>
    importKeystore({ from: file, to: keystorePath(dir), ...(await passphrases(values, file)) }),
  );
  return {
    json: { dir, ...publicPart(info), hasGuard: existsSync(guardPath(dir)) },
    lines: [
      `The key lies in ${dir}. It cannot start yet: nobody here knows what it signed.`,
      '',
      ...identityLines(info),
      '',
      'Next, its sign guard from the old machine, where it must never start again:',
      `  assay guard import guard.json --dir ${dir} --net NETWORK`,
      '',
      'If the guard is lost, and the old machine is off for good:',
      `  assay guard renew --dir ${dir} --net NETWORK`,
    ],
  };
}

/** What a list shows of a key. */
type KeyView = {
  readonly dir: string;
  readonly id: string;
  readonly peerId: string;
  readonly voteKey: string;
  readonly uuid: string;
  readonly description: string;
  readonly isExported: boolean;
  readonly hasGuard: boolean;
  /** When and by what it was carried away, if it was. */
  readonly moved: string | undefined;
};

function viewOf(dir: string, info: KeystoreInfo, moved: string | undefined): KeyView {
  const { uuid, description, isExported } = info;
  const hasGuard = existsSync(guardPath(dir));
  return { dir, ...publicPart(info), uuid, description, isExported, hasGuard, moved };
}

function publicPart({ id, voteKey }: KeystoreInfo) {
  return { id, peerId: peerIdText(id), voteKey: toHex(voteKey) };
}

function keyLines(key: KeyView): readonly string[] {
  return [
    ...labelled('folder', key.dir),
    ...(key.description === '' ? [] : labelled('about', key.description)),
    ...publicLines(key),
    ...labelled(
      'guard',
      key.hasGuard ? 'there' : 'none: `assay guard import`, unless the key is new',
    ),
    ...(key.moved === undefined ? [] : labelled('moved', key.moved)),
    ...(key.isExported ? labelled('state', 'exported: import it before a node runs on it') : []),
  ];
}

function identityLines(info: KeystoreInfo): readonly string[] {
  return publicLines(publicPart(info));
}

function publicLines(key: Pick<KeyView, 'id' | 'peerId' | 'voteKey'>): readonly string[] {
  const { id, peerId, voteKey } = key;
  return [
    ...labelled('id', id),
    ...labelled('peer id', peerId),
    ...labelled('vote key', voteKey.slice(0, HEX_COLUMNS)),
    ...labelled('', voteKey.slice(HEX_COLUMNS)),
  ];
}

function labelled(label: string, text: string): readonly string[] {
  return [label.padEnd(LABEL_COLUMNS) + text];
}

/** The folder itself if it has a keystore, else those in it that do: a testnet has many. */
async function keyFolders(dir: string): Promise<readonly string[]> {
  if (existsSync(keystorePath(dir))) return [dir];
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  const found = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(dir, name))
    .filter((folder) => existsSync(keystorePath(folder)))
    .sort();
  if (found.length === 0) throw noKeystore(dir);
  return found;
}

async function passphrases(
  values: MoveValues,
  what: string,
): Promise<Pick<KeystoreMove, 'passphrase' | 'newPassphrase'>> {
  const passphrase = await passphraseOf(values, {
    question: `Passphrase of ${what}`,
    isNew: false,
  });
  const file = values['new-password-file'];
  return {
    passphrase,
    newPassphrase: file === undefined ? passphrase : await readPassphrase({ file }),
  };
}

async function whileLocked<T>(directory: string, act: () => Promise<T>): Promise<T> {
  const lock = await lockDirectory(directory);
  try {
    return await act();
  } finally {
    await lock.release();
  }
}

function noKeystore(dir: string): AssayError {
  return new AssayError({
    code: 'no-keystore',
    message: 'there is no keystore here',
    where: dir,
    remedy: 'Name the folder of a node, or make one with `assay init --dir`.',
  });
}
