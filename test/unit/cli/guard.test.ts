/** `assay guard`: what a key signed travels whole, and no empty guard is ever left behind. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeId } from '../../../src/base/index.ts';
import type { GuardRecord } from '../../../src/core/index.ts';
import { networkFileYaml, networkOf } from '../../../src/network-file/index.ts';
import {
  createFolder,
  guardPath,
  lockDirectory,
  openFolder,
  Secret,
} from '../../../src/node/index.ts';
import { createGuard, openGuard } from '../../../src/store/index.ts';
import { draftOf, fileOf } from '../network-file/draft.ts';
import { commitAt, hasCode, roundOf, voteAt } from '../store/guard-records.ts';
import { assay } from './run-assay.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-guard-'));
const path = (name: string) => join(folder, name);
const NET = path('network.yaml');
const file = fileOf();
const networkId = networkOf(file).id;
const SEED = new Uint8Array(32).fill(9);
let owner: NodeId;

/** Makes the folder of the one key, and its guard if it has signed something. */
async function keyFolder(name: string, records?: readonly GuardRecord[]): Promise<string> {
  const info = await createFolder(path(name), {
    passphrase: new Secret('a passphrase of the tests'),
    seed: new Secret(SEED),
    scryptN: 1024,
  });
  owner = info.id;
  if (records === undefined) return path(name);
  const guard = await createGuard(guardPath(path(name)), { networkId, owner });
  await guard.append(records, roundOf);
  await guard.close();
  return path(name);
}

async function recordsOf(dir: string): Promise<readonly GuardRecord[]> {
  const guard = await openGuard(guardPath(dir), { networkId, owner });
  await guard.close();
  return guard.records;
}

