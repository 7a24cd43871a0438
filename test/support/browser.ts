/** A real browser for tests of pages: Debian's chromium, without a screen. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';

const EXECUTABLES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Starts the browser. @throws Error if none is installed */
export function openBrowser(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM'] ?? EXECUTABLES.find((path) => existsSync(path));
  if (executablePath === undefined) {
    throw new Error('tests of pages need chromium: apt install chromium, or set CHROMIUM');
  }
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader'],
  });
}

/**
 * Notes what a page must not do: say something on the console, throw, or ask for anything that
 * does not begin with `origin`.
 */
export function complaintsOf(page: Page, origin: string): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`says ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`throws ${error.message}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith('data:')) complaints.push(`asks ${url}`);
  });
  return complaints;
}

/** Serious faults of access, as axe finds them; it comes through the debugger, past any policy. */
export async function accessFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const { violations } = (await page.evaluate('axe.run()')) as AxeResult;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** The address that a command prints once it serves a page, without a slash at its end. */
export function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((found, failed) => {
    let text = '';
    child.once('exit', () => failed(new Error(`it ended: ${text}`)));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        text += chunk;
        const address = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0];
        if (address !== undefined) found(address);
      });
    }
  });
}

type AxeResult = {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
};
