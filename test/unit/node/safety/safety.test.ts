/** The gate of a node closes when its key is heard elsewhere, and while its disk is full. */
import assert from 'node:assert/strict';
import { type BatchId, type NodeId, nodeId, round } from '../../../../src/base/index.ts';
import { Draws, SetChain } from '../../../../src/core/index.ts';
import { createSigner, merkleRoot, realCrypto } from '../../../../src/crypto/index.ts';
import { networkOf } from '../../../../src/network-file/index.ts';
import type { NodeError } from '../../../../src/node/error.ts';
import type { PeerEvent } from '../../../../src/node/libp2p/index.ts';
import { silentLog } from '../../../../src/node/log/index.ts';
import { isEnd, Safety, Vitals, VoteWatch } from '../../../../src/node/safety/index.ts';
import {
  type BundleMessage,
  batchId,
  bundleSigningBytes,
  encodeEntry,
  type HeaderMessage,
  headerSigningBytes,
} from '../../../../src/wire/index.ts';
import { fileOf } from '../../network-file/draft.ts';
import { headerAt } from '../protocol-messages.ts';

const MIB = 1024 ** 2;
const NEVER = Number.MAX_SAFE_INTEGER;
const network = networkOf(fileOf());
const signer = createSigner(new Uint8Array(32).fill(3));

/** A bundle in our name about the batch of a header. */
function bundleAbout(header: HeaderMessage, by = signer): BundleMessage {
  const batch = batchId(header);
  const entries = [encodeEntry({ kind: 'ack', batch, signature: new Uint8Array(96) })];
  const root = merkleRoot(entries.map(({ bytes }) => bytes));
  const signature = by.sign(bundleSigningBytes(network.id, signer.id, root));
  return { type: 'bundle', validator: signer.id, entries, signature };
}

function safetyOf(
  more: { freeBytes?: () => Promise<number>; isNewKey?: boolean; isDeaf?: boolean } = {},
) {
  const twins: NodeError[] = [];
  const told = { elsewhere: (_peer: NodeId) => {}, peer: (_event: PeerEvent) => {} };
  const host = {
    ...{ id: signer.id, peers: () => [], meshSizes: () => ({ beacon: 0, claims: 0 }) },
    onElsewhere: (handler: typeof told.elsewhere) => {
      told.elsewhere = handler;
    },
    onPeer: (handler: typeof told.peer) => {
      told.peer = handler;
    },
  };
  const safety = new Safety({
    host,
    network,
    view: { membership: { chain: new SetChain(new Draws(network)) } },
    crypto: realCrypto,
    log: silentLog,
    headerOf: () => undefined,
    directory: '/',
    ...(more.isDeaf === true
      ? {}
      : { doppelganger: { waitRounds: 4, isNewKey: more.isNewKey ?? false } }),
    freeBytes: more.freeBytes ?? (() => Promise.resolve(2 ** 40)),
    onTwin: (error) => twins.push(error),
  });
  return { safety, twins, told };
}

