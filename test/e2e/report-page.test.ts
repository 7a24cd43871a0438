/**
 * Reports in a real browser: opened from a file they ask for nothing and complain about nothing,
 * figures are there and can be pointed at, in light and dark, on a phone and on paper, and
 * axe-core finds no serious fault.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { accessFaults, complaintsOf, openBrowser } from '../support/browser.ts';
import { assay } from '../unit/cli/run-assay.ts';
import { TINY_BASE } from '../unit/sim/sweep/tiny.ts';

const START_MS = 60_000;

const RUN = `
name: page
description: A run for the browser.
durationRounds: 6
network: { latency: { kind: constant, delayMs: 20 }, jitter: 0 }
validators: { count: 20 }
providers: { count: 2, stake: 1000000000 }
workload: { claimsPerRound: 4, classes: { full: 1 } }
oracle: { kind: modelled }
adversaries:
  - { behaviour: substitute-model, share: 0.5 }
  - { behaviour: false-challenger, share: 0.1 }
parameters: { roundMs: 1000, levels: [7, 128] }
`;
const SWEEP = `name: page-sweep
base:${TINY_BASE}
vary:
  grid:
    adversaries.0.cheatShare: [0.2, 0.5, 1]
arms:
  plain: {}
  short: { durationRounds: 3 }
replicas: 3
`;

const LIGHT: BrowserContextOptions = {
  viewport: { width: 1600, height: 1000 },
  colorScheme: 'light',
};
const DARK: BrowserContextOptions = { ...LIGHT, colorScheme: 'dark' };
const PHONE: BrowserContextOptions = { viewport: { width: 360, height: 740 }, colorScheme: 'dark' };

describe('a report in a browser', function () {
  this.timeout(START_MS);
  let place: string;
  let browser: Browser;

  before(async () => {
    place = mkdtempSync(join(tmpdir(), 'assay-browser-'));
    writeFileSync(join(place, 'run.yaml'), RUN);
    writeFileSync(join(place, 'sweep.yaml'), SWEEP);
    const [run, sweep] = [join(place, 'run'), join(place, 'sweep')];
    await succeeds(['sim', 'run', join(place, 'run.yaml'), '--out', run, '--quiet']);
    const words = ['sim', 'sweep', join(place, 'sweep.yaml'), '--out', sweep, '--quiet'];
    await succeeds([...words, '--engine', 'inline']);
    await succeeds(['sim', 'report', run]);
    await succeeds(['sim', 'report', sweep]);
    browser = await openBrowser();
  });

  after(async () => {
    await browser?.close();
    if (place !== undefined) rmSync(place, { recursive: true });
  });

  /** Opens a report; whatever it asks for or complains about makes the test fail. */
  async function looking(
    name: string,
    options: BrowserContextOptions,
    look: (page: Page) => Promise<void>,
  ): Promise<void> {
    const context = await browser.newContext({ ...options, offline: true, bypassCSP: false });
    const page = await context.newPage();
    const url = pathToFileURL(join(place, name, 'report.html')).href;
    const complaints = complaintsOf(page, url);
    await page.goto(url);
    await look(page);
    assert.deepEqual(complaints, []);
    await context.close();
  }

  for (const name of ['run', 'sweep']) {
    it(`asks for nothing and shows its figures: ${name}`, async () => {
      await looking(name, LIGHT, async (page) => {
        const figures = page.locator('figure');
        assert.ok((await figures.count()) >= 4);
        for (const svg of await page.locator('figure .drawing svg').all()) {
          const box = await svg.boundingBox();
          assert.ok(box !== null && box.width > 300 && box.height > 50, JSON.stringify(box));
        }
        assert.equal(await page.locator('.verdict').count(), 3);
      });
    });

    it(`fits a phone, in the dark: ${name}`, async () => {
      await looking(name, PHONE, async (page) => {
        const width = await page.evaluate('document.documentElement.scrollWidth');
        assert.equal(width, 360);
        const colours = await page.evaluate(
          `['backgroundColor', 'color'].map((key) => getComputedStyle(document.body)[key])`,
        );
        assert.deepEqual(colours, ['rgb(18, 22, 27)', 'rgb(232, 236, 240)']);
      });
    });

    for (const [theme, options] of [
      ['light', LIGHT],
      ['dark', DARK],
      ['phone', PHONE],
    ] as const) {
      it(`has no serious fault for those who do not see it: ${name}, ${theme}`, async () => {
        const context = await browser.newContext({ ...options, bypassCSP: true });
        const page = await context.newPage();
        await page.goto(pathToFileURL(join(place, name, 'report.html')).href);
        assert.deepEqual(await accessFaults(page), []);
        await context.close();
      });
    }

    it(`prints on paper, light whatever the screen is: ${name}`, async () => {
      await looking(name, DARK, async (page) => {
        await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
        const shown = await page.evaluate(
          `[getComputedStyle(document.body).color,
            getComputedStyle(document.querySelector('nav')).display]`,
        );
        assert.deepEqual(shown, ['rgb(28, 33, 38)', 'none']);
        const pdf = await page.pdf({ format: 'A4' });
        assert.ok(pdf.length > 20_000);
      });
    });
  }

  it('shows the numbers of a mark at the pointer, and picks out a series', async () => {
    await looking('sweep', LIGHT, async (page) => {
      const mark = page.locator('figure .drawing svg [data-tip]').first();
      await mark.hover({ force: true });
      const tip = page.locator('#tip');
      assert.match((await tip.textContent()) ?? '', /95 %/);
      assert.ok(await tip.isVisible());
      const key = page.locator('.keys button').first();
      await key.click();
      assert.equal(await key.getAttribute('aria-pressed'), 'true');
      assert.ok((await page.locator('svg .faded').count()) > 0);
      await key.click();
      assert.equal(await page.locator('svg .faded').count(), 0);
    });
  });

  it('saves the numbers of a figure', async () => {
    await looking('run', LIGHT, async (page) => {
      await page.locator('#error-rates summary').click();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.locator('#error-rates .tools button').first().click(),
      ]);
      assert.equal(download.suggestedFilename(), 'error-rates.csv');
      const csv = readFileSync(await download.path(), 'utf8');
      assert.match(csv, /^rate,count,of \(n\),share,95 % interval/);
    });
  });

  it('can be read without scripts', async () => {
    const context = await browser.newContext({ ...LIGHT, javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(pathToFileURL(join(place, 'run', 'report.html')).href);
    assert.equal(await page.locator('figure .drawing svg').first().isVisible(), true);
    assert.ok((await page.locator('.command code').count()) > 0);
    await context.close();
  });
});

async function succeeds(words: readonly string[]): Promise<void> {
  const { code, err } = await assay(words);
  assert.equal(code, 0, err);
}