describe('assay guard', () => {
  before(() => writeFileSync(NET, networkFileYaml(file)));
  after(() => rmSync(folder, { recursive: true }));

  it('[GUARD-2] carries all that a key signed to a folder without a guard', async () => {
    const old = await keyFolder('old', [commitAt(5), voteAt(5)]);
    const out = path('moved.json');
    const exported = await assay(['guard', 'export', '--dir', old, '--net', NET, '--out', out]);
    equal(exported.code, 0, exported.err);
    match(exported.out, /2 records.*never start again/s);
    const fresh = await keyFolder('fresh');
    const imported = await assay(['guard', 'import', out, '--dir', fresh, '--net', NET]);
    equal(imported.code, 0, imported.err);
    match(imported.out, /Imported: 2 records\.\n +added +2 .*rounds below 6\./s);
    deepEqual(await recordsOf(fresh), [commitAt(5), voteAt(5)]);
    ok(!readdirSync(fresh).some((name) => name.includes('importing')));
  });

  it('says what became of each record, conflicts first', async () => {
    const theirs = await keyFolder('theirs', [commitAt(7), voteAt(7)]);
    const out = path('theirs.json');
    await assay(['guard', 'export', '--dir', theirs, '--net', NET, '--out', out]);
    const ours = await keyFolder('ours', [commitAt(7), voteAt(7, 1)]);
    const { code, out: text } = await assay(['guard', 'import', out, '--dir', ours, '--net', NET]);
    equal(code, 0);
    match(text, /conflict +1 .*known +1 .*round +about\n +conflict +7 +vote .*\n +known +7/s);
    ok(text.split('\n').every((line) => line.length <= 80));
  });

  it('[GUARD-2] leaves no guard behind when an export cannot be read', async () => {
    const dir = await keyFolder('without');
    writeFileSync(path('bad.json'), '{"format": "assay-guard-interchange"}');
    const words = ['guard', 'import', path('bad.json'), '--dir', dir, '--net', NET];
    const { code, err } = await assay(words);
    equal(code, 2);
    match(err, /bad\.json, the file: missing field/);
    ok(!existsSync(guardPath(dir)), 'an empty guard says that the key never signed');
  });

  it('[GUARD-2] marks a folder as moved: no node starts on it until the key is home', async () => {
    const dir = await keyFolder('away', [commitAt(5)]);
    const at = ['--dir', dir, '--net', NET];
    const out = path('away.json');
    const exported = await assay(['guard', 'export', '--move', '--out', out, ...at]);
    match(exported.out, /marked as moved/);
    const passphrase = new Secret('a passphrase of the tests');
    const network = networkOf(file);
    await rejects(openFolder(dir, { network, passphrase }), hasCode('key-moved'));
    const same = await assay(['guard', 'import', out, '--json', ...at]);
    deepEqual(
      [JSON.parse(same.out).isOlder, JSON.parse(same.out).isMoved],
      [true, true],
      'what was exported here knows nothing of elsewhere',
    );
    const there = await keyFolder('there', [commitAt(5), voteAt(9)]);
    const back = path('back.json');
    await assay(['guard', 'export', '--out', back, '--dir', there, '--net', NET]);
    const home = await assay(['guard', 'import', back, ...at]);
    match(home.out, /^Key [0-9a-f]{16} of .*added +1.*no longer marked as moved/s);
    await (await openFolder(dir, { network, passphrase })).lock.release();
  });

  it('takes the mark away only from who names the key, and signs nothing of the past', async () => {
    const dir = await keyFolder('backup', [commitAt(5)]);
    const at = ['--dir', dir, '--net', NET];
    const unmove = (id: string) =>
      assay(['guard', 'unmove', '--UNSAFE-runs-nowhere-else', id, '--json', ...at]);
    match((await unmove(owner)).err, /was not moved/);
    await assay(['guard', 'export', '--move', '--out', path('b.json'), ...at]);
    match((await unmove('ab'.repeat(32))).err, /not the id of the key/);
    const { code, out } = await unmove(owner);
    equal(code, 0);
    const guard = await openGuard(guardPath(dir), { networkId, owner });
    await guard.close();
    equal(guard.watermark, JSON.parse(out).watermark);
    ok(guard.watermark > 6);
    deepEqual(guard.records, [commitAt(5)]);
  });

  it('tells a key from what a key signed', async () => {
    const dir = await keyFolder('mixed', [voteAt(5)]);
    const words = ['guard', 'import', join(dir, 'keystore.json'), '--dir', dir, '--net', NET];
    match((await assay(words)).err, /this is a key, not\s+what the key signed/);
  });

  it('refuses an export of another network', async () => {
    const dir = await keyFolder('elsewhere', [voteAt(5)]);
    const net = path('other.yaml');
    writeFileSync(net, networkFileYaml(fileOf(draftOf({ name: 'other' }))));
    const out = path('elsewhere.json');
    await assay(['guard', 'export', '--dir', dir, '--net', NET, '--out', out]);
    const target = await keyFolder('target');
    const { code, err } = await assay(['guard', 'import', out, '--dir', target, '--net', net]);
    equal(code, 2);
    match(err, /the export is of network/);
  });

  it('renews a lost guard above every round that was, and never one that is there', async () => {
    const dir = await keyFolder('lost');
    const words = ['guard', 'renew', '--dir', dir, '--net', NET, '--json'];
    const { code, out } = await assay(words);
    equal(code, 0);
    const { genesisMs, periodMs } = file.beacon;
    const now = Math.floor((Date.now() - genesisMs) / periodMs) + 1;
    ok(JSON.parse(out).watermark > now);
    const again = await assay(words);
    equal(again.code, 2);
    match(again.err, /there is a sign guard already/);
  });

  it('touches no guard of a node that runs', async () => {
    const dir = await keyFolder('running', [voteAt(5)]);
    const before = readFileSync(join(guardPath(dir), 'a.log'));
    const lock = await lockDirectory(dir);
    const at = ['--dir', dir, '--net', NET];
    for (const words of [
      ['guard', 'export', '--out', path('x.json'), ...at],
      ['guard', 'import', path('moved.json'), ...at],
      ['guard', 'renew', ...at],
    ]) {
      const { code, err } = await assay(words);
      equal(code, 2, words.join(' '));
      match(err, /another assay process/);
    }
    await lock.release();
    ok(before.equals(readFileSync(join(guardPath(dir), 'a.log'))));
  });
});
