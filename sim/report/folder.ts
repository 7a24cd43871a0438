/**
 * The output folder of a run: written whole or not at all.
 *
 * Files go into a sibling folder that is renamed when all are there. A folder that is in the way is
 * replaced only if it holds a result of Assay and nothing else. Limit: a crash between the two
 * renames of a replacement leaves the old result beside its place, its name ends in `.replaced`.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { AssayError } from '../../src/base/index.ts';

/** Says in `manifest.json` that the folder is a result. */
export const FOLDER_KIND = 'assay-run';

/** The file that says what made a result. */
export const MANIFEST_FILE = 'manifest.json';

/** Files of a result by name; a run without the protocol has no claims. */
export type RunFiles = Readonly<
  Record<'manifest.json' | 'config.resolved.yaml' | 'result.json', string> &
    Partial<Record<'claims.csv', string>>
>;

const FILE_NAMES: ReadonlySet<string> = new Set<keyof RunFiles>([
  'manifest.json',
  'config.resolved.yaml',
  'result.json',
  'claims.csv',
]);
/** What a report adds: its page, and pictures in one folder. */
const REPORT_NAME = 'report.html';
const FIGURES_NAME = 'figures';

/**
 * Makes sure that a result can be written to `folder`, before the work of a run; leaves no trace.
 * @throws AssayError output-exists, output-unwritable
 */
export function checkFolder(folder: string): void {
  const path = placeOf(folder);
  refuseForeign(path, folder);
  checkWritable(folder);
}

/**
 * Makes sure that a folder can be made at `folder`, or written to; leaves no trace. Asked first,
 * because where nothing can be made Node may never return from making folders within folders.
 * @throws AssayError output-unwritable
 */
export function checkWritable(folder: string): void {
  const path = placeOf(folder);
  attempt(folder, () => rmdirSync(mkdtempSync(join(nearestFolder(dirname(path)), '.assay-'))));
}

/**
 * Writes a result to `folder`, in the place of an earlier one.
 * @throws AssayError output-exists, output-unwritable
 */
export function writeFolder(folder: string, files: RunFiles): void {
  const path = placeOf(folder);
  attempt(folder, () => mkdirSync(dirname(path), { recursive: true }));
  const place = join(dirname(path), `.${basename(path)}`);
  const partial = `${place}.partial-${process.pid}`;
  try {
    attempt(folder, () => {
      rmSync(partial, { recursive: true, force: true });
      mkdirSync(partial);
      for (const [name, text] of Object.entries(files)) writeFileSync(join(partial, name), text);
    });
    const isReplaced = refuseForeign(path, folder);
    attempt(folder, () => {
      if (!isReplaced) return renameSync(partial, path);
      const old = `${partial}.replaced`;
      renameSync(path, old);
      renameSync(partial, path);
      return rmSync(old, { recursive: true });
    });
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/** Where the folder really is: a link that leads to it stays one. */
function placeOf(folder: string): string {
  const path = resolve(folder);
  return attempt(folder, () => (existsSync(path) ? realpathSync(path) : path));
}

/** Tells whether something is there; throws if it is not ours to replace. */
function refuseForeign(path: string, shown: string): boolean {
  const status = attempt(shown, () => statSync(path, { throwIfNoEntry: false }));
  if (status === undefined) return false;
  const remedy = 'Choose another folder with --out, or remove it.';
  const refusal = (message: string): AssayError =>
    new AssayError({ code: 'output-exists', where: shown, message, remedy });
  if (!status.isDirectory()) throw refusal('is a file, not a folder');
  const names = attempt(shown, () => readdirSync(path));
  if (names.length === 0) return true;
  if (!names.includes(MANIFEST_FILE) || !isResult(join(path, MANIFEST_FILE))) {
    throw refusal('is in the way and holds no result of a run');
  }
  const foreign = names.find((name) => !FILE_NAMES.has(name) && !isOfReport(path, name));
  if (foreign !== undefined) throw refusal(`holds ${foreign}, which no run wrote`);
  return true;
}

/** Made of the result, and made again in a moment. */
function isOfReport(path: string, name: string): boolean {
  if (name === REPORT_NAME) return true;
  if (name !== FIGURES_NAME) return false;
  return readdirSync(join(path, name)).every((figure) => figure.endsWith('.svg'));
}

function isResult(manifestPath: string): boolean {
  try {
    const manifest: unknown = JSON.parse(readFileSync(manifestPath, 'utf8'));
    return (
      typeof manifest === 'object' &&
      manifest !== null &&
      'kind' in manifest &&
      manifest.kind === FOLDER_KIND
    );
  } catch {
    // Not readable, or not JSON: not ours.
    return false;
  }
}

/** The folder itself, or the nearest one above that exists. */
function nearestFolder(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestFolder(dirname(path));
}

/** Runs a file operation; what the system refuses becomes an error with a remedy. */
function attempt<T>(shown: string, operation: () => T): T {
  try {
    return operation();
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    const detail = {
      code: 'output-unwritable',
      where: shown,
      message: `the output folder cannot be written (${reason})`,
      remedy: 'Choose another folder with --out.',
    };
    throw new AssayError(detail, { cause });
  }
}
