/**
 * Passphrases come from a file, an open descriptor, or a person at a terminal; never from the
 * command line or the environment, where other processes see them.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { KeyError } from './error.ts';
import { reasonOf } from './private-file.ts';
import { promptHidden, type Terminal } from './prompt.ts';
import { Secret } from './secret.ts';

export type PassphraseSource = {
  /** Path of a file that others may not read; one newline at its end is not part of it. */
  readonly file?: string;
  /** Number of an open descriptor, read to its end. */
  readonly descriptor?: number;
  /** What to ask a person, if neither is given. */
  readonly prompt?: {
    readonly question: string;
    /** A new passphrase is asked for twice. */
    readonly isNew: boolean;
  };
  /** Standard input and error output of the process, unless a test brings its own. */
  readonly terminal?: Terminal;
};

const BYTES_MAX = 1024;
const TRIES_MAX = 3;
/** Bits of others: a group may share a file of secrets, as services do. */
const OTHERS = 0o007;

/**
 * Reads a passphrase from the first source that is given: file, descriptor, prompt.
 * @throws KeyError `passphrase-missing`, `passphrase-malformed`, `passphrase-mismatch`,
 *   `passphrase-interrupted`, `keystore-permissions`
 */
export async function readPassphrase(source: PassphraseSource): Promise<Secret<string>> {
  const { file, descriptor, prompt } = source;
  if (file !== undefined) return fromFile(file);
  if (descriptor !== undefined) {
    return fromStream(createReadStream('', { fd: descriptor }), `descriptor ${descriptor}`);
  }
  const { terminal = { input: process.stdin, output: process.stderr } } = source;
  if (prompt !== undefined && terminal.input.isTTY) return fromPerson(prompt, terminal);
  throw new KeyError({
    code: 'passphrase-missing',
    message: 'no passphrase was given, and there is no terminal to ask at',
    remedy: 'Give a file or a descriptor that holds it.',
  });
}

async function fromFile(path: string): Promise<Secret<string>> {
  const { mode } = await stat(path).catch((cause: unknown) => {
    throw missing(path, cause);
  });
  if (process.platform !== 'win32' && (mode & OTHERS) !== 0) {
    throw new KeyError({
      code: 'keystore-permissions',
      message: 'everybody on this machine may read or change the passphrase',
      where: path,
      remedy: `chmod 600 ${path}`,
    });
  }
  return fromStream(createReadStream(path), path);
}

async function fromStream(stream: AsyncIterable<Buffer>, where: string): Promise<Secret<string>> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of stream) {
      length += chunk.length;
      if (length > BYTES_MAX) throw malformed(where, `longer than ${BYTES_MAX} bytes`);
      chunks.push(chunk);
    }
  } catch (cause) {
    throw cause instanceof KeyError ? cause : missing(where, cause);
  }
  return new Secret(textOf(Buffer.concat(chunks), where));
}

function textOf(bytes: Buffer, where: string): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformed(where, 'no UTF-8 text');
  }
  const line = text.replace(/\r?\n$/, '');
  if (line === '') throw malformed(where, 'empty');
  if (/\p{Cc}/u.test(line)) throw malformed(where, 'more than one line, or control characters');
  return line;
}

async function fromPerson(
  { question, isNew }: { readonly question: string; readonly isNew: boolean },
  terminal: Terminal,
): Promise<Secret<string>> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const first = await promptHidden(`${question}: `, terminal);
    if (first === '') continue;
    if (!isNew || (await promptHidden(`${question}, again: `, terminal)) === first) {
      return new Secret(first);
    }
    terminal.output.write('They differ.\n');
  }
  throw new KeyError({
    code: 'passphrase-mismatch',
    message: `no passphrase after ${TRIES_MAX} tries`,
    remedy: 'Start the command again.',
  });
}

function missing(where: string, cause: unknown): KeyError {
  const message = `the passphrase cannot be read: ${reasonOf(cause)}`;
  const remedy = 'Give a file or a descriptor that holds it.';
  return new KeyError({ code: 'passphrase-missing', message, where, remedy }, { cause });
}

function malformed(where: string, reason: string): KeyError {
  return new KeyError({
    code: 'passphrase-malformed',
    message: `this is no passphrase: ${reason}`,
    where,
    remedy: 'Put the passphrase there, in one line.',
  });
}
