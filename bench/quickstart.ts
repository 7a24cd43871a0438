/**
 * The quickstart as a user runs it: wall time, peak memory and trace digest, twice, and once more
 * on another version of Node if one is named.
 *
 * `npm run bench -- quickstart [node-version]`, e.g. `22`, which npx takes from the registry.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCENARIO = 'configs/scenarios/quickstart.yaml';
const POLL_MS = 50;

type Outcome = { readonly seconds: number; readonly peakMib: number; readonly digest: string };

export async function bench(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-bench-'));
  try {
    const own = [process.execPath];
    const other = process.argv[3];
    const runs = [own, own, ...(other === undefined ? [] : [['npx', '-y', `node@${other}`]])];
    const digests = new Set<string>();
    for (const [index, command] of runs.entries()) {
      const outcome = await run(command, join(folder, `${index}`));
      digests.add(outcome.digest);
      const version = command === own ? process.version : command.at(-1);
      const peak = command === own ? `peak ${outcome.peakMib.toFixed(0)} MiB, ` : '';
      process.stdout.write(
        `quickstart/run/node=${version}: ${outcome.seconds.toFixed(1)} s, ${peak}` +
          `digest ${outcome.digest.slice(0, 16)}…\n`,
      );
    }
    process.stdout.write(digests.size === 1 ? 'digests are equal\n' : 'digests DIFFER\n');
    if (digests.size !== 1) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(command: readonly string[], out: string): Promise<Outcome> {
  const [program = '', ...first] = command;
  const start = performance.now();
  const child = spawn(
    program,
    [...first, 'src/cli/assay.js', 'sim', 'run', SCENARIO, '--json', '--out', out],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  let peakKib = 0;
  const poll = setInterval(() => {
    peakKib = Math.max(peakKib, peakOf(child.pid));
  }, POLL_MS);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(poll);
      if (code !== 0) {
        reject(new Error(`the quickstart ended with ${code}`));
        return;
      }
      const { traceDigest } = JSON.parse(text) as { traceDigest: string };
      const seconds = (performance.now() - start) / 1000;
      resolve({ seconds, peakMib: peakKib / 1024, digest: traceDigest });
    });
  });
}

/** High-water mark of a process's resident memory, KiB; 0 where the system does not tell. */
function peakOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
