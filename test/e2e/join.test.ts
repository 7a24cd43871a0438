/** [SET-2] [KEY-1] Joining a network that runs takes a person three commands. Real processes. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { realCrypto } from '../../src/crypto/index.ts';
import { networkOf } from '../../src/network-file/index.ts';
import type { NodeStatus } from '../../src/node/index.ts';
import { readChain } from '../../src/receipt/index.ts';
import { assay, Testnet, until } from '../support/testnet.ts';

const WAIT_MS = 120_000;

describe('joining a testnet', function () {
  this.timeout(300_000);
  let net: Testnet;
  let newcomer: ChildProcess | undefined;
  const at = (name: string) => join(net.dir, name);
  const password = () => ['--password-file', at('password')];
  const folder = () => ['--dir', at('newcomer')];

  before(async () => {
    net = await Testnet.make({ validators: 4, providers: 1, dishonest: 0, epochRounds: 16 });
    net.start();
    await net.inSync(['validator-1', 'validator-2', 'validator-3', 'validator-4']);
  });

  after(async () => {
    if (newcomer !== undefined && newcomer.exitCode === null) {
      const ended = once(newcomer, 'exit');
      newcomer.kill('SIGTERM');
      await ended;
    }
    await net.stop();
  });

  async function standing(): Promise<string> {
    const { out, err } = await assay('join', net.networkPath, ...folder(), '--json');
    assert.notEqual(out, '', err);
    return JSON.parse(out).standing.kind;
  }

  it('join, admit, start: the newcomer follows, and votes on a later claim', async () => {
    const asked = await assay('join', net.networkPath, ...folder(), ...password(), '--json');
    assert.equal(asked.code, 0, asked.err);
    const { id, standing: first } = JSON.parse(asked.out);
    assert.equal(first.kind, 'asked');
    assert.ok(first.knownTo >= 1);

    const operator = ['--dir', at('operator'), ...password()];
    const listed = await assay('network', 'requests', ...operator, '--json');
    assert.deepEqual(
      JSON.parse(listed.out).requests.map((request: { id: string }) => request.id),
      [id],
      listed.err,
    );
    const admitted = await assay('network', 'admit', id.slice(0, 8), ...operator, '--json');
    assert.equal(admitted.code, 0, admitted.err);
    assert.equal(JSON.parse(admitted.out).number, 1);
    assert.match(await standing(), /^(admitted|active)$/);

    // join kept the network file in the folder
    const words = ['start', ...folder(), ...password()];
    newcomer = spawn(process.execPath, ['src/cli/assay.js', ...words], { stdio: 'ignore' });
    await until('the newcomer is active', WAIT_MS, async () => {
      return (await standing()) === 'active' ? true : undefined;
    });
    const voted = await until('the newcomer voted', WAIT_MS, async () => {
      const asked = net.infer('provider-1', Math.floor(performance.now()));
      await asked.then((answer) => net.outcome(answer)).catch(() => undefined);
      const status = await ownStatus(at('newcomer'));
      return status !== undefined && status.counters.revealed > 0 ? status : undefined;
    });
    assert.equal(voted.id, id);
  });

  it('commands without --dir are about the folder around them, or that of ASSAY_DIR', async () => {
    const launcher = resolve('src/cli/assay.js');
    const run = promisify(execFile);
    const here = await run(process.execPath, [launcher, 'status', '--json'], {
      cwd: at('newcomer'),
    });
    const { id } = JSON.parse(here.stdout).report.status;
    const env = { ...process.env, ASSAY_DIR: at('newcomer') };
    const there = await run(process.execPath, [launcher, 'peers', '--json'], { env });
    const connected: { id: string }[] = JSON.parse(there.stdout).connected;
    assert.ok(connected.length >= 4 && connected.every((peer) => peer.id !== id), there.stdout);
    const nowhere = await assay('peers');
    assert.equal(nowhere.code, 2);
    assert.match(nowhere.err, /no node runs/i);
  });

  it('the chain that a light client exports checks receipts', async () => {
    const out = at('chain.json');
    const shown = await assay('network', 'sets', ...folder(), '--export', out);
    assert.equal(shown.code, 0, shown.err);
    assert.match(shown.out, /Set 1, .*: 5 validators with/);
    const network = networkOf(net.file);
    const read = readChain(network, realCrypto, new Uint8Array(readFileSync(out)));
    assert.equal(read.kind, 'ok');
    assert.ok(read.kind === 'ok' && read.chain.head.number >= 1);
  });
});

async function ownStatus(dir: string): Promise<NodeStatus | undefined> {
  const { out } = await assay('status', '--dir', dir, '--json');
  return out === '' ? undefined : JSON.parse(out).report?.status;
}
