#!/usr/bin/env node
/**
 * The `assay` command. It runs the compiled program; in a clone it compiles first when a source is
 * newer than the last build, so that `npm ci && npm start` needs no further step.
 *
 * Plain JavaScript, because Node 20 must be able to start it without any tool. Freshness is told
 * by modification times, which costs milliseconds; a published package has no sources and skips it.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STAMP = join(ROOT, 'dist', '.built');
const SOURCES = ['src', 'sim', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];
const PAGE = join(ROOT, 'dist', 'explorer', 'index.html');
const EXIT_SOFTWARE = 70;
const LOCK = join(ROOT, '.building');
/** A build takes a minute on a slow machine; whoever holds the lock for longer is gone. */
const LOCK_LIMIT_MS = 180_000;
const LOCK_POLL_MS = 100;

const isClone = existsSync(join(ROOT, 'src', 'base'));
if (isClone && !isFresh() && !buildAlone()) process.exit(EXIT_SOFTWARE);
if (isClone && servesPage() && !isPageFresh() && !buildPage()) process.exit(EXIT_SOFTWARE);
const { runWithHeap } = await import('../../dist/src/cli/heap.js');
if (!(await runWithHeap(fileURLToPath(import.meta.url), process.argv.slice(2)))) {
  const { main } = await import('../../dist/src/cli/main.js');
  await main();
}

function isFresh() {
  if (!existsSync(STAMP)) return false;
  const builtMs = statSync(STAMP).mtimeMs;
  return SOURCES.every((name) => newestMs(join(ROOT, name)) <= builtMs);
}

/** The explorer takes some seconds to build: only commands that serve it wait for it. */
function servesPage() {
  const words = process.argv.slice(2);
  const [first, second] = words.filter((word) => !word.startsWith('-'));
  const isViewer = first === 'explorer' || (first === 'sim' && second === 'view');
  return isViewer || words.includes('--explorer');
}

function isPageFresh() {
  return existsSync(PAGE) && newestMs(join(ROOT, 'src')) <= statSync(PAGE).mtimeMs;
}

/** Builds the explorer; on failure prints why and returns false. */
function buildPage() {
  if (!existsSync(join(ROOT, 'node_modules', 'vite'))) {
    process.stderr.write('assay: the explorer is not built, and vite is not installed\n');
    process.stderr.write('  Run `npm ci` first, with the development packages.\n');
    return false;
  }
  const script = join(ROOT, 'src', 'explorer', 'build.js');
  const built = spawnSync(process.execPath, [script], { cwd: ROOT, encoding: 'utf8' });
  if (built.status === 0) return true;
  process.stderr.write(`assay: the explorer does not build\n${built.stdout}${built.stderr}`);
  return false;
}

/** The latest change of a file, or of anything in a folder; a removal changes the folder. */
function newestMs(path) {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) return 0;
  if (!status.isDirectory()) return status.mtimeMs;
  const inside = readdirSync(path).map((name) => newestMs(join(path, name)));
  return Math.max(status.mtimeMs, ...inside);
}

/** One process compiles, those that were started with it wait: a testnet starts many at once. */
function buildAlone() {
  const deadline = Date.now() + LOCK_LIMIT_MS;
  while (!lock()) {
    if (Date.now() > deadline) rmSync(LOCK, { recursive: true, force: true });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_POLL_MS);
  }
  try {
    return isFresh() || build();
  } finally {
    rmSync(LOCK, { recursive: true, force: true });
  }
}

function lock() {
  try {
    mkdirSync(LOCK);
    return true;
  } catch {
    return false;
  }
}

/** Compiles; on failure prints what the compiler says and returns false. */
function build() {
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  if (!existsSync(compiler)) {
    process.stderr.write('assay: not built, and no compiler is installed\n  Run `npm ci` first.\n');
    return false;
  }
  const startedMs = Date.now();
  const compiled = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (compiled.status !== 0) {
    process.stderr.write(`assay: the sources do not compile\n${compiled.stdout}${compiled.stderr}`);
    return false;
  }
  stamp(startedMs);
  return true;
}

/** A source that changed while the compiler ran is newer than the stamp: it is built next time. */
function stamp(startedMs) {
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  writeFileSync(STAMP, `${new Date(startedMs).toISOString()}\n`);
  utimesSync(STAMP, startedMs / 1000, startedMs / 1000);
}
