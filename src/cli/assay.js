#!/usr/bin/env node
/**
 * The `assay` command. It runs the compiled program; in a clone it compiles first when a source is
 * newer than the last build, so that `npm ci && npm start` needs no further step.
 *
 * Plain JavaScript, because Node 20 must be able to start it without any tool. Freshness is told
 * by modification times, which costs milliseconds; a published package has no sources and skips it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STAMP = join(ROOT, 'dist', '.built');
const SOURCES = ['src', 'sim', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];
const EXIT_SOFTWARE = 70;

if (existsSync(join(ROOT, 'src', 'base')) && !isFresh() && !build()) process.exit(EXIT_SOFTWARE);
const { main } = await import('../../dist/src/cli/main.js');
await main();

function isFresh() {
  if (!existsSync(STAMP)) return false;
  const builtMs = statSync(STAMP).mtimeMs;
  return SOURCES.every((name) => newestMs(join(ROOT, name)) <= builtMs);
}

/** The latest change of a file, or of anything in a folder; a removal changes the folder. */
function newestMs(path) {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) return 0;
  if (!status.isDirectory()) return status.mtimeMs;
  const inside = readdirSync(path).map((name) => newestMs(join(path, name)));
  return Math.max(status.mtimeMs, ...inside);
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
