/** `assay infer`, `status` and `why` on one network of real nodes in this process. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../src/cli/main.ts';
import { networkFileYaml } from '../../src/network-file/index.ts';
import { TestDevnet } from '../support/devnet.ts';
import { assay, type Ran } from '../unit/cli/run-assay.ts';

const VALIDATORS = 4;
const folder = mkdtempSync(join(tmpdir(), 'assay-cli-'));
const path = (name: string) => join(folder, name);
const NET = path('network.yaml');
const ROW = Array.from({ length: 256 }, (_, i) => (i % 7) / 7);
const ASK = ['infer', '--net', NET, '--model', 'mlp'];

describe('the commands of requesters and operators', () => {
  let net: TestDevnet;
  let asked: Ran;
  let claim: string;

  before(async function () {
    this.timeout(30_000);
    net = await TestDevnet.start({ validators: VALIDATORS, providers: 1, roundMs: 1000 });
    writeFileSync(NET, networkFileYaml(net.devnet.file));
    writeFileSync(path('x.json'), JSON.stringify([ROW]));
    asked = await assay([...ASK, '--input', path('x.json'), '--wait', '--out', path('r.json')]);
    claim = /claim +(bafy\w+)/.exec(asked.out)?.[1] ?? '';
  });
  after(async () => {
    await net.stop();
    rmSync(folder, { recursive: true });
  });

  it('gives an answer, its verdict, and a receipt that verifies offline', async () => {
    equal(asked.code, 0, asked.err);
    match(asked.out, /^y: float32 \[1, 10\]\n/);
    match(asked.out, /Not verified yet\..*round \d+ \(due in .*every\s+answer of class full/s);
    match(asked.out, /\nVALID, (final|provisional)\n/);
    match(asked.err, /^waiting: round \d+ draws\n/);
    const verified = await assay(['receipt', 'verify', path('r.json'), '--net', NET]);
    equal(verified.code, 0, verified.err);
    match(verified.out, new RegExp(`claim +${claim}`));
  });

  it('answers at once without --wait, with one JSON document, and keeps no receipt', async () => {
    const { code, out } = await assay([...ASK, '--input', path('x.json'), '--json']);
    equal(code, 0);
    const answer = JSON.parse(out);
    equal(answer.provider, net.devnet.providers[0]?.id);
    equal(answer.outputs[0].data.length, 10);
    equal(answer.drawnBy, answer.round + 2);
    ok(!('outcome' in answer));
  });

  it('tells what is wrong with an input, by the model that peers have', async () => {
    writeFileSync(path('short.json'), '[[1, 2]]');
    const { code, err } = await assay([...ASK, '--input', path('short.json')]);
    equal(code, 2);
    match(err, /short\.json/);
  });

  it('ends with 1 and says how to ask later, when there is no verdict in time', async () => {
    const words = [
      '--input',
      path('x.json'),
      '--wait',
      '--timeout',
      '2s',
      '--out',
      path('no.json'),
    ];
    const { code, err } = await assay([...ASK, ...words]);
    equal(code, 1, err);
    match(err, /no verdict yet.*--timeout, or ask later: assay why/s);
    ok(!existsSync(path('no.json')));
  });

  it('explains a claim: every validator, the arithmetic, the decision', async () => {
    const { code, out, err } = await assay(['why', claim, '--net', NET]);
    equal(code, 0, err);
    match(out, /^VALID, final/);
    match(out, /valid needs 2,666,666,667 of 4,000,000,000 stake, has \d,000,000,000: a quorum/);
    for (const { id } of net.devnet.validators) match(out, new RegExp(`\n${id.slice(0, 8)} `));
    const { subject, levels } = JSON.parse(
      (await assay(['why', claim, '--net', NET, '--json'])).out,
    );
    equal(levels[0].holders.length, VALIDATORS);
    const again = await assay(['why', `${subject.batch}/${subject.index}`, '--net', NET, '--json']);
    equal(JSON.parse(again.out).claim, claim);
  });

  it('makes the receipt of a claim from what validators know', async () => {
    const made = await assay(['receipt', 'get', claim, '--net', NET, '--out', path('got.cbor')]);
    equal(made.code, 0, made.err);
    equal((await assay(['receipt', 'verify', path('got.cbor'), '--net', NET])).code, 0);
    const [batch = ''] = JSON.parse(
      (await assay(['why', claim, '--net', NET, '--json'])).out,
    ).subject.batch.split('/');
    const none = ['receipt', 'get', `${batch}/7`, '--net', NET, '--out', path('none.json')];
    const refused = await assay(none);
    equal(refused.code, 2);
    match(refused.err, /there\s+is\s+no\s+receipt:/);
    ok(!existsSync(path('none.json')));
  });

  it('says what it may mean that nobody knows a claim', async () => {
    const unknown = `${claim.slice(0, -2)}aa`;
    for (const word of [unknown, `${unknown}/0`]) {
      const { code, err } = await assay(['why', word, '--net', NET]);
      equal(code, 2);
      match(err, /no\s+node\s+that\s+was\s+asked\s+knows\s+this.*of\s+another\s+network/s);
    }
    equal((await assay(['why', 'nonsense', '--net', NET])).code, 2);
  });

  it('watches until it is told to stop', async () => {
    const controller = new AbortController();
    const documents: string[] = [];
    const code = await runCli(['status', '--net', NET, '--watch', '--json'], {
      out: (text) => {
        documents.push(text);
        if (documents.length === 2) controller.abort();
      },
      err: () => undefined,
      signal: controller.signal,
    });
    equal(code, 130);
    deepEqual(
      documents.map((line) => [JSON.parse(line).state, line.indexOf('\n') === line.length - 1]),
      [
        ['alive', true],
        ['alive', true],
      ],
    );
  });

  it('shows each member in a line, and one that stopped as no answer', async function () {
    this.timeout(30_000);
    const { code, out } = await assay(['status', '--net', NET]);
    equal(code, 0);
    match(out, /^ALIVE: round \d+, on time; set 0, epoch 0; 4 of 4 validators, 100\.0 % of/);
    const [stopped] = net.validators;
    await stopped?.stop();
    const view = JSON.parse((await assay(['status', '--net', NET, '--json'])).out);
    deepEqual([view.isAlive, view.answering, view.validators], [true, 3, VALIDATORS]);
    const silent = view.members.filter((member: object) => !('status' in member));
    deepEqual([silent.length, silent[0].id], [1, net.devnet.validators[0]?.id]);
  });
});
