/** A key on two machines: the one that starts later hears the other, and signs nothing. */
import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { defined } from '../../src/base/index.ts';
import { openValidatorNode, pause, Requester, type ValidatorNode } from '../../src/node/index.ts';
import { mlpInput, TestDevnet } from '../support/devnet.ts';
import { until } from '../support/libp2p-hosts.ts';

describe('a key that runs elsewhere', function () {
  this.timeout(60_000);
  const stopping = new AbortController();
  let net: TestDevnet;
  let requester: Requester;
  let asking: Promise<void>;

  before(async () => {
    net = await TestDevnet.start({ validators: 4, providers: 1, roundMs: 500, wire: 'tcp' });
    requester = await Requester.open({ file: net.devnet.file, softwareVersion: 'assay/test' });
    const [provider] = net.devnet.file.providers;
    await requester.client.host.dial(provider?.addresses[0] ?? '');
    asking = ask();
  });

  after(async () => {
    stopping.abort();
    await asking;
    await requester.close();
    await net.stop();
  });

  /** Something to sign in every round. */
  async function ask(): Promise<void> {
    const { signal } = stopping;
    for (let k = 0; !signal.aborted; k += 1) {
      const options = { model: 'mlp', input: mlpInput(k), assurance: 'full', signal };
      await requester.infer(options).catch(() => undefined);
      await pause(250, signal);
    }
  }

  /** A node with the key of a member, in a folder of its own with what its guard knows by now. */
  async function another(index: number, name: string): Promise<ValidatorNode> {
    const member = net.devnet.validators[index];
    assert.ok(member !== undefined);
    const folder = await net.folder({ ...member, name }, 0);
    const guard = join(folder.directory, 'guard');
    rmSync(guard, { recursive: true });
    cpSync(join(net.directory, member.name, 'guard'), guard, { recursive: true });
    return await openValidatorNode({ ...folder, doppelgangerWaitRounds: 12 });
  }

  it('is heard before the first signature, and stops the one that started later', async () => {
    const first = defined(net.validators[0], 'four validators run').node;
    await until('the first one votes', () => first.status().counters.revealed > 0, 30_000);
    const twin = await another(0, 'twin');
    const causes: unknown[] = [];
    twin.node.onHalt((_reason, cause) => causes.push(cause));
    await twin.start();
    try {
      await until('the second one stops', () => causes.length > 0, 30_000);
      const { state, counters, reason } = twin.node.status();
      assert.equal(state, 'halted');
      assert.match(reason, /another process runs with the key .* connected to them/);
      assert.deepEqual([counters.batchesAcked, counters.committed, counters.revealed], [0, 0, 0]);
      const revealed = () => first.status().counters.revealed;
      const before = revealed();
      await until('the first one goes on voting', () => revealed() > before, 30_000);
      assert.equal(first.status().state, 'in-sync');
    } finally {
      await twin.stop();
    }
  });

  it('is not found in what a node said itself before it was stopped', async () => {
    await net.validators[1]?.stop();
    const restarted = await another(1, 'restarted');
    const halted: string[] = [];
    restarted.node.onHalt((reason) => halted.push(reason));
    await restarted.start();
    try {
      assert.equal(restarted.node.status().state, 'starting');
      const votes = () => restarted.node.status().counters.revealed > 0 || halted.length > 0;
      await until('it votes again', votes, 30_000);
      assert.deepEqual(halted, []);
      assert.equal(restarted.node.status().state, 'in-sync');
    } finally {
      await restarted.stop();
    }
  });
});
