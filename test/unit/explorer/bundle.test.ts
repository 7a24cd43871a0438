/** What vite builds: small enough, and nothing in it that is not the page's own. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { EXPLORER_FOLDER } from '../../support/explorer-server.ts';

const BUILD = fileURLToPath(new URL('../../../src/explorer/build.js', import.meta.url));
const SCRIPT_BYTES_MAX = 500_000;
/** Names of XML, which nobody fetches, and what error messages of libraries point to. */
const NEVER_FETCHED = /^https?:\/\/(www\.w3\.org\/|json-schema\.org\/|preactjs\.com)/;

describe('the built explorer', function () {
  this.timeout(60_000);
  let files: readonly string[] = [];

  before(() => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [BUILD], { encoding: 'utf8' });
    equal(status, 0, stdout + stderr);
    match(stdout, /explorer: \d+\.\d kB of script, at most 500/);
    files = readdirSync(EXPLORER_FOLDER, { recursive: true, encoding: 'utf8' });
  });

  const textOf = (name: string) => readFileSync(join(EXPLORER_FOLDER, name), 'utf8');

  it('has at most 500 kB of compressed script', () => {
    const scripts = files.filter((name) => name.endsWith('.js'));
    equal(scripts.length, 2, 'the page and the checker');
    const bytes = scripts.map((name) => gzipSync(textOf(name)).length);
    const total = bytes.reduce((sum, each) => sum + each, 0);
    ok(total > 50_000 && total <= SCRIPT_BYTES_MAX, `${total} bytes`);
  });

  it('refers to nothing outside', () => {
    const found = files
      .filter((name) => /\.(html|js|css)$/.test(name))
      .flatMap((name) => textOf(name).match(/https?:\/\/[\w.-]+[^\s"'`<>)]*/g) ?? []);
    deepEqual(
      found.filter((url) => !NEVER_FETCHED.test(url)),
      [],
    );
    const page = textOf('index.html');
    deepEqual(
      [...page.matchAll(/(?:src|href)="([^"]+)"/g)]
        .map((found) => found[1] ?? '')
        .filter((url) => !url.startsWith('./assets/') && !url.startsWith('data:image/')),
      [],
    );
  });

  it('has no script and no style in the page, which the policy would refuse', () => {
    const page = textOf('index.html');
    ok(!/<script(?![^>]*\ssrc=)/.test(page) && !/<style|\sstyle=|\son\w+=/.test(page));
  });

  it('has nothing of a node in it', () => {
    for (const name of files.filter((each) => each.endsWith('.js'))) {
      ok(!textOf(name).includes('is not in a browser'), name);
      ok(!/from\s*["'](node:|@chainsafe)/.test(textOf(name)), name);
    }
  });
});
