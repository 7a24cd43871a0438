/** `assay keys`: a key moves, its secret never shows, and it does not start without its guard. */
import { doesNotMatch, equal, match, ok } from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toHex } from '../../../src/base/index.ts';
import { describeFailure } from '../../../src/cli/failure.ts';
import {
  createFolder,
  guardPath,
  inspectKeystore,
  KeyError,
  keystorePath,
  lockDirectory,
  openKeystore,
  Secret,
} from '../../../src/node/index.ts';
import { assay } from './run-assay.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-keys-'));
const path = (name: string) => join(folder, name);
const PASSPHRASE = 'a passphrase of the tests';
const OTHER = 'another passphrase';
const SEED = new Uint8Array(32).fill(5);
const GIVEN = ['--password-file', path('pw')];

describe('assay keys', () => {
  before(async () => {
    writeFileSync(path('pw'), `${PASSPHRASE}\n`, { mode: 0o600 });
    writeFileSync(path('other'), `${OTHER}\n`, { mode: 0o600 });
    await createFolder(path('val'), {
      passphrase: new Secret(PASSPHRASE),
      seed: new Secret(SEED),
      description: 'for tests',
      scryptN: 1024,
    });
  });
  after(() => rmSync(folder, { recursive: true }));

  it('lists a key without its secret, from its folder and from the folder above', async () => {
    const { id, voteKey } = await inspectKeystore(keystorePath(path('val')));
    for (const dir of [path('val'), folder]) {
      const { code, out } = await assay(['keys', 'list', '--dir', dir]);
      equal(code, 0);
      match(out, new RegExp(`id +${id}`));
      match(out, /about +for tests/);
      doesNotMatch(out, new RegExp(toHex(SEED)));
    }
    const { out } = await assay(['keys', 'list', '--dir', folder, '--json']);
    const { keys } = JSON.parse(out);
    equal(keys.length, 1);
    equal(keys[0].voteKey, toHex(voteKey));
    equal(keys[0].hasGuard, false);
  });

  it('moves a key under another passphrase, and makes no guard for it', async () => {
    const exported = await assay([
      ...['keys', 'export', '--dir', path('val'), '--out', path('key.json'), ...GIVEN],
      ...['--new-password-file', path('other')],
    ]);
    equal(exported.code, 0, exported.err);
    match(exported.out, /sign guard as well.*Never start the node here again/s);
    const words = ['keys', 'import', path('key.json'), '--dir', path('new')];
    equal((await assay([...words, ...GIVEN])).code, 2, 'its old passphrase opens it');
    const imported = await assay([...words, '--password-file', path('other')]);
    equal(imported.code, 0, imported.err);
    match(imported.out, /assay guard import.*assay guard renew/s);
    ok(!existsSync(guardPath(path('new'))));
    const { seed } = await openKeystore(keystorePath(path('new')), new Secret(OTHER));
    equal(toHex(seed.reveal()), toHex(SEED));
    for (const { out } of [exported, imported]) doesNotMatch(out, new RegExp(toHex(SEED)));
  });

  it('does not export the key of a node that runs', async () => {
    const lock = await lockDirectory(path('val'));
    const words = ['keys', 'export', '--dir', path('val'), '--out', path('no.json'), ...GIVEN];
    const { code, err } = await assay(words);
    await lock.release();
    equal(code, 2);
    match(err, /another assay process/);
    ok(!existsSync(path('no.json')));
  });

  it('never overwrites a key', async () => {
    const before = readFileSync(keystorePath(path('val')));
    const words = ['--dir', path('val'), ...GIVEN];
    writeFileSync(path('there.json'), 'x');
    equal((await assay(['keys', 'export', '--out', path('there.json'), ...words])).code, 2);
    equal(readFileSync(path('there.json'), 'utf8'), 'x');
    const copy = await assay(['keys', 'export', '--out', path('copy.json'), ...words]);
    equal(copy.code, 0, copy.err);
    equal((await assay(['keys', 'import', path('copy.json'), ...words])).code, 2);
    ok(before.equals(readFileSync(keystorePath(path('val')))));
  });

  it('says what is missing', async () => {
    const none = await assay(['keys', 'list', '--dir', path('none')]);
    equal(none.code, 2);
    match(none.err, /no keystore here\n +Name the folder/);
    const words = ['keys', 'export', '--dir', path('none'), '--out', path('e'), ...GIVEN];
    equal((await assay(words)).code, 2);
    ok(!existsSync(path('none')), 'a mistyped name leaves a folder behind');
  });

  it('ends with 130 when its prompt is interrupted', () => {
    const error = new KeyError({ code: 'passphrase-interrupted', message: 'nothing was entered' });
    equal(describeFailure(error, { isVerbose: false }).exitCode, 130);
  });
});
