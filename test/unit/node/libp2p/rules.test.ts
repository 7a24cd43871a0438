/** What a host decides: who differs, who forwards, whom to dial, which limits are in force. */
import assert from 'node:assert/strict';
import { multiaddr } from '@multiformats/multiaddr';
import { type NodeId, nodeId } from '../../../../src/base/index.ts';
import { isLocal, parseAddress } from '../../../../src/node/libp2p/address.ts';
import { Dialer } from '../../../../src/node/libp2p/dialer.ts';
import { decodeHello, differences, encodeHello } from '../../../../src/node/libp2p/hello.ts';
import {
  nodeIdOf,
  nodeIdOfText,
  peerIdOf,
  privateKeyOf,
} from '../../../../src/node/libp2p/identity.ts';
import { GOSSIP_LIMITS, HOST_LIMITS } from '../../../../src/node/libp2p/limits.ts';
import { MISSED_LIMIT, RelayWatch, SILENT_LIMIT } from '../../../../src/node/libp2p/relay-watch.ts';
import { asRouter } from '../../../../src/node/libp2p/router.ts';
import { RpcWatch } from '../../../../src/node/libp2p/rpc-watch.ts';
import {
  SCORE_THRESHOLDS,
  scoreParams,
  TOPIC_SCORE_CAP,
} from '../../../../src/node/libp2p/scoring.ts';
import { assertConnectionLimits, assertLimits } from '../../../../src/node/libp2p/settings.ts';
import { LIMITS } from '../../../../src/wire/index.ts';
import { HELLO, seedOf } from '../../../support/libp2p-hosts.ts';

const peer = (index: number) => nodeId(index.toString(16).padStart(64, '0'));

describe('an identity', () => {
  it('is one key with two names', async () => {
    const key = await privateKeyOf(seedOf(1));
    const id = nodeId(Buffer.from(key.publicKey.raw).toString('hex'));
    assert.equal(nodeIdOf(peerIdOf(id)), id);
    assert.equal(nodeIdOfText(peerIdOf(id).toString()), id);
    assert.equal(nodeIdOfText('QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N'), undefined);
    assert.equal(nodeIdOfText('nonsense'), undefined);
  });
});

describe('a hello', () => {
  it('comes back as it was sent', () => {
    assert.deepEqual(decodeHello(encodeHello(HELLO)), HELLO);
  });

  it('is refused if a field is missing or out of range', () => {
    const wrong: readonly object[] = [
      ...Object.keys(HELLO).map((key) => ({ ...HELLO, [key]: undefined })),
      ...[
        { ...HELLO, networkId: 'AB'.repeat(32) },
        { ...HELLO, role: 'king' },
      ],
      ...[
        { ...HELLO, protocolVersion: 1.5 },
        { ...HELLO, protocolVersion: -1 },
      ],
      ...[
        { ...HELLO, softwareVersion: 'x'.repeat(65) },
        { ...HELLO, softwareVersion: '\n' },
      ],
    ];
    for (const hello of wrong) {
      const text = JSON.stringify(hello);
      assert.equal(decodeHello(new TextEncoder().encode(text)), undefined, text);
    }
    for (const text of ['', '[]', 'null', '{', '1']) {
      assert.equal(decodeHello(new TextEncoder().encode(text)), undefined, text);
    }
    assert.equal(decodeHello(Uint8Array.of(0xff)), undefined);
  });

  it('may name its process, and refuse one whose key is connected; other releases need not', () => {
    const named = { ...HELLO, instance: '0f'.repeat(16) };
    assert.deepEqual(decodeHello(encodeHello(named)), named);
    const refusing = { ...named, isElsewhere: true };
    assert.deepEqual(decodeHello(encodeHello(refusing)), refusing);
    const odd = { ...HELLO, instance: 'x', isElsewhere: 'yes' } as never;
    assert.deepEqual(decodeHello(encodeHello(odd)), HELLO);
    assert.deepEqual(differences(named, { ...named, instance: 'f0'.repeat(16) }), []);
  });

  it('names each difference with both values and what to do', () => {
    assert.deepEqual(differences(HELLO, { ...HELLO, role: 'requester', softwareVersion: 'b' }), []);
    const hash = 'ff'.repeat(32);
    const other = { networkId: hash, setHash: hash, parametersHash: hash, modelsHash: hash };
    const found = differences(HELLO, { ...HELLO, ...other, protocolVersion: 2 });
    assert.deepEqual(
      found.map(({ what }) => what),
      ['protocol-version', 'models', 'parameters', 'validator-set', 'network'],
    );
    assert.deepEqual([found[0]?.ours, found[0]?.theirs], ['1', '2']);
    for (const { what, remedy } of found) assert.ok(remedy.length > 10, what);
  });
});

