/**
 * Takes the pictures of the README: `npm run pictures`. A study is run and reported, a run is
 * traced and opened in the explorer; what a browser then shows is what the README shows.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { addressOf, openBrowser } from './browser.ts';

const LAUNCHER = resolve('src/cli/assay.js');
const STUDY = resolve('configs/sweeps/deterrence.yaml');
const SCENARIO = resolve('configs/scenarios/quickstart.yaml');
const SIZE = { width: 1100, height: 760 };
const PICTURES = {
  report: 'sim/report/pictures/report.png',
  explorer: 'src/explorer/pictures/explorer.png',
} as const;

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-pictures-'));
  const browser = await openBrowser();
  const view: { child?: ChildProcess } = {};
  try {
    const context = await browser.newContext({ viewport: SIZE, deviceScaleFactor: 1 });
    const page = await context.newPage();
    assay('sim', 'sweep', STUDY, '--out', join(folder, 'study'), '--quiet');
    assay('sim', 'report', join(folder, 'study'));
    await page.goto(`file://${join(folder, 'study', 'report.html')}`);
    await take(page, PICTURES.report);
    const trace = join(folder, 't.jsonl');
    assay('sim', 'run', SCENARIO, '--out', join(folder, 'run'), '--trace', trace, '--quiet');
    view.child = spawn(process.execPath, [LAUNCHER, 'sim', 'view', trace], { stdio: 'pipe' });
    await page.goto(`${await addressOf(view.child)}/#/claim/${disputedClaim(trace)}`);
    await page.getByText('Level 0').first().waitFor();
    await take(page, PICTURES.explorer);
  } finally {
    view.child?.kill('SIGTERM');
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function assay(...words: readonly string[]): void {
  execFileSync(process.execPath, [LAUNCHER, ...words], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** The first claim that a provider lost, as `batch/index`. */
function disputedClaim(trace: string): string {
  const lines = readFileSync(trace, 'utf8').split('\n');
  const line = lines.find((each) => each.includes('"decided"') && each.includes('"invalid"'));
  if (line === undefined) throw new Error('nobody was caught in this run');
  const { batch, index } = JSON.parse(line);
  return `${batch}/${index}`;
}

async function take(page: Page, path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  await page.screenshot({ path, animations: 'disabled' });
}

await main();
