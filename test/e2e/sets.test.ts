/**
 * [SET-2] [SETTLE-1] [SETTLE-2] Real nodes settle epochs alike, and their set changes while they
 * run. Nodes in this process, TCP on loopback, short epochs.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { defined, stake } from '../../src/base/index.ts';
import { createSigner, realCrypto } from '../../src/crypto/index.ts';
import { networkOf, proveKeys } from '../../src/network-file/index.ts';
import { silentLog } from '../../src/node/log/index.ts';
import { Operator } from '../../src/node/operator/index.ts';
import { Requester } from '../../src/node/requester.ts';
import { decodeReceiptJson, encodeReceiptJson, verifyReceipt } from '../../src/receipt/index.ts';
import type { SetChange } from '../../src/wire/index.ts';
import { mlpInput, TestDevnet } from '../support/devnet.ts';
import { until } from '../support/testnet.ts';

const WAIT_MS = 180_000;

describe('validator sets of real nodes', function () {
  this.timeout(300_000);
  let net: TestDevnet;
  let operator: Operator;
  let requester: Requester;

  before(async () => {
    net = await TestDevnet.start({
      ...{ validators: 4, providers: 1, roundMs: 1000 },
      parameters: {
        ...{ levels: [16], slashSeats: 16, sealSeats: 16, epochRounds: 16 },
        ...{ evidenceWindowRounds: 2, postWindowRounds: 2, partitionRounds: 4 },
      },
    });
    const { file, operatorSeed } = net.devnet;
    const shared = { file, softwareVersion: 'assay/test' };
    requester = await Requester.open(shared);
    operator = await Operator.open({
      ...shared,
      ...{ signer: createSigner(operatorSeed), log: silentLog },
      directory: join(net.directory, 'operator'),
    });
  });

  after(async () => {
    await requester.close();
    await operator.close();
    await net.stop();
  });

  it('all find an epoch to come to the same, and the next set carries it', async () => {
    const signal = AbortSignal.timeout(WAIT_MS);
    for (let k = 0; k < 4; k++) {
      const wanted = { model: 'mlp', input: mlpInput(k), assurance: 'full', signal };
      const answer = await requester.infer(wanted);
      const outcome = await requester.outcome(answer, { signal });
      assert.equal(outcome.kind, 'receipt');
    }
    const settlement = await until('an epoch is settled', WAIT_MS, async () => {
      const found = await operator.settlement(signal);
      return found !== undefined && found.balances.length > 0 ? found : undefined;
    });
    const provider = defined(net.devnet.providers[0], 'there is a provider').id;
    const before = operator.head.state.network.providerById.get(provider)?.stake ?? 0n;
    const { link } = await operator.propose([], signal);
    assert.equal(link.number, 1);
    assert.ok(link.state.settledEpoch >= settlement.epoch);
    assert.ok((link.state.network.providerById.get(provider)?.stake ?? 0n) < before);
    const validators = link.state.network.validators.map((validator) => validator.stake);
    const genesis = networkOf(net.devnet.file).validators.map((validator) => validator.stake);
    assert.ok(validators.some((amount, i) => amount > (genesis[i] ?? 0n)));
    const sum = (amounts: readonly bigint[]) => amounts.reduce((a, b) => a + b, 0n);
    const now = sum(validators) + (link.state.network.providerById.get(provider)?.stake ?? 0n);
    assert.equal(now + link.state.pool + link.state.burned, sum(genesis) + before);
  });

  it('a validator leaves, and the others go on without it', async () => {
    const signal = AbortSignal.timeout(WAIT_MS);
    const leaver = defined(net.devnet.validators[3], 'there are four').id;
    const change: SetChange = { kind: 'stake', id: leaver, stake: stake(0n) };
    const { link } = await operator.propose([change], signal);
    assert.equal(link.state.network.validatorIndex.has(leaver), false);
    assert.ok(link.state.leaving.some(({ id }) => id === leaver));
    await until('all nodes know the set', WAIT_MS, async () => {
      const nodes = [...net.validators, ...net.providers];
      const numbers = nodes.map(({ node }) => node.status().setNumber);
      return numbers.every((number) => number === link.number) ? numbers : undefined;
    });
    await until('its epoch began', WAIT_MS, async () => {
      const epochs = net.validators.map(({ node }) => node.status().epoch);
      return epochs.every((epoch) => epoch >= link.epoch) ? epochs : undefined;
    });
    const stopped = net.validators.splice(3, 1);
    for (const node of stopped) await node.stop();
    const wanted = { model: 'mlp', input: mlpInput(9), assurance: 'full', signal };
    const answer = await requester.infer(wanted);
    const sets = await until('the claim is certified by the new set', WAIT_MS, async () => {
      const subject = await requester.client.find(answer.promise.claim, signal);
      if (subject === undefined) return undefined;
      const messages = await requester.client.messagesAbout(subject, signal);
      const found = messages.flatMap((m) => (m.type === 'certificate' ? [m.set] : []));
      return found.length > 0 ? found : undefined;
    });
    assert.deepEqual(sets[0], link.state.network.setHash);
  });

  it('who is admitted later takes the whole chain from others', async () => {
    const signal = AbortSignal.timeout(WAIT_MS);
    const seed = new Uint8Array(32).fill(9);
    const signer = createSigner(seed);
    const id = networkOf(net.devnet.file).id;
    const proofs = proveKeys(id, signer);
    const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
    const [model] = networkOf(net.devnet.file).models;
    const change: SetChange = {
      ...{ kind: 'validator', id: signer.id, voteKey: signer.voteKey, stake: stake(5n) },
      models: [defined(model, 'there is a model').model],
      possession: bytes(proofs.possession),
      ownership: bytes(proofs.ownership),
    };
    const { link } = await operator.propose([change], signal);
    const member = { name: 'newcomer', seed, id: signer.id };
    const newcomer = await net.join(member);
    await until('it knows the set that admits it', WAIT_MS, async () => {
      const { setNumber } = newcomer.node.status();
      return setNumber === link.number ? setNumber : undefined;
    });
    await until('it is in force', WAIT_MS, async () => {
      return newcomer.node.sets.current.validatorIndex.has(signer.id) ? true : undefined;
    });
  });

  it('[SET-1] receipts of a later set verify offline, with the network file alone', async () => {
    const signal = AbortSignal.timeout(WAIT_MS);
    const { number, epoch } = operator.head;
    await until('its epoch began', WAIT_MS, async () => {
      const { epoch: now } = defined(net.validators[0], 'one runs').node.status();
      return now >= epoch ? now : undefined;
    });
    // the requester knew the set of the network file only
    const wanted = { model: 'mlp', input: mlpInput(11), assurance: 'full', signal };
    const outcome = await requester.outcome(await requester.infer(wanted), { signal });
    assert.ok(outcome.kind === 'receipt', outcome.kind);
    const decoded = decodeReceiptJson(encodeReceiptJson(outcome.receipt));
    assert.ok(decoded.kind === 'ok');
    const network = networkOf(net.devnet.file);
    const verified = verifyReceipt(network, realCrypto, decoded.receipt);
    assert.ok(verified.kind === 'valid', JSON.stringify(verified.checks));
    assert.equal(verified.summary.set.number, number);
    const { steps, ...without } = decoded.receipt;
    assert.equal(steps?.length, number);
    const refused = verifyReceipt(network, realCrypto, without);
    assert.equal(refused.kind === 'invalid' && refused.check, 'sets');
  });
});
