/** Passphrases from files, descriptors and terminals. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { chmod, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readPassphrase, type Terminal } from '../../../../src/node/keys/index.ts';
import { hasCode, withFolder } from '../../store/guard-records.ts';

const QUESTION = { question: 'Passphrase', isNew: false };

describe('passphrase', () => {
  it('is read from a file, without one newline at its end', () =>
    withFolder(async (folder) => {
      const file = join(folder, 'secret');
      const texts = [
        ['word word', 'word word'],
        ['word\n', 'word'],
        ['word\r\n', 'word'],
        [' word ', ' word '],
        ['wörd\n', 'wörd'],
      ] as const;
      for (const [content, expected] of texts) {
        await writeFile(file, content, { mode: 0o600 });
        equal((await readPassphrase({ file })).reveal(), expected);
      }
    }));

  it('is not taken from a file that everybody may read', () =>
    withFolder(async (folder) => {
      const file = join(folder, 'secret');
      await writeFile(file, 'word word');
      await chmod(file, 0o644);
      await rejects(readPassphrase({ file }), hasCode('keystore-permissions'));
      await chmod(file, 0o640);
      equal((await readPassphrase({ file })).reveal(), 'word word');
    }));

  it('is one line of text, and not long', () =>
    withFolder(async (folder) => {
      const file = join(folder, 'secret');
      const contents = [
        '',
        '\n',
        'a\nb\n',
        'a\n\n',
        'a\0',
        'x'.repeat(1025),
        Buffer.of(0xff, 0x41),
      ];
      for (const content of contents) {
        await writeFile(file, content, { mode: 0o600 });
        await rejects(readPassphrase({ file }), hasCode('passphrase-malformed'), String(content));
      }
      const absent = join(folder, 'absent');
      await rejects(readPassphrase({ file: absent }), hasCode('passphrase-missing'));
    }));

  it('is read from an open descriptor', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'secret');
      await writeFile(path, 'word word\n');
      const handle = await open(path);
      equal((await readPassphrase({ descriptor: handle.fd })).reveal(), 'word word');
      await handle.close().catch(() => {});
      await rejects(readPassphrase({ descriptor: 999_999 }), hasCode('passphrase-missing'));
    }));

  it('needs a source', async () => {
    const { terminal } = fakeTerminal([], { isTTY: false });
    const source = { prompt: QUESTION, terminal };
    await rejects(readPassphrase(source), hasCode('passphrase-missing'));
    await rejects(readPassphrase({}), hasCode('passphrase-missing'));
  });
});

describe('passphrase at a terminal', () => {
  it('is typed without being shown', async () => {
    const fake = fakeTerminal([['w', 'o', 'x', '\u007f', 'rd é', '\u001b[A', '\r']]);
    const secret = await readPassphrase({ prompt: QUESTION, terminal: fake.terminal });
    equal(secret.reveal(), 'word é');
    equal(fake.shown(), 'Passphrase: \n');
    deepEqual(fake.modes, [true, false]);
    equal(fake.listeners(), 0);
  });

  it('can be cleared while typing', async () => {
    const fake = fakeTerminal([['wrong', '\u0015', 'right', '\u0004']]);
    const secret = await readPassphrase({ prompt: QUESTION, terminal: fake.terminal });
    equal(secret.reveal(), 'right');
  });

  it('survives characters that come in pieces', async () => {
    const [head, tail] = [Buffer.from('é').subarray(0, 1), Buffer.from('é').subarray(1)];
    const fake = fakeTerminal([[head, tail, '\n']]);
    const secret = await readPassphrase({ prompt: QUESTION, terminal: fake.terminal });
    equal(secret.reveal(), 'é');
  });

  it('is asked for twice when it is new, until both are the same', async () => {
    const lines = ['one', 'two', 'three', 'three'].map((word) => [word, '\r']);
    const fake = fakeTerminal(lines);
    const prompt = { question: 'New passphrase', isNew: true };
    const secret = await readPassphrase({ prompt, terminal: fake.terminal });
    equal(secret.reveal(), 'three');
    ok(fake.shown().includes('New passphrase, again: '));
    ok(fake.shown().includes('They differ.'));
    const never = fakeTerminal(['a', 'b', 'c', 'd', 'e', 'f'].map((word) => [word, '\r']));
    const source = { prompt, terminal: never.terminal };
    await rejects(readPassphrase(source), hasCode('passphrase-mismatch'));
  });

  it('Ctrl-C and the end of the input stop it and leave the terminal sane', async () => {
    for (const keys of [['abc', '\u0003'], ['\u0004'], ['abc', 'end']]) {
      const fake = fakeTerminal([keys]);
      const source = { prompt: QUESTION, terminal: fake.terminal };
      await rejects(readPassphrase(source), hasCode('passphrase-interrupted'));
      deepEqual(fake.modes, [true, false]);
      equal(fake.listeners(), 0);
    }
  });
});

/** A terminal at which each prompt is answered by the next list of keys. */
function fakeTerminal(
  answers: readonly (readonly (string | Buffer)[])[],
  { isTTY }: { readonly isTTY: boolean } = { isTTY: true },
) {
  const emitter = new EventEmitter();
  const modes: boolean[] = [];
  const written: string[] = [];
  const waiting = [...answers];
  const type = () => {
    for (const key of waiting.shift() ?? []) {
      if (key === 'end') emitter.emit('end');
      else emitter.emit('data', Buffer.from(key));
    }
  };
  const input: Terminal['input'] = {
    isTTY,
    setRawMode: (isRaw) => modes.push(isRaw),
    on: (event: string, listener: (chunk: Buffer) => void) => emitter.on(event, listener),
    off: (event: string, listener: (chunk: Buffer) => void) => emitter.off(event, listener),
    resume: () => setImmediate(type),
    pause: () => {},
  };
  return {
    terminal: { input, output: { write: (text: string) => written.push(text) } },
    modes,
    shown: () => written.join(''),
    listeners: () => emitter.listenerCount('data') + emitter.listenerCount('end'),
  };
}
