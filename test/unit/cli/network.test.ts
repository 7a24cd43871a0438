/** How a network is made: an operator, two validators, one draft, one signed file. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readNetworkFile } from '../../../src/network-file/index.ts';
import { assay as run } from './run-assay.ts';

const assay = (...words: string[]) => run(words);

describe('assay network create and assay join', function () {
  this.timeout(60_000);
  let dir: string;
  let keys: { id: string; voteKey: string }[];
  const at = (name: string) => join(dir, name);
  const password = () => ['--password-file', at('password')];
  const create = (...more: string[]) =>
    assay(
      ...['network', 'create', '--validators', at('members.yaml'), '--model', 'mlp'],
      ...['--beacon', 'devnet', '--dir', at('op'), ...password(), ...more],
    );
  const proofs = () => ['--proof', at('a/proof.yaml'), '--proof', at('b/proof.yaml')];

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'assay-network-'));
    writeFileSync(at('password'), 'correct horse\n', { mode: 0o600 });
    keys = [];
    for (const name of ['a', 'b']) {
      const { out } = await assay('init', '--dir', at(name), ...password(), '--json');
      keys.push(JSON.parse(out));
    }
    writeMembers(1_000_000);
  });

  after(() => rmSync(dir, { recursive: true, force: true }));

  function writeMembers(stake: number): void {
    const list = keys.map(
      ({ id, voteKey }) => ` - { id: ${id}, voteKey: ${voteKey}, stake: ${stake} }`,
    );
    writeFileSync(at('members.yaml'), ['name: ours', 'validators:', ...list, ''].join('\n'));
  }

  it('[KEY-1] writes a draft, names who has not proven their keys, and then signs', async () => {
    const draft = await create('--json');
    equal(draft.code, 0, draft.err);
    deepEqual(
      JSON.parse(draft.out).missing,
      keys.map(({ id }) => id),
    );
    for (const name of ['a', 'b']) {
      const joined = await assay(
        'join',
        at('op/network.draft.yaml'),
        '--dir',
        at(name),
        ...password(),
      );
      equal(joined.code, 0, joined.err);
      match(joined.out, /You are in it, with 50\.0 % of the stake/);
    }
    const half = JSON.parse((await create('--json', '--proof', at('a/proof.yaml'))).out);
    deepEqual(half.missing, [keys[1]?.id]);
    const signed = await create('--json', ...proofs());
    equal(signed.code, 0, signed.err);
    const file = readNetworkFile(at('op/network.yaml'));
    equal(file.id, JSON.parse(signed.out).network);
    deepEqual(
      file.validators.map(({ id, models }) => [id, models]),
      keys.map(({ id }) => [id, ['mlp']]),
    );
    equal(file.parameters.roundMs, file.beacon.periodMs);
  });

  it('says to a member that it is one, and to others what the operator needs', async () => {
    const member = await assay('join', at('op/network.yaml'), '--dir', at('a'));
    match(member.out, /assay start --dir/);
    const other = await assay('join', at('op/network.yaml'), '--dir', at('c'), ...password());
    equal(other.code, 0, other.err);
    match(other.out, /A new key lies in/);
    match(readFileSync(at('c/request.yaml'), 'utf8'), /^role: validator$/m);
    const again = await assay('join', at('op/network.yaml'), '--dir', at('c'), '--json');
    deepEqual(JSON.parse(again.out).standing, { kind: 'unknown' });
  });

  it('[KEY-1] takes right proofs alone, for this network, of its validators', async () => {
    const stranger = readFileSync(at('a/proof.yaml'), 'utf8').replace(
      /^id: .*/m,
      `id: ${'a'.repeat(64)}`,
    );
    writeFileSync(at('stranger.yaml'), stranger);
    match((await create('--proof', at('stranger.yaml'))).err, /who is not\s+among the validators/);
    const other = readFileSync(at('b/proof.yaml'), 'utf8').match(/ownership: (\w+)/)?.[1] ?? '';
    const wrong = readFileSync(at('a/proof.yaml'), 'utf8').replace(
      /ownership: \w+/,
      `ownership: ${other}`,
    );
    writeFileSync(at('wrong.yaml'), wrong);
    const refused = await create('--proof', at('wrong.yaml'), '--proof', at('b/proof.yaml'));
    equal(refused.code, 2);
    match(refused.err, /validators\.0\.proofs\.ownership is not the signature/);
    writeMembers(2_000_000);
    const stale = await create(...proofs());
    equal(stale.code, 2);
    match(stale.err, /it is for network.*let the\s+validator\s+run\s+`assay\s+join`/s);
  });

  it('announces a version to come in a file that stays the same network', async () => {
    const net = at('op/network.yaml');
    const before = readNetworkFile(net);
    const announce = (folder: string, epoch: string) =>
      assay(
        ...['network', 'announce', '--net', net, '--dir', at(folder), ...password()],
        ...['--protocol-version', '2', '--epoch', epoch, '--release', '0.2.0'],
      );
    const stranger = await announce('a', '400');
    equal(stranger.code, 2);
    match(stranger.err, /not-the-operator|the file is of/);
    equal((await announce('op', '400')).code, 0);
    equal((await announce('op', '500')).code, 0);
    const after = readNetworkFile(net);
    deepEqual(after.activations, [{ protocolVersion: 2, epoch: 500, release: '0.2.0' }]);
    equal(after.id, before.id);
  });

  it('keeps the latest file of a network in the folder, and no other network', async () => {
    const kept = () => readNetworkFile(at('a/network.yaml'));
    const older = readFileSync(at('a/network.yaml'));
    equal(kept().activations?.length ?? 0, 0);
    const joined = (name: string) => assay('join', at(name), '--dir', at('a'));
    equal((await joined('op/network.yaml')).code, 0);
    equal(kept().activations?.length, 1);
    writeFileSync(at('older.yaml'), older);
    equal((await joined('older.yaml')).code, 0);
    equal(kept().activations?.length, 1, 'what was announced is not forgotten');

    const other = ['--dir', at('op2')];
    const { id } = kept();
    const members = ['--validators', at('members.yaml'), '--model', 'mlp', '--beacon', 'devnet'];
    const make = ['network', 'create', ...members, ...other, ...password()];
    equal((await assay(...make)).code, 0);
    for (const name of ['a', 'b']) {
      const draft = at('op2/network.draft.yaml');
      equal((await assay('join', draft, '--dir', at(name), ...password())).code, 0);
    }
    equal((await assay(...make, ...proofs())).code, 0);
    const refused = await joined('op2/network.yaml');
    equal(refused.code, 2);
    match(refused.err, /network\.yaml is of the network ours/);
    equal(kept().id, id);
  });

  it('names the chain of drand where rounds fit it', async () => {
    const quicknet = await create('--beacon', 'quicknet', '--json');
    equal(quicknet.code, 2, 'one chain');
    writeMembers(1_000_000);
    const words = ['network', 'create', '--validators', at('members.yaml'), '--model', 'mlp'];
    const made = await assay(...words, '--beacon', 'quicknet', '--dir', at('op'), ...password());
    equal(made.code, 0, made.err);
    match(readFileSync(at('op/network.draft.yaml'), 'utf8'), /api\.drand\.sh\/52db9ba70e0c/);
  });
});
