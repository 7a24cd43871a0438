/** `assay infer`: what is refused before anybody is asked, and what it says of each outcome. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AssayError, round, type Verdict } from '../../../src/base/index.ts';
import { planInfer } from '../../../src/cli/commands/infer/plan.ts';
import { startWaiting } from '../../../src/cli/commands/infer/waiting.ts';
import {
  concludeBroken,
  concludeReceipt,
  concludeWithout,
  evidenceText,
} from '../../../src/cli/commands/infer/wording.ts';
import { terminalOf } from '../../../src/cli/terminal.ts';
import { networkFileYaml, networkOf } from '../../../src/network-file/index.ts';
import { verifyReceipt } from '../../../src/receipt/index.ts';
import { decodeMessage } from '../../../src/wire/index.ts';
import { fileOf } from '../network-file/draft.ts';
import { type FixtureOptions, fixtureOf } from '../receipt/fixture.ts';
import { assay } from './run-assay.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-infer-'));
const path = (name: string) => join(folder, name);
const network = networkOf(fileOf());
const WORDS = {
  ...{ model: 'mlp', assurance: 'full', provider: undefined, wait: true },
  ...{ out: undefined, timeout: '60s' },
};

/** A verified receipt as the requester hands it over. */
function outcomeOf(kind: 'drawn' | 'undrawn', options: FixtureOptions = {}) {
  const { keys, receipt } = fixtureOf(kind, options);
  const result = verifyReceipt(keys.network, keys.crypto, receipt);
  ok(result.kind === 'valid', result.kind === 'invalid' ? result.detail : '');
  const { summary } = result;
  const told = { network: keys.network, net: 'n.yaml', model: summary.model, oneIn: 1 };
  return {
    outcome: { kind: 'receipt', receipt, summary } as const,
    told: { ...told, columns: 80 },
  };
}

