/**
 * End to end: real processes, real libp2p on loopback, a user's commands. One network for all
 * tests, in order: eight validators, of which the last joins late; two providers, of which the
 * second runs an int8 copy of the model.
 */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeReceipt } from '../../src/receipt/index.ts';
import { assay, Testnet, until } from '../support/testnet.ts';

const LATE = 'validator-8';
const HONEST = 'provider-1';
const CHEAT = 'provider-2';

describe('a testnet of real processes', function () {
  this.timeout(120_000);
  let net: Testnet;
  const early = Array.from({ length: 7 }, (_, i) => `validator-${i + 1}`);

  before(async () => {
    // compiles once, before eleven processes want it at a time
    assert.equal((await assay('--version')).code, 0);
    net = await Testnet.make({ validators: 8, providers: 2, dishonest: 1 });
    net.start({ without: [LATE] });
    await net.inSync([...early, HONEST, CHEAT]);
  });

  after(() => net.stop());

  it('certifies an honest answer, and the receipt needs the network file only', async () => {
    const outcome = await net.outcome(await net.infer(HONEST, 1));
    assert.equal(outcome.kind, 'receipt');
    if (outcome.kind !== 'receipt') return;
    assert.equal(outcome.summary.judgement?.verdict, 'valid');
    const path = join(net.dir, 'r.cbor');
    writeFileSync(path, encodeReceipt(outcome.receipt));
    const good = await assay('receipt', 'verify', path, '--net', net.networkPath);
    assert.equal(good.code, 0, good.err);
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    const bad = await assay('receipt', 'verify', path, '--net', net.networkPath);
    assert.equal(bad.code, 1, bad.out);
  });

  it('[SLASH-1] certifies an int8 answer as invalid and slashes who gave it', async () => {
    const outcome = await net.outcome(await net.infer(CHEAT, 2));
    assert.equal(outcome.kind, 'receipt');
    if (outcome.kind !== 'receipt') return;
    assert.equal(outcome.summary.judgement?.verdict, 'invalid');
    assert.equal(outcome.summary.judgement?.finality, 'final');
    const loss = await until('the settlement slashes', 20_000, async () => {
      const status = (await net.statuses()).get('validator-1');
      return status?.slashed.find(({ reason }) => reason === 'slash-provider');
    });
    assert.equal(loss.id, net.idOf(CHEAT));
    const slashed = (await net.statuses()).get('validator-2')?.slashed ?? [];
    assert.deepEqual(
      slashed.map(({ id }) => id),
      [net.idOf(CHEAT)],
      'nobody else is slashed',
    );
  });

  it('lets one join late: it catches up and votes', async () => {
    net.processes.start(LATE);
    await net.inSync([LATE]);
    const votedBefore = (await net.statuses()).get(LATE)?.counters.revealed;
    assert.equal(votedBefore, 0, 'it does not vote on closed claims');
    const outcome = await net.outcome(await net.infer(HONEST, 3));
    assert.equal(outcome.kind === 'receipt' && outcome.summary.judgement?.votes.signers, 8);
  });

  it('[GUARD-1] goes on when two validators are killed while they vote', async () => {
    const before = await net.infer(HONEST, 4);
    const victims = ['validator-2', 'validator-5'];
    await until('they voted or are about to', 20_000, async () => {
      const status = (await net.statuses()).get('validator-1');
      return (status?.counters.committed ?? 0) >= 4 ? true : undefined;
    });
    await Promise.all(victims.map((name) => net.processes.end(name, 'SIGKILL')));
    const stopped = victims.filter((name) => net.log(name).includes('"event":"stopped"'));
    assert.deepEqual(stopped, [], 'a kill is a crash, not a signal that a launcher passes on');
    // all but keystore and guard can be lost: it is fetched from peers again
    for (const part of ['db', 'models']) {
      rmSync(join(net.dir, 'validator-5', part), { recursive: true });
    }
    for (const name of victims) net.processes.start(name);
    const during = await net.infer(HONEST, 5);
    for (const answered of [before, during]) {
      const outcome = await net.outcome(answered);
      assert.equal(outcome.kind, 'receipt', 'detail' in outcome ? outcome.detail : undefined);
      assert.equal(outcome.kind === 'receipt' && outcome.summary.judgement?.verdict, 'valid');
    }
    await net.inSync(victims);
    await until('the model is fetched again', 20_000, () => {
      return net.log('validator-5').includes('"event":"model-fetched"') || undefined;
    });
    const after = await net.outcome(await net.infer(HONEST, 6));
    assert.equal(after.kind === 'receipt' && after.summary.judgement?.votes.signers, 8);
    const convicted = [...(await net.statuses()).values()].flatMap((s) => s.convicted);
    assert.deepEqual(convicted, [], 'nobody signed two different things');
  });

  it('drains on SIGTERM and ends with 0', async () => {
    await net.processes.end('validator-7', 'SIGTERM');
    assert.deepEqual(net.processes.state('validator-7'), { kind: 'ended', how: 'exit 0' });
    assert.match(net.log('validator-7'), /"event":"stopped"/);
  });
});
