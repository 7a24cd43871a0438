/** Keystores: what opens them, what does not, and that nothing leaks or is overwritten. */
import { deepEqual, equal, notEqual, ok, rejects } from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { createSigner } from '../../../../src/crypto/index.ts';
import {
  createKeystore,
  exportKeystore,
  importKeystore,
  inspectKeystore,
  openKeystore,
  Secret,
} from '../../../../src/node/keys/index.ts';
import { hasCode } from '../../store/guard-records.ts';

const PASSPHRASE = new Secret('correct horse battery');
const OTHER = new Secret('staple staple staple');
const SEED = new Secret(new Uint8Array(32).fill(9));
const SIGNER = createSigner(SEED.reveal());
/** 1 MiB instead of 128. */
const CHEAP = { scryptN: 1024 };

describe('keystore', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-keys-'));
    path = join(folder, 'node', 'keystore.json');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('gives back the seed and its public keys', async () => {
    const made = await create({ description: 'validator 3' });
    const opened = await openKeystore(path, PASSPHRASE);
    deepEqual(opened.seed.reveal(), SEED.reveal());
    equal(opened.id, SIGNER.id);
    deepEqual(opened.voteKey, SIGNER.voteKey);
    const info = await inspectKeystore(path);
    equal(info.description, 'validator 3');
    deepEqual([made.uuid, opened.uuid], [info.uuid, info.uuid]);
    equal(info.isExported, false);
  });

  it('draws a new seed for each key', async () => {
    const options = { passphrase: PASSPHRASE, ...CHEAP };
    const first = await createKeystore(path, options);
    const second = await createKeystore(join(folder, 'node', 'second.json'), options);
    notEqual(first.id, second.id);
    equal((await openKeystore(path, PASSPHRASE)).id, first.id);
  });

  it('costs 128 MiB for each guess unless told otherwise', async () => {
    await createKeystore(path, { passphrase: PASSPHRASE });
    const { kdf } = JSON.parse(await readFile(path, 'utf8')).crypto;
    deepEqual([kdf.params.n, kdf.params.r, kdf.params.p], [131_072, 8, 1]);
    await openKeystore(path, PASSPHRASE);
  });

  it('keeps file and folder from everybody else, and leaves nothing beside', async () => {
    await create();
    equal((await stat(path)).mode & 0o777, 0o600);
    equal((await stat(join(folder, 'node'))).mode & 0o777, 0o700);
    deepEqual(await readdir(join(folder, 'node')), ['keystore.json']);
  });

  it('refuses what others may read or replace, and says how to mend it', async () => {
    await create();
    for (const mode of [0o640, 0o604, 0o620]) {
      await chmod(path, mode);
      const error = await openKeystore(path, PASSPHRASE).catch((reason) => reason);
      ok(hasCode('keystore-permissions')(error));
      equal(error.detail.remedy, `chmod 600 ${path}`);
    }
    await chmod(path, 0o600);
    await chmod(join(folder, 'node'), 0o770);
    await rejects(openKeystore(path, PASSPHRASE), hasCode('keystore-permissions'));
  });

  it('never overwrites a key', async () => {
    await create();
    const before = await readFile(path);
    await rejects(create(), hasCode('keystore-exists'));
    deepEqual(await readFile(path), before);
    deepEqual(await readdir(join(folder, 'node')), ['keystore.json']);
  });

  it('tells a wrong passphrase from a damaged file', async () => {
    await create();
    await rejects(openKeystore(path, OTHER), hasCode('passphrase-wrong'));
    const text = await readFile(path, 'utf8');
    for (const field of ['message', 'tag', 'iv', 'salt', 'pubkey', 'votePubkey']) {
      const changed = text.replace(new RegExp(`("${field}": ")(.)([0-9a-f]{20})`), flipDigit);
      notEqual(changed, text, field);
      await writeFile(path, changed);
      await rejects(openKeystore(path, PASSPHRASE), hasCode('keystore-damaged'));
    }
    await writeFile(path, text.replace('"exported": false', '"exported": true'));
    await rejects(openKeystore(path, PASSPHRASE), hasCode('keystore-damaged'));
  });

  it('opens with the same passphrase typed as other code points', async () => {
    await create({ passphrase: new Secret('caf\u00e9 caf\u00e9') });
    equal((await openKeystore(path, new Secret('cafe\u0301 cafe\u0301'))).id, SIGNER.id);
  });

  it('refuses short passphrases before it writes anything', async () => {
    await rejects(create({ passphrase: new Secret('1234567') }), hasCode('passphrase-weak'));
    deepEqual(await readdir(folder), []);
  });

  it('is not made to use much memory or time by a file', async () => {
    for (const params of [{ n: 2 ** 20 }, { n: 2 ** 18, r: 16 }, { p: 5 }, { n: 1000 }, { r: 0 }]) {
      await changed((all) => Object.assign(all.crypto.kdf.params, params));
      await rejects(openKeystore(path, PASSPHRASE), hasCode('keystore-malformed'));
    }
  });

  it('is read strictly', async () => {
    const changes: ((all: ReturnType<typeof JSON.parse>) => void)[] = [
      (all) => delete all.uuid,
      (all) => (all.extra = 1),
      (all) => (all.version = 2),
      (all) => (all.format = 'other'),
      (all) => (all.pubkey = all.pubkey.toUpperCase()),
      (all) => (all.crypto.cipher.function = 'aes-128-ctr'),
      (all) => (all.crypto.cipher.params.iv += '00'),
      (all) => (all.crypto.kdf.params.dklen = 16),
      (all) => (all.exported = 'no'),
      (all) => (all.description = 'a\nb'),
      (all) => (all.crypto.checksum = null),
    ];
    for (const change of changes) {
      await changed(change);
      await rejects(openKeystore(path, PASSPHRASE), hasCode('keystore-malformed'), `${change}`);
    }
    await writeFile(path, '{');
    await rejects(openKeystore(path, PASSPHRASE), hasCode('keystore-malformed'));
    await rm(path);
    await rejects(openKeystore(path, PASSPHRASE), hasCode('keystore-missing'));
  });

  it('moves under a new passphrase, marked until it is taken in', async () => {
    const made = await create({ description: 'mine' });
    const carried = join(folder, 'carried.json');
    await exportKeystore({ ...move(path, carried), newPassphrase: OTHER });
    equal((await inspectKeystore(carried)).isExported, true);
    await rejects(openKeystore(carried, OTHER), hasCode('keystore-exported'));
    await rejects(exportKeystore(move(path, carried)), hasCode('keystore-exists'));
    await rejects(importKeystore(move(carried, path)), hasCode('passphrase-wrong'));
    const back = { ...move(carried, path), passphrase: OTHER };
    await rejects(importKeystore(back), hasCode('keystore-exists'));
    await rm(path);
    await importKeystore(back);
    const opened = await openKeystore(path, PASSPHRASE);
    deepEqual(opened.seed.reveal(), SEED.reveal());
    deepEqual([opened.uuid, opened.description], [made.uuid, 'mine']);
  });

  it('holds no secret in the clear, nor shows one', async () => {
    const made = await create();
    const text = await readFile(path, 'utf8');
    for (const secret of [PASSPHRASE.reveal(), Buffer.from(SEED.reveal()).toString('hex')]) {
      ok(!text.includes(secret));
      for (const shown of [`${made.seed}`, JSON.stringify(made), inspect(made, { depth: 9 })]) {
        ok(!shown.includes(secret) && !shown.includes('9, 9'), shown);
      }
    }
    equal(`${PASSPHRASE} ${JSON.stringify({ PASSPHRASE })}`.includes('horse'), false);
    equal(inspect({ PASSPHRASE }, { showHidden: true }), '{ PASSPHRASE: [redacted] }');
  });

  function create(options: { passphrase?: Secret<string>; description?: string } = {}) {
    return createKeystore(path, { passphrase: PASSPHRASE, seed: SEED, ...CHEAP, ...options });
  }

  async function changed(change: (all: ReturnType<typeof JSON.parse>) => void): Promise<void> {
    await rm(path, { force: true });
    await create();
    const all = JSON.parse(await readFile(path, 'utf8'));
    change(all);
    await writeFile(path, JSON.stringify(all));
  }
});

function move(from: string, to: string) {
  return { from, to, passphrase: PASSPHRASE, newPassphrase: PASSPHRASE, ...CHEAP };
}

function flipDigit(_all: string, before: string, digit: string, after: string): string {
  return before + (digit === '0' ? '1' : '0') + after;
}
