/**
 * Runs one benchmark: `npm run bench -- <name>` loads `bench/<name>.ts` and calls its `bench()`.
 * Without a name it lists them.
 */
import '../src/polyfill.ts';
import { readdirSync } from 'node:fs';
import { cpus } from 'node:os';

const NOT_BENCHES = [
  'main.ts',
  'processes.ts',
  'report.ts',
  'sim-flood.ts',
  'sim-protocol.ts',
  'sim-yardstick.ts',
];

await main(process.argv[2]);

async function main(name: string | undefined): Promise<void> {
  const names = readdirSync(new URL('.', import.meta.url))
    .filter((file) => file.endsWith('.ts') && !NOT_BENCHES.includes(file))
    .map((file) => file.slice(0, -'.ts'.length));
  if (name === undefined || !names.includes(name)) {
    process.stderr.write(`npm run bench -- ${names.join(' | ')}\n`);
    process.exitCode = 2;
    return;
  }
  const module: { bench?: () => Promise<void> } = await import(`./${name}.ts`);
  if (module.bench === undefined) throw new Error(`bench/${name}.ts exports no bench()`);
  const [cpu] = cpus();
  const machine = `${cpu?.model ?? 'unknown'} ×${cpus().length}, ${process.platform}`;
  process.stdout.write(`# ${machine}, node ${process.version}\n`);
  await module.bench();
}
