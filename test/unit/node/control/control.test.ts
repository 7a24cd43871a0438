/** A node answers its owner over a socket in its folder, and keeps his bans. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NodeId, nodeId, round } from '../../../../src/base/index.ts';
import { lengthOf, peersAnswer } from '../../../../src/cli/commands/peers/wording.ts';
import { adviceOf } from '../../../../src/cli/commands/status/advice.ts';
import type { Controlled } from '../../../../src/node/control/index.ts';
import { askNode, BanList, openControl, readRunning } from '../../../../src/node/control/index.ts';
import type { ControlServer } from '../../../../src/node/control/server.ts';
import { serveControl } from '../../../../src/node/control/server.ts';
import { assay } from '../../cli/run-assay.ts';
import { hasCode } from '../../store/guard-records.ts';

const PEER = nodeId('cd'.repeat(32));
const SELF = nodeId('ef'.repeat(32));
const VERSION = 'assay/0.1.0';

describe('control', () => {
  let folder: string;
  const closing: (() => Promise<void>)[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'assay-control-'));
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A node of which only the parts exist that control asks. */
  async function nodeIn(directory: string) {
    const banned = new Map<NodeId, number>();
    const host = {
      id: SELF,
      addresses: () => ['/ip4/127.0.0.1/tcp/4101'],
      peers: () => [],
      knownCount: () => Promise.resolve(7),
      bans: () => banned,
      ban: (peer: NodeId, _reason: string, forMs = 0) => void banned.set(peer, Date.now() + forMs),
      unban: (peer: NodeId) => banned.delete(peer),
    };
    const of = { host, directory, listen: [], announce: [], softwareVersion: VERSION };
    const control = await openControl(of as unknown as Controlled);
    closing.push(control.close);
    return { banned, control };
  }

  it('bans for the owner, tells how long, and does so again after a restart', async () => {
    const first = await nodeIn(folder);
    const ban = { method: 'ban', peer: PEER, reason: 'spam', forMs: 3_600_000 } as const;
    assert.deepEqual(await askNode(folder, ban, VERSION), { isNew: true });
    assert.ok(first.banned.has(PEER));
    await first.control.close();
    const second = await nodeIn(folder);
    assert.ok(second.banned.has(PEER));
    const { bans, known } = await askNode(folder, { method: 'peers' }, VERSION);
    assert.equal(known, 7);
    assert.deepEqual([bans[0]?.peer, bans[0]?.reason], [PEER, 'spam']);
    const lifted = await askNode(folder, { method: 'unban', peer: PEER }, VERSION);
    assert.deepEqual(lifted, { wasBanned: true });
    await second.control.close();
    assert.equal((await nodeIn(folder)).banned.size, 0);
  });

  it('refuses what is no order, and says why', async () => {
    await nodeIn(folder);
    const ban = (peer: string, forMs: number) =>
      askNode(folder, { method: 'ban', peer, reason: '', forMs }, VERSION);
    await assert.rejects(ban('nobody', 60_000), hasCode('peer-invalid'));
    await assert.rejects(ban(SELF, 60_000), hasCode('peer-invalid'));
    await assert.rejects(ban(PEER, 59_999), hasCode('ban-length'));
    const socket = connect(join(folder, 'control.sock'));
    const reply = new Promise<string>((resolve) => {
      socket.once('data', (data) => resolve(data.toString()));
    });
    socket.write('{"method":"shutdown"}\n');
    assert.match(await reply, /no request of this release/);
    socket.destroy();
  });

  it('lets nobody but the owner in, and leaves nothing behind', async () => {
    const { control } = await nodeIn(folder);
    assert.equal(statSync(join(folder, 'control.sock')).mode & 0o077, 0);
    assert.equal((await readRunning(folder))?.pid, process.pid);
    await control.close();
    assert.equal(await readRunning(folder), undefined);
    assert.ok(!existsSync(join(folder, 'control.sock')));
    await assert.rejects(
      askNode(folder, { method: 'report' }, VERSION),
      hasCode('node-not-running'),
    );
  });

  it('knows a node that did not stop in good order from one that runs', async () => {
    const { control } = await nodeIn(folder);
    const running = await readRunning(folder);
    await control.close();
    writeFileSync(join(folder, 'running.json'), JSON.stringify(running));
    const asking = askNode(folder, { method: 'report' }, VERSION);
    await assert.rejects(asking, /process \d+ did not stop in good order/);
    await nodeIn(folder);
    const asked = askNode(folder, { method: 'peers' }, 'assay/9.9.9');
    await assert.rejects(asked, hasCode('node-of-other-release'));
  });

  it('answers in folders with names too long for a socket', async () => {
    const deep = join(folder, 'x'.repeat(120));
    mkdirSync(deep);
    await nodeIn(deep);
    assert.ok(!existsSync(join(deep, 'control.sock')));
    assert.equal((await askNode(deep, { method: 'peers' }, VERSION)).known, 7);
  });

  it('ends a line that never ends', async () => {
    const service = new Proxy({}, { get: () => () => assert.fail() });
    const server: ControlServer = await serveControl(folder, service as never);
    closing.push(server.close);
    const socket = connect(server.socket);
    const reply = new Promise<string>((resolve) => {
      socket.once('data', (data) => resolve(data.toString()));
    });
    socket.write('x'.repeat(5_000));
    assert.match(await reply, /longer than 4096 bytes/);
    socket.destroy();
  });

  it('keeps bans for a node that does not run', async () => {
    const words = ['peers', 'ban', PEER, '--for', '2h', '--dir', folder];
    const { code, out } = await assay(words);
    assert.equal(code, 0);
    assert.match(out, /banned for 2h\. No node runs: it is banned from the next start on/);
    const [ban] = (await BanList.open(folder)).active(Date.now());
    assert.equal(ban?.peer, PEER);
    const hours = ((ban?.untilMs ?? 0) - Date.now()) / 3_600_000;
    assert.ok(hours > 1.9 && hours <= 2);
    assert.equal((await assay(['peers', 'unban', PEER, '--dir', folder])).code, 0);
    assert.match((await assay(['peers', 'unban', PEER, '--dir', folder])).err, /not banned/);
    writeFileSync(join(folder, 'bans.json'), '{"format":1,"bans":[{"peer":"x"}]}');
    await assert.rejects(BanList.open(folder), hasCode('bans-unreadable'));
  });
});

