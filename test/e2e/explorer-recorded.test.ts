/**
 * The explorer in a real browser, on a recorded run: nothing is refused by the policy or said on
 * the console, time moves, places can be linked, keys work, and receipts are checked without a
 * server. Needs Debian's chromium.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { networkFileYaml } from '../../src/network-file/index.ts';
import { encodeReceipt, encodeReceiptJson, type Receipt } from '../../src/receipt/index.ts';
import { recordLine, type TraceRecord } from '../../src/trace/index.ts';
import { accessFaults, complaintsOf, openBrowser } from '../support/browser.ts';
import { ExplorerServer } from '../support/explorer-server.ts';
import { realNetwork } from '../support/real-network.ts';
import { recordRun } from '../support/recorded-run.ts';
import { tamperingsOf } from '../support/tampering.ts';
import { receiptOf } from '../unit/receipt/fixture.ts';

const BUILD = fileURLToPath(new URL('../../src/explorer/build.js', import.meta.url));
const PAGES = [
  ...['', 'map', 'claims', 'validators', 'validator/1', 'evidence', 'beacon', 'parameters'],
  'receipt',
];

describe('the explorer in a browser', function () {
  this.timeout(120_000);
  let browser: Browser;
  let server: ExplorerServer;
  let records: readonly TraceRecord[] = [];
  let context: BrowserContext;
  let page: Page;
  let complaints: string[] = [];

  before(async () => {
    const built = spawnSync(process.execPath, [BUILD], { encoding: 'utf8' });
    equal(built.status, 0, built.stderr);
    records = await recordRun();
    server = await ExplorerServer.start({ trace: records.map(recordLine).join('\n') });
    browser = await openBrowser();
  });

  after(async () => {
    await browser?.close();
    await server?.close();
  });

  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
    page = await context.newPage();
    page.setDefaultTimeout(10_000);
    complaints = complaintsOf(page, server.url);
  });

  afterEach(async () => {
    await context?.close();
    deepEqual(complaints, []);
  });

  const open = async (place = '') => {
    await page.goto(`${server.url}#/${place}`);
    await page.waitForSelector('main h1');
  };
  const go = (place: string) => page.evaluate(`location.hash = '#/${place}'`);
  const asNumber = async (expression: string) => Number(await page.evaluate(expression));
  /** Frame by frame: the policy forbids what playwright does to wait for an expression. */
  const until = async (expression: string) => {
    while ((await page.evaluate(expression)) !== true) {
      await page.evaluate('new Promise(requestAnimationFrame)');
    }
  };
  const moment = () => page.locator('.time output').innerText();
  const keyOf = (what: string, verdict: string) => {
    const found = records.find(
      (each) => each.kind === 'report' && each.what === what && each.verdict === verdict,
    );
    ok(found?.kind === 'report');
    return `${found.batch}/${found.index}`;
  };

  it('opens every page, wide and narrow, with nothing beyond its edge', async () => {
    await open();
    match(await page.locator('.health').innerText(), /small-run/);
    for (const width of [1600, 360]) {
      await page.setViewportSize({ width, height: 760 });
      for (const place of PAGES) {
        await go(place);
        await page.waitForSelector(place === 'map' ? '.map canvas' : 'main h1');
        const over = await asNumber('document.documentElement.scrollWidth - innerWidth');
        ok(over <= 0, `${place} at ${width} is ${over} too wide`);
      }
    }
  });

  it('tells the story of a wrong answer from its batch to the verdict', async () => {
    await open(`claim/${keyOf('decided', 'invalid')}`);
    const text = await page.locator('article').innerText();
    for (const part of ['Committed', 'Sealed', 'Drawn', 'Level 0', 'Level 1', 'Outcome']) {
      ok(text.includes(part), part);
    }
    match(text, /invalid has [\d\u202f]+: a quorum/);
    match(text, /final: validators ran the model themselves and found something else/);
    ok((await page.locator('.scale .dot').count()) > 0, 'distances on the scale');
  });

  it('shows the past when the slider moves, and names the moment in the address', async () => {
    await open();
    const committed = () => page.locator('.figure dd').first().innerText();
    const [whole, end] = [await committed(), await moment()];
    await page.locator('.time input').focus();
    await page.keyboard.press('Home');
    await until(`location.hash.includes('t=')`);
    equal(await committed(), '0');
    ok((await moment()) < end);
    await page.keyboard.press('End');
    await until(`!location.hash.includes('t=')`);
    equal(await committed(), whole);
  });

  it('opens a place at its moment', async () => {
    const key = keyOf('decided', 'valid');
    const drawn = records.find((each) => each.kind === 'committee' && each.index !== undefined);
    const atMs = Math.floor((drawn?.at ?? 0) / 1_000) - 50;
    await open(`claim/${key}?t=${atMs}`);
    match(await page.locator('.heading').innerText(), /not drawn yet/);
    await page.reload();
    await page.waitForSelector('article');
    match(await page.locator('.heading').innerText(), /not drawn yet/);
    match(page.url(), new RegExp(`t=${atMs}$`));
  });

  it('plays and steps by keys, and pauses where it is', async () => {
    await open('?t=1000');
    await page.locator('main').focus();
    await page.keyboard.press('.');
    await until(`document.querySelector('.time output')?.textContent?.startsWith('00:02')`);
    await page.keyboard.press(' ');
    await page.waitForSelector('button[aria-label="Pause"]');
    await until(`!document.querySelector('.time output')?.textContent?.startsWith('00:02.0')`);
    await page.keyboard.press(' ');
    await page.waitForSelector('button[aria-label="Play"]');
    ok((await moment()) > '00:02');
  });

  it('filters claims, in the address too', async () => {
    await open('claims?verdict=invalid');
    const rows = page.locator('.tall .row');
    ok((await rows.count()) > 0);
    for (const text of await rows.allInnerTexts()) ok(text.includes('invalid'), text);
    await page.locator('select').first().selectOption('unresolved');
    await until(`location.hash.includes('state=unresolved')`);
    equal(await rows.count(), 0);
  });

  it('draws the map, and a node that is chosen says who it is', async () => {
    await open('map?t=4000');
    const canvas = page.locator('.map canvas');
    const box = await canvas.boundingBox();
    ok(box !== null);
    for (let step = 0; step < 400 && (await page.locator('.selected').count()) === 0; step++) {
      const angle = step * 2.4;
      const reach = 12 * Math.sqrt(step);
      const [x, y] = [reach * Math.cos(angle), reach * Math.sin(angle)];
      await canvas.click({ position: { x: box.width / 2 + x, y: box.height / 2 + y } });
    }
    match(await page.locator('.selected').innerText(), /(validator|provider) \d+/);
    equal(await asNumber(`document.querySelector('canvas').getContext('webgl').getError()`), 0);
  });

  for (const scheme of ['light', 'dark'] as const) {
    it(`has no serious fault of access, ${scheme}`, async () => {
      await page.emulateMedia({ colorScheme: scheme });
      await open();
      for (const place of [...PAGES, `claim/${keyOf('decided', 'invalid')}`]) {
        await go(place);
        await page.waitForSelector('main h1');
        deepEqual(await accessFaults(page), [], `${place || 'overview'} ${scheme}`);
      }
    });
  }

  it('follows a live feed, connects again, and asks for what it does not keep', async () => {
    const key = keyOf('decided', 'valid');
    const isNode = (each: TraceRecord) => each.kind === 'start' || each.kind === 'node';
    const self = records.find((each) => each.kind === 'node' && each.role === 'validator');
    ok(self?.kind === 'node');
    const live = await ExplorerServer.start({
      status: JSON.stringify({ ...HALTED, id: self.id }),
      records: (batch, index) =>
        records
          .filter((each) => !isNode(each) && JSON.stringify(each).includes(batch) && index >= 0)
          .map(recordLine)
          .join('\n'),
    });
    try {
      page.removeAllListeners('request');
      await page.goto(`${live.url}#/claim/${key}`);
      const say = async (said: readonly TraceRecord[]) => {
        while (live.followers === 0) await page.evaluate('new Promise(requestAnimationFrame)');
        live.say(said);
      };
      const isBeacon = (each: TraceRecord) =>
        each.kind === 'message' && each.content.type === 'beacon';
      await say(records.filter((each) => isNode(each) || isBeacon(each)));
      await page.waitForSelector('article .quorum-words');
      match(await page.locator('article').innerText(), /valid has [\d\u202f]+: a quorum/);
      live.cut();
      await page.waitForSelector('.feed.reconnecting');
      await page.waitForSelector('.feed.connected');
      await say(records);
      await go('');
      await until(`Number.parseInt(document.querySelector('.answers dd')?.textContent) > 0`);
      const own = await page.locator('.own-node.alarm').innerText();
      match(own, /validator \d+/);
      match(own, /halted: it signs nothing\s+the disk is full\s+It .*mend the cause, start it/);
    } finally {
      await page.goto('about:blank');
      await live.close();
    }
    complaints.splice(0, complaints.length, ...complaints.filter((each) => !isCut(each)));
  });

  it('checks receipts without a server, and names what is wrong with bad ones', async () => {
    const { keys, file } = realNetwork();
    const receipt = receiptOf('drawn', keys);
    ok(receipt.kind === 'drawn');
    await open('receipt');
    await context.setOffline(true);
    await page.locator('input[name=network]').setInputFiles(yamlFile(networkFileYaml(file)));
    let count = 0;
    const resultOf = async (each: Receipt, form: 'json' | 'cbor') => {
      count += 1;
      const name = `receipt-${count}.${form}`;
      await page.locator('input[name=receipt]').setInputFiles(receiptFile(each, name));
      const result = page.locator(`[data-file="${name}"]`);
      return await result.getAttribute('data-result');
    };
    equal(await resultOf(receipt, 'json'), 'valid');
    equal(await resultOf(receipt, 'cbor'), 'valid');
    deepEqual(
      await page.locator('.checks li').evaluateAll((all) => all.map((each) => each.className)),
      Array.from({ length: 12 }, () => 'ok'),
    );
    equal(await resultOf(receiptOf('undrawn', keys), 'json'), 'valid');
    for (const { what, receipt: tampered, check } of tamperingsOf(receipt)) {
      equal(await resultOf(tampered, 'json'), check, what);
    }
    const other = networkFileYaml(file).replace(/^(name: ).*/m, '$1other');
    await page.locator('input[name=network]').setInputFiles(yamlFile(other));
    equal(await resultOf(receipt, 'json'), 'network-file');
    await context.setOffline(false);
  });
});

/** What a node says that needs its operator. */
const HALTED = {
  ...{ role: 'validator', state: 'halted', reason: 'the disk is full', softwareVersion: '0' },
  ...{ round: 9, roundsBehind: 0, peers: 3, beaconMesh: 3, claimsMesh: 3, openSubjects: 0 },
  ...{ uptimeMs: 1, counters: {}, convicted: [], slashed: [] },
};

/** What the browser itself says when a connection breaks. */
function isCut(complaint: string): boolean {
  return complaint.includes('ERR_INCOMPLETE_CHUNKED_ENCODING');
}

function yamlFile(text: string) {
  return { name: 'network.yaml', mimeType: 'application/yaml', buffer: Buffer.from(text) };
}

function receiptFile(receipt: Receipt, name: string) {
  const bytes = name.endsWith('.json') ? encodeReceiptJson(receipt) : encodeReceipt(receipt);
  return {
    name,
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(bytes),
  };
}
