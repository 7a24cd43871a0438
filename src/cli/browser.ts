/** Opens a page in the user's browser, with the program that the system has for it. */
import { spawn } from 'node:child_process';
import type { Io } from './io.ts';

/** The program that opens an address, by system. */
const OPENERS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Opens `address`; where that cannot be done, says so: the address was printed. */
export function showPage(address: string, io: Io): void {
  const [program = 'xdg-open', ...words] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(program, [...words, address], { stdio: 'ignore', detached: true });
  child.on('error', () => {
    io.err(`assay: no browser was opened (${program} is missing): open ${address}\n`);
  });
  child.unref();
}
