/** What README.md shows is what the commands print. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { runCli } from '../../../src/cli/main.ts';

const README = readFileSync('README.md', 'utf8');

describe('README.md', () => {
  it('shows what the theory commands print', async () => {
    const shown = [...README.matchAll(/^\$ npx assay (theory .*)\n((?:(?!\$ |```).*\n)+)/gm)];
    assert.ok(shown.length >= 4);
    for (const [, line = '', text = ''] of shown) {
      const printed = (await print(line.split(' '))).split('\n');
      const lines = text.split('\n').filter((each) => each !== '');
      for (const each of lines) assert.ok(printed.includes(each), `${line}: ${each}`);
    }
  });

  it('names commands and options that exist', async () => {
    const commands = [...README.matchAll(/^(?:\$ )?npx assay ([a-z]+(?: [a-z]+)?)(.*)$/gm)];
    assert.ok(commands.length >= 24);
    for (const [whole, words = '', rest = ''] of commands) {
      const help = await print([...words.split(' '), '--help']);
      assert.ok(help.startsWith(`assay ${words}`), whole);
      const options = [...(rest.split('#')[0] ?? '').matchAll(/--[a-z-]+/g)].map(([name]) => name);
      for (const name of options) assert.ok(help.includes(name), `${whole}: ${name}`);
    }
  });

  it('links to files that exist', () => {
    const links = [...README.matchAll(/\]\(([^)]+)\)/g)].map(
      ([, target = '']) => target.split('#')[0] ?? '',
    );
    assert.ok(links.length >= 12);
    for (const target of links) assert.ok(readFileSync(target).length > 0, target);
  });
});

async function print(words: readonly string[]): Promise<string> {
  let out = '';
  let err = '';
  const code = await runCli(words, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    signal: new AbortController().signal,
  });
  assert.equal(code, 0, err);
  return out;
}