describe('assay peers', () => {
  it('shows mesh, score, way and what is left of a ban', () => {
    const connected = {
      id: PEER,
      addresses: ['/ip4/10.0.0.1/tcp/4101'],
      direction: 'inbound',
      connectedSinceMs: 0,
      score: 1.26,
      inMesh: { beacon: true, claims: false },
      role: 'validator',
      softwareVersion: VERSION,
    } as const;
    const bans = [{ peer: SELF, untilMs: 10_800_000, reason: 'spam' }];
    const report = { connected: [connected], known: 9, bans };
    const { lines } = peersAnswer(report, { nowMs: 3_600_000, columns: 100 });
    assert.equal(lines[0], '1 connected, 9 known, 1 banned');
    assert.match(lines.join('\n'), /cdcdcdcdcdcd +validator +in +b- +1\.3 +1h0m .*10\.0\.0\.1/);
    assert.match(lines.at(-1) ?? '', /efefefefefef {2}2h0m left, spam/);
  });

  it('reads lengths of bans', () => {
    assert.deepEqual(['30m', '12h', '7d'].map(lengthOf), [1_800_000, 43_200_000, 604_800_000]);
    for (const text of ['0m', '5', 'd', '1w', '-1h', '99999d']) {
      assert.throws(() => lengthOf(text), hasCode('not-a-length'));
    }
  });
});

describe('advice about the own node', () => {
  const status = {
    id: SELF,
    role: 'validator',
    state: 'in-sync',
    reason: '',
    round: 50,
    roundsBehind: 0,
    counters: { batchesAcked: 3, revealed: 2, claimsPromised: 0 },
    convicted: [],
    slashed: [],
  };
  const signs = {
    doppelganger: { kind: 'alone' },
    diskFreeBytes: 2 ** 40,
    isDiskFull: false,
    heapShare: 0.2,
    silentRounds: 0,
    desertedTopics: [],
    upgrade: undefined,
    refusedBy: 0,
  };
  const advice = (
    more: { status?: object; signs?: object; place?: object; watermark?: number } = {},
  ) => {
    const report = {
      ...{ pid: 1, watermark: more.watermark ?? 0, roundMs: 3000, validators: 4 },
      addresses: ['/ip4/1.2.3.4/tcp/4101'],
      place: { kind: 'member', epoch: 3, ...more.place },
      status: { ...status, ...more.status },
      signs: { ...signs, ...more.signs },
    };
    return adviceOf(report as unknown as Parameters<typeof adviceOf>[0], './val');
  };

  it('says that all is well, and nothing is to do', () => {
    const { isVoting, isSafe, todo } = advice();
    assert.deepEqual([isVoting, isSafe, todo], [true, true, []]);
  });

  it('[SET-1] never says that who is not in the set votes', () => {
    const places = [{ kind: 'outside' }, { kind: 'admitted', fromEpoch: 4 }, { kind: 'leaving' }];
    for (const place of places) {
      const { isVoting, voting } = advice({ place });
      assert.equal(isVoting, false, place.kind);
      assert.match(voting, /^not in the set/);
    }
    assert.match(advice({ place: { kind: 'outside' } }).todo.join(), /assay join/);
  });

  it('says why a node does not vote, and what to do', () => {
    const waiting = advice({
      status: { state: 'starting', reason: 'listens' },
      signs: { doppelganger: { kind: 'listening', roundsLeft: 4 } },
    });
    assert.deepEqual([waiting.isVoting, waiting.todo], [false, ['wait 12 s']]);
    const alone = advice({ status: { state: 'isolated', reason: 'no peer' } });
    assert.equal(alone.isVoting, false);
    assert.match(alone.todo.join(), /assay doctor --dir \.\/val.*TCP port 4101/);
    const renewed = advice({ watermark: round(60) });
    assert.match(renewed.voting, /nothing before round 60; this is round 50/);
    assert.equal(renewed.isVoting, false);
    assert.equal(advice({ watermark: round(51) }).isVoting, true);
    const full = advice({ status: { state: 'halted', reason: '' }, signs: { isDiskFull: true } });
    assert.match(full.todo.join(), /df -h \.\/val/);
  });

  it('says when a node is not safe', () => {
    const heard = advice({ signs: { doppelganger: { kind: 'heard', round: 44 } } });
    assert.match(heard.safe, /signs elsewhere too, heard about round 44/);
    const convicted = advice({ status: { convicted: [SELF] } });
    const slashed = advice({ status: { slashed: [{ id: SELF, reason: 'slash-voter' }] } });
    assert.deepEqual(
      [heard, convicted, slashed].map(({ isSafe }) => isSafe),
      [false, false, false],
    );
    const others = advice({ status: { convicted: [PEER], slashed: [{ id: PEER, reason: 'x' }] } });
    assert.equal(others.isSafe, true);
  });
});
