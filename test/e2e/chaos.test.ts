/**
 * End to end: a short chaos run between real processes, as a user starts it. Times depend on the
 * machine; what must hold whatever the machine: no promise of the protocol is broken, and nothing
 * is left running.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assay, until } from '../support/testnet.ts';

/** Invariants that hold however slow the machine is. */
const TIMELY = ['recovery', 'every-claim-final', 'every-drawn-leaf-decided'];

describe('chaos between real processes', function () {
  this.timeout(400_000);
  let dir: string;

  before(async () => {
    assert.equal((await assay('--version')).code, 0);
    dir = mkdtempSync(join(tmpdir(), 'assay-chaos-'));
  });

  after(() => rmSync(dir, { recursive: true, force: true }));

  it('breaks no promise of the protocol', async () => {
    const net = join(dir, 'net');
    const faults = ['--kill', '1', '--partition', '2,3', '--pause', '1', '--delay', '30ms'];
    const shape = ['--validators', '5', '--period', '2s', '--rate', '0.3'];
    const run = await assay(
      ...['testnet', 'chaos', net, ...shape, ...faults, '--for', '30s', '--seed', '5', '--json'],
    );
    assert.notEqual(run.out, '', run.err);
    const report = JSON.parse(run.out) as {
      violations: { invariant: string; detail: string }[];
      claims: Record<string, number>;
      happened: unknown[];
      audit: { checks: number; lives: number; subjects: { drawn: number } };
    };
    const broken = report.violations.filter(({ invariant }) => !TIMELY.includes(invariant));
    assert.deepEqual(broken, [], run.err);
    assert.equal(run.code, report.violations.length === 0 ? 0 : 1);
    assert.ok((report.claims['valid'] ?? 0) > 0, JSON.stringify(report.claims));
    assert.ok(report.happened.length >= 2, 'faults happened');
    assert.ok(report.audit.checks > 1_000 && report.audit.subjects.drawn > 0);
    const kinds = run.err
      .split('\n')
      .filter((line) => /^\d+\.\d s {2}(kill|part|pause)/.test(line));
    assert.equal(kinds.length, report.happened.length);
    await gone(net);
  });

  it('ends its processes when it is killed itself', async () => {
    const net = join(dir, 'killed');
    const child = spawn(
      process.execPath,
      ['src/cli/assay.js', 'testnet', 'chaos', net, '--validators', '4', '--for', '60s'],
      { stdio: 'ignore' },
    );
    await until('nodes run', 60_000, () => pidsIn(net).length >= 5 || undefined);
    child.kill('SIGKILL');
    await gone(net);
  });
});

/** Waits until no process has a folder of this network on its command line. */
async function gone(net: string): Promise<void> {
  await until('all processes have ended', 20_000, () => pidsIn(net).length === 0 || undefined);
}

/** Processes that were started for a network, by what they were started with. */
function pidsIn(net: string): readonly number[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return all.map(Number).filter((pid) => commandOf(pid).includes(`${net}/`));
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
