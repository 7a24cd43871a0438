/** `assay receipt`: exit codes, the first check that failed, lines that fit the terminal. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerShow, answerVerify } from '../../../src/cli/commands/receipt/handler.ts';
import { runCli } from '../../../src/cli/main.ts';
import { networkFileYaml, networkOf } from '../../../src/network-file/index.ts';
import { encodeChainJson, encodeReceipt, encodeReceiptJson } from '../../../src/receipt/index.ts';
import { type ClusterKeys, createClusterKeys } from '../../support/cluster-network.ts';
import { networkFileOf } from '../../support/real-network.ts';
import { changedFixtureOf, changingKeys, receiptOf } from '../receipt/fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-receipt-'));
const path = (name: string) => join(folder, name);
const keys = createClusterKeys({ stakes: [10, 10, 10, 10], crypto: 'real', seed: 'cli' });
const file = networkFileOf(keys);
const real: ClusterKeys = { ...keys, network: networkOf(file) };
const RECEIPTS = [receiptOf('drawn', real), receiptOf('undrawn', real)];

async function assay(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const code = await runCli(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    signal: new AbortController().signal,
  });
  return { code, out, err };
}

describe('assay receipt', () => {
  before(() => {
    writeFileSync(path('network.yaml'), networkFileYaml(file));
    writeFileSync(path('other.yaml'), networkFileYaml(networkFileOf({ ...keys, beacon: other() })));
    for (const receipt of RECEIPTS) {
      writeFileSync(path(`${receipt.kind}.json`), encodeReceiptJson(receipt));
      writeFileSync(path(`${receipt.kind}.cbor`), encodeReceipt(receipt));
    }
  });
  after(() => rmSync(folder, { recursive: true }));

  it('verifies both kinds in both forms with the network file alone', async () => {
    for (const name of ['drawn.json', 'drawn.cbor', 'undrawn.json', 'undrawn.cbor']) {
      const { code, out, err } = await assay('receipt', 'verify', path(name), '--net', path(NET));
      deepEqual([code, err], [0, ''], `${name}: ${err}`);
      match(out, name.startsWith('un') ? /^VALID.*not drawn/ : /^VALID.*answer is VALID, final/);
    }
  });

  it('ends with 1 and the first check that failed', async () => {
    const bytes = encodeReceipt(RECEIPTS[0] ?? receiptOf('drawn', real));
    writeFileSync(path('changed.cbor'), bytes.with(700, (bytes[700] ?? 0) ^ 1));
    const text = new TextDecoder().decode(encodeReceiptJson(RECEIPTS[0] ?? fail()));
    writeFileSync(path('changed.json'), text.replace('"verdict": "valid"', '"verdict": "invalid"'));
    writeFileSync(path('formatted.json'), JSON.stringify(JSON.parse(text)));
    const verify = (name: string, net = NET) =>
      assay('receipt', 'verify', path(name), '--net', path(net));
    equal((await verify('changed.cbor')).code, 1);
    const invalid = await verify('changed.json');
    equal(invalid.code, 1);
    match(invalid.err, /not valid: votes/);
    match(invalid.out, /NOT VALID: votes.*seal +ok.*votes +FAILED/s);
    match((await verify('formatted.json')).out, /NOT VALID: format/);
    const elsewhere = await verify('drawn.json', 'other.yaml');
    equal(elsewhere.code, 1);
    match(elsewhere.err, /not valid: network/);
  });

  it('[SET-1] of a later set verifies with the network file, or with a chain file', async () => {
    const changing = changingKeys('real');
    const changed = networkFileOf(changing);
    const operator = changing.validators[0] ?? fail();
    const of = { ...changing, network: networkOf(changed), operator };
    const { receipt, chain } = changedFixtureOf('undrawn', of);
    const { steps: _, ...bare } = receipt;
    const { number, digest } = chain.head;
    writeFileSync(path('changed.yaml'), networkFileYaml(changed));
    writeFileSync(path('steps.json'), encodeReceiptJson(receipt));
    writeFileSync(path('named.cbor'), encodeReceipt({ ...bare, step: { number, digest } }));
    writeFileSync(path('chain.json'), encodeChainJson(chain));
    const verify = (name: string, ...more: string[]) =>
      assay('receipt', 'verify', path(name), '--net', path('changed.yaml'), ...more);
    const carried = await verify('steps.json');
    deepEqual([carried.code, carried.err], [0, '']);
    match(carried.out, /set +number 2, from epoch 2/);
    const alone = await verify('named.cbor');
    equal(alone.code, 1);
    match(alone.err, /not valid: sets: .*must be given.*--chain FILE/s);
    equal((await verify('named.cbor', '--chain', path('chain.json'))).code, 0);
    const wrong = await verify('named.cbor', '--chain', path('steps.json'));
    equal(wrong.code, 2);
    match(wrong.err, /is no set chain of this network/);
    match((await assay('receipt', 'show', path('named.cbor'))).out, /needs the set chain/);
  });

  it('ends with 2 when a file cannot be read', async () => {
    const none = await assay('receipt', 'verify', path('none.json'), '--net', path(NET));
    equal(none.code, 2);
    equal((await assay('receipt', 'verify', path('drawn.json'), '--net', path('no.yaml'))).code, 2);
    equal((await assay('receipt', 'verify', path('drawn.json'))).code, 2);
    equal((await assay('receipt', 'show', path('network.yaml'))).code, 2);
    writeFileSync(path('large.json'), new Uint8Array(300_000));
    equal((await assay('receipt', 'verify', path('large.json'), '--net', path(NET))).code, 2);
  });

  it('prints one JSON document, whatever the outcome', async () => {
    const args = ['receipt', 'verify', path('drawn.json'), '--json', '--net'];
    const good = JSON.parse((await assay(...args, path(NET))).out);
    equal(good.valid, true);
    equal(good.summary.judgement.votes.signed, '40');
    const bad = JSON.parse((await assay(...args, path('other.yaml'))).out);
    deepEqual([bad.valid, bad.check], [false, 'network']);
    const shown = await assay('receipt', 'show', path('drawn.cbor'), '--json');
    deepEqual(JSON.parse(shown.out).kind, 'drawn');
  });

  it('shows a receipt without a network file, and says that nothing was verified', async () => {
    const { code, out } = await assay('receipt', 'show', path('undrawn.json'));
    equal(code, 0);
    match(out, /Not verified/);
    match(out, new RegExp(`provider +${keys.providers[0]?.id}`));
  });

  it('keeps its lines within 60 and 80 columns', async () => {
    for (const columns of [60, 80]) {
      for (const { kind } of RECEIPTS) {
        const name = path(`${kind}.json`);
        const shown = await answerShow({ file: name, columns });
        const verified = await answerVerify({ file: name, net: path(NET), columns });
        const lines = [...shown.lines.filter((line) => !line.includes(folder))];
        for (const line of [...lines, ...verified.answer.lines]) {
          ok(line.length <= columns, `${columns}: ${line}`);
        }
      }
    }
  });
});

const NET = 'network.yaml';

function other() {
  return createClusterKeys({ stakes: [10], crypto: 'real', seed: 'other' }).beacon;
}

function fail(): never {
  throw new RangeError('there is a receipt');
}
