/**
 * The explorer on a live network: real processes, a real browser. One claim goes to `valid`, one to
 * `invalid`; their stories are whole; a real receipt passes the checker, and twenty kinds of
 * tampering do not.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import type { Browser, Page } from 'playwright-core';
import { encodeReceiptJson, type Receipt } from '../../src/receipt/index.ts';
import { batchId } from '../../src/wire/index.ts';
import { accessFaults, addressOf, complaintsOf, openBrowser } from '../support/browser.ts';
import { tamperingsOf } from '../support/tampering.ts';
import { assay, Testnet, until } from '../support/testnet.ts';

const HONEST = 'provider-1';
const CHEAT = 'provider-2';

describe('the explorer of a live network', function () {
  this.timeout(180_000);
  let net: Testnet;
  let server: ChildProcess;
  let url: string;
  let browser: Browser;
  let page: Page;
  let complaints: string[] = [];
  let receipt: Receipt;

  before(async () => {
    // compiles once, and builds the page
    assert.equal((await assay('explorer', '--help')).code, 0);
    net = await Testnet.make({ validators: 4, providers: 2, dishonest: 1 });
    net.start();
    await net.inSync(net.plan.nodes.map(({ name }) => name));
    const words = ['explorer', '--net', net.networkPath, '--port', '0'];
    server = spawn(process.execPath, ['src/cli/assay.js', ...words], { stdio: 'pipe' });
    url = await addressOf(server);
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(30_000);
    complaints = complaintsOf(page, url);
    await page.goto(url);
    await page.waitForSelector('main h1');
  });

  after(async () => {
    await browser?.close();
    server?.kill('SIGTERM');
    await net?.stop();
  });

  afterEach(() => assert.deepEqual(complaints.splice(0), []));

  /** Asks a provider, and returns the receipt and the place of its claim when it is judged. */
  async function judged(provider: string, k: number) {
    const outcome = await net.outcome(await net.infer(provider, k));
    assert.ok(outcome.kind === 'receipt' && outcome.receipt.kind === 'drawn');
    const { header, index } = outcome.receipt.certificate;
    return { receipt: outcome.receipt, place: `${batchId(header)}/${index}` };
  }

  async function storyOf(place: string): Promise<string> {
    await page.goto(`${url}/#/claim/${place}`);
    await page.waitForSelector('article.story');
    return await until('the story is final', 60_000, async () => {
      const text = await page.locator('article').innerText();
      return /\bfinal:/.test(text) ? text : undefined;
    });
  }

  it('shows a claim on its way to valid, and its whole story', async () => {
    const { place, receipt: made } = await judged(HONEST, 1);
    receipt = made;
    const text = await storyOf(place);
    for (const part of ['Committed', 'Sealed', 'Drawn', 'Level 0', 'Outcome']) {
      assert.ok(text.includes(part), `${part} in ${text}`);
    }
    assert.match(text, /valid/);
    assert.match(text, /valid has [\d\u202f]+: a quorum/);
    assert.equal(await page.locator('article table tbody tr').count(), 4);
    assert.ok((await page.locator('.scale .dot').count()) > 0, 'distances on the scale');
  });

  it('shows a claim on its way to invalid, and lists both', async () => {
    const { place } = await judged(CHEAT, 2);
    const text = await storyOf(place);
    assert.match(text, /final: validators ran the model themselves and found something else/);
    await page.goto(`${url}/#/claims`);
    await until('both are listed', 30_000, async () => {
      const rows = await page.locator('.tall .row').allInnerTexts();
      const has = (word: string) => rows.some((row) => row.includes(word));
      return has('invalid') && has('✓') ? true : undefined;
    });
  });

  it('has no serious fault of access', async () => {
    for (const place of ['', 'map', 'claims', 'validators', 'receipt']) {
      await page.goto(`${url}/#/${place}`);
      await page.waitForSelector('main h1, .map canvas');
      assert.deepEqual(await accessFaults(page), [], place);
    }
  });

  it('checks the receipt in the page, and names what is wrong with others', async () => {
    assert.ok(receipt.kind === 'drawn');
    await page.goto(`${url}/#/receipt`);
    await page.getByText('from the node').waitFor();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    let count = 0;
    const resultOf = async (each: Receipt): Promise<string | null> => {
      count += 1;
      const name = `receipt-${count}.json`;
      await page.locator('input[name=receipt]').setInputFiles({
        name,
        mimeType: 'application/json',
        buffer: Buffer.from(encodeReceiptJson(each)),
      });
      return page.locator(`[data-file="${name}"]`).getAttribute('data-result');
    };
    assert.equal(await resultOf(receipt), 'valid');
    const tamperings = tamperingsOf(receipt);
    assert.ok(tamperings.length >= 20);
    for (const { what, receipt: tampered, check } of tamperings) {
      assert.equal(await resultOf(tampered), check, what);
    }
    assert.deepEqual(asked, [], 'no server is asked');
  });

  it('says so when the node goes away, and goes on when it is back', async () => {
    await page.goto(`${url}/#/`);
    const port = new URL(url).port;
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    await ended;
    await page
      .getByText(/connect/i)
      .first()
      .waitFor();
    const words = ['explorer', '--net', net.networkPath, '--port', port];
    server = spawn(process.execPath, ['src/cli/assay.js', ...words], { stdio: 'pipe' });
    await addressOf(server);
    await page
      .getByText(/connect/i)
      .first()
      .waitFor({ state: 'detached', timeout: 60_000 });
    // what the browser itself says of the lost connection is not the page's fault
    complaints.length = 0;
  });
});
