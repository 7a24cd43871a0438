/** A whole network in one process, over memory and over TCP on loopback: the same answers. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { realCrypto } from '../../src/crypto/index.ts';
import { networkOf } from '../../src/network-file/index.ts';
import { openValidatorNode, Requester } from '../../src/node/index.ts';
import { decodeReceipt, encodeReceipt, verifyReceipt } from '../../src/receipt/index.ts';
import { mlpInput, TestDevnet } from '../support/devnet.ts';

for (const wire of ['memory', 'tcp'] as const) {
  describe(`a network in one process over ${wire}`, function () {
    this.timeout(60_000);
    let net: TestDevnet;
    let requester: Requester;

    before(async () => {
      net = await TestDevnet.start({ validators: 4, providers: 1, roundMs: 1000, wire });
      const { transports } = net;
      requester = await Requester.open({
        file: net.devnet.file,
        softwareVersion: 'assay/test',
        ...(transports === undefined ? {} : { transports }),
      });
      const [provider] = net.devnet.file.providers;
      await requester.client.host.dial(provider?.addresses[0] ?? '');
    });

    after(async () => {
      await requester.close();
      await net.stop();
    });

    it('answers many at once, drawn or not, each with a receipt that verifies', async () => {
      const classes = ['full', 'full', 'standard', 'standard', 'standard', 'standard'];
      const signal = AbortSignal.timeout(40_000);
      const outcomes = await Promise.all(
        classes.map(async (assurance, k) => {
          const options = { model: 'mlp', input: mlpInput(k), assurance, signal };
          return await requester.outcome(await requester.infer(options), { signal });
        }),
      );
      const network = networkOf(net.devnet.file);
      const kinds = outcomes.map((outcome) => {
        const detail = 'detail' in outcome ? outcome.detail : undefined;
        assert.equal(outcome.kind, 'receipt', detail);
        if (outcome.kind !== 'receipt') return '';
        const decoded = decodeReceipt(encodeReceipt(outcome.receipt));
        assert.ok(decoded.kind === 'ok');
        assert.equal(verifyReceipt(network, realCrypto, decoded.receipt).kind, 'valid');
        return outcome.receipt.kind;
      });
      // [SAMPLE-1] one of each run of four is drawn; all of class full
      assert.deepEqual(kinds.slice(0, 2), ['drawn', 'drawn']);
      assert.ok(kinds.slice(2).filter((kind) => kind === 'undrawn').length >= 2, kinds.join());
    });

    it('stops while it starts, at any time, and leaves nothing running', async () => {
      const member = net.devnet.validators.at(-1);
      assert.ok(member !== undefined);
      await net.validators.pop()?.stop();
      for (const turns of [0, 1, 20, 500]) {
        rmSync(join(net.directory, member.name, 'guard'), { recursive: true });
        const folder = await net.folder(member, 0);
        const node = await openValidatorNode(folder);
        const started = node.start();
        for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
        await Promise.all([node.node.stop(), node.node.stop()]);
        await node.stop();
        await started;
        await assert.rejects(node.node.runner.take({ kind: 'time-reached' }), /closed/);
        assert.deepEqual(node.node.status().peers, 0);
      }
    });

    it('lets nobody in who is of another network', async () => {
      const other = {
        ...net.devnet.file,
        id: net.devnet.file.id.replace(/^./, (c) => (c === '0' ? '1' : '0')),
      };
      const { transports } = net;
      await assert.rejects(
        Requester.open({
          file: other,
          softwareVersion: 'assay/test',
          ...(transports === undefined ? {} : { transports }),
        }),
        /another network.*differ/s,
      );
    });
  });
}
