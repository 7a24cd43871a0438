/**
 * Builds the page into `dist/explorer`: a page, a style sheet, one script, and the script of the
 * worker that checks receipts. Whoever serves the folder serves the explorer.
 *
 * Plain JavaScript, because it runs before anything was compiled and Node 20 must be able to start
 * it. What of the program needs a node (`node:*`, blst) is replaced by modules that throw; only
 * what the page uses is kept, so nothing of that may be left in the scripts: the build fails then.
 *
 * Limits: 500 kB of compressed script in all, or the build fails.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const ROOT = fileURLToPath(new URL('.', import.meta.url));
const OUT = fileURLToPath(new URL('../../dist/explorer', import.meta.url));
const ABSENT = join(ROOT, 'absent.ts');
const SCRIPT_BYTES_MAX = 500_000;

/** What a browser does not have. */
const absent = () => ({
  name: 'absent',
  enforce: 'pre',
  resolveId: (id) => (id.startsWith('node:') || id === '@chainsafe/blst' ? ABSENT : undefined),
});

/** Modules of the program do nothing when they are loaded: those that are not used are left out. */
const treeshake = { moduleSideEffects: (id) => !/\/src\/(?!explorer\/)/.test(id) };

await build({
  root: ROOT,
  configFile: false,
  base: './',
  logLevel: 'warn',
  plugins: [absent()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: false,
    rolldownOptions: { treeshake },
  },
  worker: { format: 'es', plugins: () => [absent()], rolldownOptions: { treeshake } },
});

const scripts = readdirSync(join(OUT, 'assets')).filter((name) => name.endsWith('.js'));
const bytes = scripts.map((name) => gzipSync(readFileSync(join(OUT, 'assets', name))).length);
const total = bytes.reduce((sum, each) => sum + each, 0);
scripts.forEach((name, index) => {
  process.stdout.write(`${name} ${(bytes[index] / 1000).toFixed(1)} kB compressed\n`);
});
process.stdout.write(`explorer: ${(total / 1000).toFixed(1)} kB of script, at most 500\n`);
if (total > SCRIPT_BYTES_MAX) {
  process.stderr.write('explorer: the scripts are too large\n');
  process.exitCode = 1;
}
if (
  scripts.some((name) =>
    readFileSync(join(OUT, 'assets', name), 'utf8').includes('is not in a browser'),
  )
) {
  process.stderr.write('explorer: something of a node got into the page\n');
  process.exitCode = 1;
}
