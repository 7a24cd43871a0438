/**
 * One hostile peer after another against four honest hosts: honest messages arrive, the memory of
 * the attacked host stays bounded, and the attacker is disconnected.
 */
import assert from 'node:assert/strict';
import type { Host, HostReport } from '../../src/node/libp2p/index.ts';
import {
  connectRaw,
  control,
  framed,
  gossipStream,
  graft,
  ihave,
  iwant,
  message,
  prune,
  type RawConnection,
  type RawPeer,
  rpc,
  startRaw,
  subscription,
} from '../support/libp2p-attacker.ts';
import { HELLO, PREFIX, startHost, until } from '../support/libp2p-hosts.ts';

const COUNT = 4;
const MESSAGES = 300;
const CLAIMS = `${PREFIX}/claims`;
const MIB = 1024 * 1024;

describe('a hostile peer', function () {
  this.timeout(60_000);
  let hosts: Host[] = [];
  let received: Set<string>[] = [];
  let reports: HostReport[] = [];
  const attackers: RawPeer[] = [];

  before(async () => {
    const onReport = (report: HostReport) => void reports.push(report);
    const first = await startHost(0, 'memory', { onReport });
    hosts = [first];
    const bootstrap = [...first.addresses()];
    for (let index = 1; index < COUNT; index += 1) {
      hosts.push(await startHost(index, 'memory', { bootstrap }));
    }
    for (const host of hosts) {
      host.onGossip(({ bytes, judge }) => {
        const text = new TextDecoder().decode(bytes.subarray(0, 16));
        if (text.startsWith('honest')) received[hosts.indexOf(host)]?.add(text.trim());
        judge(text.startsWith('junk') ? 'reject' : 'accept');
      });
    }
    await until('the mesh is full', () => hosts.every((host) => host.meshSizes().claims === 3));
    victim().handle('rpc', { idleTimeoutMs: 500, frameTimeoutMs: 500 }, async (stream) => {
      for (let frame = await stream.read(); frame; frame = await stream.read()) {
        await stream.write(frame);
      }
    });
  });
  beforeEach(() => {
    reports = [];
    received = hosts.map(() => new Set<string>());
  });
  after(async () => {
    await Promise.all([...hosts, ...attackers].map((node) => node.stop()));
  });

  const victim = (): Host => {
    const [first] = hosts;
    assert.ok(first !== undefined);
    return first;
  };

  /** Lets a new attacker at it while honest messages flow; it must end disconnected. */
  async function attack(index: number, act: (connection: RawConnection) => Promise<void>) {
    const attacker = await startRaw(1_000 + index);
    attackers.push(attacker);
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    const connection = await connectRaw(attacker, victim().addresses()[0] ?? '');
    const ended = act(connection).catch(() => {});
    await deliverHonestly(index);
    await ended;
    await until('the attacker is out', () => connection.status !== 'open', 15_000);
    assert.equal(victim().peers().length, COUNT - 1, 'honest peers stay');
    const grownMib = (process.memoryUsage().heapUsed - before) / MIB;
    assert.ok(grownMib < 64, `the heap grew by ${grownMib.toFixed(0)} MiB`);
  }

  async function deliverHonestly(run: number): Promise<void> {
    for (let number = 0; number < MESSAGES; number += 1) {
      const text = `honest ${run} ${number}`.padEnd(512);
      await hosts[number % COUNT]?.publish('claims', new TextEncoder().encode(text));
      if (number % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const wanted = MESSAGES - MESSAGES / COUNT;
    await until('honest messages arrive', () => received.every(({ size }) => size >= wanted));
  }

  it('that subscribes to 20,000 topics', () =>
    attack(1, async (connection) => {
      const stream = await gossipStream(connection);
      const topic = (number: number) => subscription(`topic ${number} `.padEnd(64, 'x'));
      stream.send(rpc(...Array.from({ length: 2_000 }, (_, number) => topic(number))));
      for (let part = 0; part < 313 && connection.status === 'open'; part += 1) {
        stream.send(rpc(...Array.from({ length: 64 }, (_, at) => topic(part * 64 + at))));
        await turn();
      }
    }));

  it('that prunes for a hundred years', () =>
    attack(2, async (connection) => {
      const stream = await gossipStream(connection);
      stream.send(rpc(subscription(CLAIMS)));
      for (let count = 0; count < 20 && connection.status === 'open'; count += 1) {
        stream.send(rpc(control(graft(CLAIMS), prune(CLAIMS, 3_153_600_000))));
        await turn();
      }
    }));

  it('that floods with IHAVE and IWANT', () =>
    attack(3, async (connection) => {
      const stream = await gossipStream(connection);
      stream.send(rpc(subscription(CLAIMS)));
      for (let count = 0; count < 2_000 && connection.status === 'open'; count += 1) {
        const ids = Array.from({ length: 200 }, (_, at) => idOf(count * 200 + at));
        stream.send(rpc(control(ihave(CLAIMS, ids), iwant(ids))));
        if (count % 10 === 0) await turn();
      }
    }));

  it('that sends bytes that are no RPC', () =>
    attack(4, async (connection) => {
      const stream = await gossipStream(connection);
      for (let count = 0; count < 50 && connection.status === 'open'; count += 1) {
        stream.send(Uint8Array.of(8, ...Array.from({ length: 8 }, () => 255)));
        await turn();
      }
    }));

  it('that announces an RPC of 1 GiB', () =>
    attack(5, async (connection) => {
      const stream = await gossipStream(connection);
      stream.send(Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x04));
    }));

  it('that sends invalid messages, again and again', () =>
    attack(6, async (connection) => {
      const stream = await gossipStream(connection);
      const junk = (number: number) => new TextEncoder().encode(`junk ${number}`.padEnd(60_000));
      for (let count = 0; count < 200 && connection.status === 'open'; count += 1) {
        stream.send(rpc(message(CLAIMS, junk(count % 20))));
        await turn();
      }
    }));

  it('that sends frames too large, truncated, or slowly', () =>
    attack(7, async (connection) => {
      const name = `${PREFIX}/rpc/1`;
      for (let count = 0; count < 40 && connection.status === 'open'; count += 1) {
        const large = await connection.newStream(name);
        large.send(framed(new Uint8Array(10), 0xffff_ffff));
        const short = await connection.newStream(name);
        short.send(framed(new Uint8Array(10), 100));
        await short.close();
        const slow = await connection.newStream(name);
        slow.send(Uint8Array.of(0));
        await turn();
      }
    }));

  it('that opens streams without end', () =>
    attack(8, async (connection) => {
      const open = async () => {
        const stream = await connection.newStream(`${PREFIX}/rpc/1`, { maxOutboundStreams: 1e6 });
        stream.send(Uint8Array.of(0, 0));
      };
      for (let count = 0; count < 100 && connection.status === 'open'; count += 1) {
        for (let at = 0; at < 6; at += 1) open().catch(() => {});
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }));

  it('of another network, which is told in what it differs', async () => {
    const attacker = await startRaw(2_001);
    attackers.push(attacker);
    const hello = { ...HELLO, networkId: 'cd'.repeat(32), protocolVersion: 9 };
    const connection = await connectRaw(attacker, victim().addresses()[0] ?? '', hello);
    await until('it is out', () => connection.status !== 'open');
    const report = reports.find(({ code }) => code === 'peer-differs');
    assert.match(report?.message ?? '', /protocol-version: 1 ≠ 9/);
    assert.match(report?.message ?? '', /network: abab.* ≠ cdcd/);
    assert.ok(report?.remedy !== undefined);
  });

  it('that says nothing, or nonsense, is no peer and hears no gossip', async () => {
    const before = victim().peers().length;
    const [mute, mad] = [await startRaw(2_002), await startRaw(2_003)];
    attackers.push(mute, mad);
    const address = victim().addresses()[0] ?? '';
    const silent = await connectRaw(mute, address, 'nothing');
    const stream = await gossipStream(silent);
    stream.send(rpc(subscription(CLAIMS), message(CLAIMS, new TextEncoder().encode('honest x'))));
    const nonsense = await connectRaw(mad, address, new TextEncoder().encode('{"role":"king"}'));
    await until('the one that talks nonsense is out', () => nonsense.status !== 'open');
    await until('the one that says nothing is out', () => silent.status !== 'open');
    assert.equal(victim().peers().length, before);
    assert.equal(received[0]?.has('honest x'), false);
  });
});

function idOf(number: number): Uint8Array {
  const id = new Uint8Array(20);
  new DataView(id.buffer).setUint32(0, number);
  return id;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