describe('assay infer', () => {
  before(() => writeFileSync(path('network.yaml'), networkFileYaml(fileOf())));
  after(() => rmSync(folder, { recursive: true }));

  it('finds model, class and provider, and reads times with their unit', async () => {
    const [provider] = network.providers;
    const words = { ...WORDS, provider: provider?.id.slice(0, 6), timeout: '2m' };
    const plan = await planInfer(network, words);
    deepEqual([plan.manifest.name, plan.oneIn, plan.provider], ['mlp', 1, provider?.id]);
    equal(plan.timeoutMs, 120_000);
    equal((await planInfer(network, { ...WORDS, timeout: '1500ms' })).timeoutMs, 1500);
  });

  it('refuses what the network does not have, and says what it has', async () => {
    const cases: readonly (readonly [Partial<typeof WORDS> | object, string, RegExp])[] = [
      [{ model: 'mpl' }, 'model-unknown', /Did you mean mlp\?/],
      [{ assurance: 'best' }, 'assurance-unknown', /spot \(1 in 20\)/],
      [{ provider: 'ffff' }, 'provider-unknown', /assay status/],
      [{ timeout: '60' }, 'infer-option', /90s or 2m/],
      [{ timeout: '0s' }, 'infer-option', /1s to 60m/],
      [{ out: path('r.json'), wait: false }, 'infer-option', /Add --wait/],
      [{ out: path('none/r.json') }, 'infer-option', /no folder/],
      [{ out: folder }, 'infer-option', /no name for a file/],
    ];
    for (const [change, code, text] of cases) {
      await rejects(planInfer(network, { ...WORDS, ...change }), (error: unknown) => {
        ok(error instanceof AssayError);
        equal(error.detail.code, code);
        match(error.message, text);
        return true;
      });
    }
  });

  it('tells a missing input or another model before it connects', async () => {
    const words = ['infer', '--net', path('network.yaml'), '--model', 'mlp', '--input'];
    const none = await assay([...words, path('none.json')]);
    deepEqual([none.code, /no such file/.test(none.err)], [2, true], none.err);
    writeFileSync(path('other.onnx'), 'another model');
    const other = await assay([...words, 'x.json', '--model-file', path('other.onnx')]);
    equal(other.code, 2);
    match(other.err, /is not the model mlp of the network/);
  });

  it('succeeds with a receipt that says valid, or that the answer was not drawn', () => {
    const drawn = outcomeOf('drawn');
    const valid = concludeReceipt(drawn.outcome, { file: 'r.json', isOver: true, ...drawn });
    equal(valid.failure, undefined);
    equal(valid.lines[0], 'VALID, final');
    ok(valid.lines.includes('  assay receipt verify r.json --net n.yaml'));
    const undrawn = outcomeOf('undrawn');
    const none = concludeReceipt(undrawn.outcome, { file: undefined, isOver: true, ...undrawn });
    equal(none.failure, undefined);
    match(none.lines.join('\n'), /^NOT DRAWN.*The receipt was not kept/s);
  });

  it('fails with every other verdict, loudly, though there is a receipt', () => {
    for (const verdict of ['invalid', 'unavailable', 'inconclusive'] satisfies Verdict[]) {
      const { outcome, told } = outcomeOf('drawn', { verdict });
      const { failure, lines } = concludeReceipt(outcome, { file: 'r.json', isOver: true, told });
      equal(failure?.exitCode, 1);
      equal(failure?.detail.code, `answer-${verdict}`);
      match(lines[0] ?? '', new RegExp(`^${verdict.toUpperCase()}.*DO NOT RELY ON THIS ANSWER`));
    }
  });

  it('[CERT-2] fails while a valid verdict can still be overruled', () => {
    const most: FixtureOptions['signers'] = (all) => all.slice(0, Math.ceil((3 * all.length) / 4));
    const parameters = { levels: [4, 8], slashSeats: 4 };
    const options = { validators: 12, signers: most, parameters };
    const { outcome, told } = outcomeOf('drawn', options);
    equal(outcome.summary.judgement?.finality, 'provisional');
    const early = concludeReceipt(outcome, { file: 'r.json', isOver: false, told });
    equal(early.failure?.detail.code, 'answer-provisional');
    const late = concludeReceipt(outcome, { file: 'r.json', isOver: true, told });
    equal(late.failure, undefined);
    match(late.lines.join(' '), /The time to object is over now/);
  });

  it('keeps the evidence of a broken promise as messages that decode', () => {
    const { outcome, told } = outcomeOf('undrawn');
    const { receipt } = outcome;
    ok(receipt.kind === 'undrawn');
    const broken = { kind: 'promise-broken', detail: 'another claim', evidence: [receipt.header] };
    const content = JSON.parse(evidenceText(broken as never, told));
    equal(content.messages.length, 1);
    const bytes = new Uint8Array(Buffer.from(content.messages[0].bytes, 'base64'));
    const decoded = decodeMessage(bytes);
    ok(decoded.kind === 'ok');
    deepEqual(decoded.decoded.message, receipt.header);
    const { failure, lines } = concludeBroken(broken as never, { file: 'r.evidence.json', told });
    equal(failure?.exitCode, 1);
    match(lines.join(' '), /^PROMISE BROKEN.*r\.evidence\.json/);
  });

  it('fails without a verdict, and says what to do', () => {
    const { told } = outcomeOf('undrawn');
    const answered = { promise: { claim: 'bafyclaim', round: round(3) } } as never;
    const pending = { kind: 'pending', detail: 'its batch is not sealed yet' } as const;
    const waiting = concludeWithout(pending, { answered, told });
    match(waiting.failure?.message ?? '', /--timeout, or ask later: assay why bafyclaim/);
    const isVoid = { kind: 'void', detail: 'the batch of its round was never sealed' } as const;
    const gone = concludeWithout(isVoid, { answered, told });
    deepEqual([gone.failure?.exitCode, gone.failure?.detail.code], [1, 'answer-void']);
  });

  it('writes plain lines of what it waits for where there is no terminal', () => {
    const written: string[] = [];
    const io = {
      out: () => undefined,
      err: (text: string) => written.push(text),
      signal: new AbortController().signal,
    };
    const piped = startWaiting(io, terminalOf({ isTTY: false }));
    piped.step('round 5 draws');
    piped.end();
    deepEqual(written.splice(0), ['waiting: round 5 draws\n']);
  });
});
