/** The explorer's page as files: what vite built, and nothing else of this machine. */
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { ApiError } from './error.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
};
/** Names of files that vite writes; none leads out of the folder. */
const NAME = /^[\w-][\w.-]*$/;

/** A file of the page. */
export type PageFile = { readonly type: string; readonly content: Uint8Array };

/**
 * Reads a file of the page.
 * @param directory the folder that vite wrote
 * @param name `index.html`, or the name of a file in `assets`
 * @throws ApiError page-missing if the page was not built, file-unknown
 */
export async function pageFile(directory: string, name: string): Promise<PageFile> {
  const isIndex = name === 'index.html';
  const type = TYPES[extname(name)];
  if (type === undefined || !NAME.test(name)) throw unknownFile(name);
  try {
    const path = isIndex ? join(directory, name) : join(directory, 'assets', name);
    return { type, content: await readFile(path) };
  } catch {
    // Not there, or not to be read: both mean that it was not built.
    if (!isIndex) throw unknownFile(name);
    throw new ApiError({
      code: 'page-missing',
      message: `the page of the explorer was not built: ${directory} has no index.html`,
      remedy: 'Build it with `npm run build`, then load this page again.',
    });
  }
}

function unknownFile(name: string): ApiError {
  return new ApiError({
    code: 'file-unknown',
    message: `the page has no file ${JSON.stringify(name.slice(0, 64))}`,
    remedy: 'Load the page again: it may have been built anew.',
  });
}