describe('the relay watch', () => {
  const mesh = new Set([peer(1), peer(2)]);
  const rounds = (watch: RelayWatch, count: number, copies: readonly NodeId[]) => {
    for (let round = 0; round < count; round += 1) {
      const id = `${Math.random()}`;
      for (const from of copies) watch.onCopy(from, id);
      watch.onAccepted(id, mesh, 0);
      watch.tick(mesh, 1_000);
    }
  };

  it('punishes a peer of the mesh that forwards nothing, and no other', () => {
    const watch = new RelayWatch(1_000);
    rounds(watch, MISSED_LIMIT, [peer(1)]);
    assert.equal(watch.penalty(peer(2)), 0, 'the first round only shows who is in the mesh');
    rounds(watch, 1, [peer(1)]);
    assert.ok(watch.penalty(peer(2)) > TOPIC_SCORE_CAP, 'no merit outweighs it');
    assert.equal(watch.penalty(peer(1)), 0);
  });

  it('counts nothing while there is nothing to forward', () => {
    const watch = new RelayWatch(1_000);
    rounds(watch, 1, [peer(1), peer(2)]);
    for (let nowMs = 0; nowMs < 1e6; nowMs += 1_000) watch.tick(mesh, nowMs);
    assert.equal(watch.penalty(peer(1)), 0);
  });

  it('takes a copy that comes late, but within the window', () => {
    const watch = new RelayWatch(1_000);
    for (let round = 0; round < 20; round += 1) {
      watch.onAccepted(`${round}`, mesh, round * 2_000);
      watch.onCopy(peer(2), `${round}`);
      watch.tick(mesh, round * 2_000 + 1_000);
    }
    assert.equal(watch.penalty(peer(2)), 0);
    assert.ok(watch.penalty(peer(1)) > 0);
  });

  it('does not blame a peer from which nothing comes at all, and tells of it once', () => {
    const silent: NodeId[] = [];
    const watch = new RelayWatch(1_000, (id) => silent.push(id));
    for (const id of mesh) watch.onHeard(id, 0);
    for (let round = 1; round <= SILENT_LIMIT + 2; round += 1) {
      const nowMs = round * 3_000;
      watch.onAccepted(`${round}`, mesh, nowMs);
      watch.onHeard(peer(1), nowMs);
      watch.tick(mesh, nowMs + 1_000);
    }
    assert.deepEqual(silent, [peer(2)]);
    assert.equal(watch.penalty(peer(2)), 0);
    assert.ok(watch.penalty(peer(1)) > 0, 'who says something else and forwards nothing is');
  });

  it('forgives with time, outside of the mesh', () => {
    const watch = new RelayWatch(1_000);
    rounds(watch, 20, [peer(1)]);
    const rest = new Set([peer(1)]);
    for (let round = 0; round < 40; round += 1) {
      watch.onCopy(peer(1), `${round}`);
      watch.onAccepted(`${round}`, rest, 0);
      watch.tick(rest, 1_000);
    }
    assert.equal(watch.penalty(peer(2)), 0);
  });
});

describe('scores', () => {
  it('put each threshold where one more invalid message crosses it', () => {
    const params = scoreParams({ topics: ['t'], isLoopback: false, appScore: () => 0 });
    const weight = params.topics?.['t']?.invalidMessageDeliveriesWeight ?? 0;
    const scoreAfter = (invalid: number) => TOPIC_SCORE_CAP + weight * invalid ** 2;
    assert.ok(scoreAfter(1) < 0, 'one costs the mesh place');
    assert.ok(scoreAfter(2) < SCORE_THRESHOLDS.publishThreshold);
    assert.ok(scoreAfter(3) < SCORE_THRESHOLDS.graylistThreshold);
    assert.ok(SCORE_THRESHOLDS.opportunisticGraftThreshold < TOPIC_SCORE_CAP);
    assert.ok((params.retainScore ?? 0) >= HOST_LIMITS.banMs);
    assert.equal(params.IPColocationFactorWeight, -5);
    const local = scoreParams({ topics: [], isLoopback: true, appScore: () => 0 });
    assert.equal(local.IPColocationFactorWeight, 0);
  });
});

describe('the RPC watch', () => {
  it('cuts long backoffs, and counts floods and foreign topics', () => {
    const faults: string[] = [];
    const watch = new RpcWatch((_, fault) => void faults.push(fault));
    const empty = { ihave: [], iwant: [], graft: [], prune: [], idontwant: [] };
    const long = { topicID: 't', backoff: 1e9 };
    watch.inspect(
      peer(1),
      { subscriptions: [], messages: [], control: { ...empty, prune: [long] } },
      0,
    );
    assert.equal(long.backoff, GOSSIP_LIMITS.pruneBackoffSecondsMax);
    const subscriptions = Array.from({ length: 11 }, () => ({ topic: 'x', subscribe: true }));
    watch.inspect(peer(1), { subscriptions, messages: [] }, 0);
    const control = { ...empty, ihave: [{ messageIDs: [] }] };
    for (let count = 0; count < GOSSIP_LIMITS.controlRpcsPerSecondMax; count += 1) {
      watch.inspect(peer(1), { subscriptions: [], messages: [], control }, 0);
    }
    assert.deepEqual(faults, ['prune-backoff', 'foreign-topics', 'control-flood']);
  });
});