describe('Safety', () => {
  it('is closed while it listens, and for good when its key is heard elsewhere', () => {
    const { safety, twins } = safetyOf();
    safety.begin(round(10));
    assert.equal(safety.gate(round(5)), NEVER);
    const header = headerAt(20);
    safety.hear(header);
    safety.assertAlone();
    safety.hear(bundleAbout(header));
    safety.hear(bundleAbout(header));
    assert.equal(twins.length, 1);
    assert.equal(twins[0]?.detail.code, 'key-runs-elsewhere');
    assert.match(twins[0]?.detail.message ?? '', /round 20/);
    assert.throws(() => safety.assertAlone(), { name: 'NodeError' });
    assert.equal(safety.gate(round(5)), NEVER);
  });

  it('believes nobody who only writes our name on a message', () => {
    const { safety, twins } = safetyOf();
    safety.begin(round(10));
    const header = headerAt(20);
    safety.hear(header);
    const other = createSigner(new Uint8Array(32).fill(4));
    safety.hear(bundleAbout(header, other));
    safety.hear({ ...headerAt(20), provider: signer.id });
    assert.deepEqual(twins, []);
  });

  it('hears a provider that seals in its name', () => {
    const { safety, twins } = safetyOf();
    safety.begin(round(10));
    const body = { ...headerAt(20), provider: signer.id };
    const signature = signer.sign(headerSigningBytes(network.id, body));
    safety.hear({ ...body, signature });
    assert.equal(twins.length, 1);
  });

  it('stops when validators with more than a third of the stake refuse it, and no earlier', () => {
    const { safety, twins, told } = safetyOf();
    const { validators, providers, totalStake } = network;
    told.elsewhere(nodeId('f'.repeat(64)));
    for (const { id } of providers) told.elsewhere(id);
    assert.equal(safety.signs().refusedBy, providers.length, 'strangers are not counted');
    let refusing = 0n;
    for (const { id, stake } of validators) {
      assert.equal(
        twins.length,
        3n * refusing > totalStake ? 1 : 0,
        `${refusing} of ${totalStake}`,
      );
      told.elsewhere(id);
      refusing += stake;
    }
    assert.equal(twins.length, 1);
    assert.equal(twins[0]?.detail.code, 'key-runs-elsewhere');
    assert.throws(() => safety.assertAlone(), { name: 'NodeError' });
    assert.equal(safety.gate(round(5)), NEVER);
  });

  it('forgets a refusal of a peer that takes it after all', () => {
    const { safety, twins, told } = safetyOf();
    const small = network.validators.filter(({ stake }) => 3n * stake <= network.totalStake);
    assert.ok(small.length > 1);
    for (const { id } of small) {
      told.elsewhere(id);
      assert.equal(safety.signs().refusedBy, 1);
      told.peer({ peer: id, change: 'connected' });
    }
    assert.deepEqual(twins, []);
    assert.equal(safety.signs().refusedBy, 0);
  });

  it('makes a new key listen, once, when a single member refuses it', () => {
    const { safety, twins, told } = safetyOf({ isNewKey: true });
    safety.begin(round(10));
    assert.equal(safety.gate(round(5)), 11);
    told.elsewhere(nodeId('f'.repeat(64)));
    assert.equal(safety.gate(round(5)), 11, 'a stranger');
    const small = network.validators.find(({ stake }) => 3n * stake <= network.totalStake);
    assert.ok(small !== undefined);
    told.elsewhere(small.id);
    assert.equal(safety.gate(round(5)), NEVER);
    assert.deepEqual(safety.signs().doppelganger, { kind: 'listening', roundsLeft: 4 });
    assert.deepEqual(twins, []);
  });

  it('stops nobody who does not listen for its key', () => {
    const { twins, told } = safetyOf({ isDeaf: true });
    for (const { id } of network.validators) told.elsewhere(id);
    assert.deepEqual(twins, []);
  });

  it('knows what it said itself', () => {
    const { safety, twins } = safetyOf();
    safety.begin(round(10));
    const header = headerAt(20);
    safety.hear(header);
    const bundle = bundleAbout(header);
    safety.said(bundle);
    safety.hear(bundle);
    assert.deepEqual(twins, []);
  });

  it('lets nothing new in while the disk is full, and goes on when there is room', async () => {
    let free = 255 * MIB;
    const { safety } = safetyOf({ isNewKey: true, freeBytes: () => Promise.resolve(free) });
    safety.begin(round(10));
    assert.equal(safety.gate(round(5)), 11);
    await safety.start();
    assert.equal(safety.gate(round(5)), NEVER);
    assert.equal(safety.signs().isDiskFull, true);
    safety.stop();
    free = 321 * MIB;
    await safety.start();
    assert.equal(safety.gate(round(5)), 11);
    assert.equal(safety.gate(round(50)), 50);
    safety.stop();
  });
});

describe('Vitals', () => {
  it('does not go in and out at every deleted file', async () => {
    let free = 300 * MIB;
    const changes: string[] = [];
    const vitals = new Vitals({
      freeBytes: () => Promise.resolve(free),
      onDisk: ({ change, freeBytes }) => changes.push(`${change} at ${freeBytes / MIB}`),
    });
    for (const mebibytes of [300, 250, 300, 319, 320, 300, 255]) {
      free = mebibytes * MIB;
      await vitals.look();
    }
    assert.deepEqual(changes, ['full at 250', 'roomy at 320', 'full at 255']);
  });

  it('keeps what it knew to itself when the system does not tell', async () => {
    const freeBytes = () => Promise.reject(new Error('no such call'));
    const vitals = new Vitals({ freeBytes, onDisk: () => assert.fail() });
    await vitals.look();
    assert.equal(vitals.diskFreeBytes, undefined);
    assert.equal(vitals.isDiskFull, false);
  });
});

describe('VoteWatch', () => {
  it('tells of a draw without a vote after some rounds, and forgets it after many', () => {
    const watch = new VoteWatch();
    const [first, second] = [0, 1].map((index) => ({ batch: 'batch' as BatchId, index }));
    assert.ok(first !== undefined && second !== undefined);
    watch.tick(10, []);
    watch.drawn(first);
    watch.tick(16, []);
    assert.equal(watch.silentRounds, 0);
    watch.drawn(first);
    watch.tick(17, []);
    assert.equal(watch.silentRounds, 7);
    watch.tick(71, []);
    assert.equal(watch.silentRounds, 0);
    watch.drawn(second);
    watch.tick(78, []);
    assert.equal(watch.silentRounds, 7);
    watch.done(first);
    assert.equal(watch.silentRounds, 7, 'a vote about another claim does not count');
    watch.done(second);
    assert.equal(watch.silentRounds, 0);
  });

  it('is done with a claim that others decided first', () => {
    const subject = { batch: 'batch' as BatchId, index: 3 };
    const judged = { subject, provider: nodeId('0'.repeat(64)), levels: [] };
    assert.ok(isEnd({ kind: 'closed', subject, judged }));
    assert.ok(isEnd({ kind: 'decided', subject, level: 0, verdict: 'valid' }));
    assert.equal(isEnd({ kind: 'level-started', subject, level: 1 }), false);
  });

  it('tells of a topic that stays empty, not of a moment', () => {
    const watch = new VoteWatch();
    watch.tick(10, ['claims']);
    watch.tick(12, ['claims']);
    assert.deepEqual(watch.deserted(['claims']), []);
    watch.tick(13, ['claims']);
    assert.deepEqual(watch.deserted(['claims', 'beacon']), ['claims']);
    assert.deepEqual(watch.deserted([]), []);
    watch.tick(14, []);
    watch.tick(15, ['claims']);
    assert.deepEqual(watch.deserted(['claims']), []);
  });
});