describe('the dialler', () => {
  type Options = { connected?: number; fails?: boolean; self?: NodeId };
  const setUp = (options: Options = {}) => {
    const dialled: string[] = [];
    const dialer = new Dialer(
      {
        self: options.self ?? peer(5),
        wanted: 3,
        connected: () => options.connected ?? 0,
        isConnected: () => false,
        isRefused: (id) => id === peer(0xbad),
        dial: async (addresses) => {
          dialled.push(addresses[0]?.toString() ?? '');
          if (options.fails === true) throw new Error('nobody there');
          return peer(1);
        },
      },
      [multiaddr('/ip4/127.0.0.1/tcp/1')],
    );
    return { dialer, dialled };
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it('dials nobody when there are enough', () => {
    const { dialer, dialled } = setUp({ connected: 3 });
    dialer.tick(1);
    assert.deepEqual(dialled, []);
  });

  it('waits after each failure, and comes back to the bootstrap list when alone', async () => {
    const { dialer, dialled } = setUp({ fails: true });
    const started = Date.now();
    for (let tick = 0; tick < 100; tick += 1) {
      dialer.tick(started + tick);
      await turn();
    }
    assert.equal(dialled.length, 1);
    for (let index = 1; index < 20; index += 1) {
      dialer.tick(Date.now() + index * (HOST_LIMITS.aloneBackoffMaxMs + 1_000));
      await turn();
      assert.equal(dialled.length, 1 + index, 'alone it never waits longer');
    }
  });

  it('dials a discovered peer, later if the other has the smaller id', () => {
    const found = nodeId('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
    const address = multiaddr('/ip4/127.0.0.1/tcp/9');
    for (const [self, dialledAtMs] of [
      [peer(5), 0],
      [nodeId('f'.repeat(64)), 2_000],
    ] as const) {
      const { dialer, dialled } = setUp({ connected: 1, self });
      const isDialled = () => dialled.some((text) => text.startsWith(`${address}/p2p/`));
      dialer.onDiscovered(peerIdOf(found), [address], 0);
      dialer.tick(dialledAtMs - 1);
      assert.equal(isDialled(), false);
      dialer.tick(dialledAtMs);
      assert.equal(isDialled(), true);
    }
  });
});

describe('addresses', () => {
  it('are local or not', () => {
    for (const text of ['/ip4/127.0.0.1/tcp/1', '/ip4/127.3.2.1/tcp/1', '/ip6/::1/tcp/1']) {
      assert.equal(isLocal(parseAddress(text)), true, text);
    }
    for (const text of ['/ip4/10.0.0.1/tcp/1', '/ip4/0.0.0.0/tcp/1', '/dns4/example.org/tcp/1']) {
      assert.equal(isLocal(parseAddress(text)), false, text);
    }
    assert.throws(() => parseAddress('127.0.0.1:4001'), { code: 'address-invalid' });
  });
});

describe('limits', () => {
  it('that are not in force stop the host', () => {
    const wrong = { services: { gossip: { opts: { doPX: true } } } };
    assert.throws(() => assertLimits(wrong), { code: 'settings-not-in-force' });
    assert.throws(() => assertConnectionLimits({ streams: [] }), { code: 'settings-not-in-force' });
    assert.throws(() => asRouter({ peers: new Map() } as never), {
      code: 'settings-not-in-force',
    });
  });

  it('fit together', () => {
    assert.equal(GOSSIP_LIMITS.messageBytesMax, LIMITS.messageBytes);
    const wanted = GOSSIP_LIMITS.wantedBytesPerRpc + GOSSIP_LIMITS.messageBytesMax;
    assert.ok(wanted < GOSSIP_LIMITS.rpcBytesMax, 'an answer to IWANT fits into one RPC');
    assert.ok(GOSSIP_LIMITS.wantedMessagesPerRpc <= GOSSIP_LIMITS.messagesPerRpcMax);
    assert.ok(
      2 * GOSSIP_LIMITS.ihaveIdsMax <= GOSSIP_LIMITS.iwantIdsMax,
      'both topics asked at once',
    );
    assert.ok(GOSSIP_LIMITS.degreeOut < GOSSIP_LIMITS.degreeLow);
    assert.ok(HOST_LIMITS.inboundMax < HOST_LIMITS.connectionsMax);
    assert.ok(HOST_LIMITS.streamWindowBytes <= HOST_LIMITS.readBufferBytesMax);
  });
});
