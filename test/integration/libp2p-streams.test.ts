/** Framed streams, direct messages, dialling and stopping, between real hosts. */
import assert from 'node:assert/strict';
import type { Host, HostReport } from '../../src/node/libp2p/index.ts';
import { startHost, until, type Wire } from '../support/libp2p-hosts.ts';

const MIB = 1024 * 1024;

for (const wire of ['memory', 'tcp'] satisfies Wire[]) {
  describe(`framed streams over ${wire}`, function () {
    this.timeout(20_000);
    let server: Host;
    let client: Host;
    let reports: HostReport[] = [];

    beforeEach(async () => {
      reports = [];
      server = await startHost(0, wire);
      const onReport = (report: HostReport) => void reports.push(report);
      client = await startHost(1, wire, { bootstrap: [...server.addresses()], onReport });
      await until('they meet', () => client.peers().length + server.peers().length === 2);
    });
    afterEach(async () => {
      await Promise.all([server.stop(), client.stop()]);
    });

    const open = async (protocol: 'rpc' | 'blobs' = 'rpc') =>
      await client.open(server.id, protocol, { signal: AbortSignal.timeout(5_000) });

    it('carry frames of every size both ways, and end', async () => {
      server.handle('rpc', {}, async (stream, peer) => {
        assert.equal(peer, client.id);
        for (let frame = await stream.read(); frame; frame = await stream.read()) {
          await stream.write(frame);
        }
      });
      const stream = await open();
      for (const length of [0, 1, 65_535, 65_536, 65_537, 262_144]) {
        const frame = new Uint8Array(length).fill(length % 251);
        await stream.write(frame);
        assert.deepEqual(await stream.read(), frame, `${length} bytes`);
      }
      await stream.closeWrite();
      assert.equal(await stream.read(), undefined);
      await stream.close();
    });

    it('deliver all of it to a slow reader that ended its side first', async () => {
      const count = 20;
      server.handle('blobs', {}, async (stream) => {
        assert.equal(await stream.read(), undefined);
        for (let number = 0; number < count; number += 1) {
          await stream.write(new Uint8Array(200_000).fill(number));
        }
      });
      const stream = await open('blobs');
      await stream.closeWrite();
      for (let number = 0; number < count; number += 1) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        const frame = await stream.read();
        assert.equal(frame?.[199_999], number);
      }
      assert.equal(await stream.read(), undefined);
      await stream.close();
    });

    it('hold a writer whose peer does not read, and give up in time', async () => {
      let written = 0;
      let failure: unknown;
      server.handle('blobs', { frameTimeoutMs: 300 }, async (stream) => {
        try {
          for (; written < 400; written += 1) await stream.write(new Uint8Array(256 * 1024));
        } catch (error) {
          failure = error;
          throw error;
        }
      });
      const stream = await open('blobs');
      await until('the writer gives up', () => failure !== undefined);
      assert.equal(Reflect.get(Object(failure), 'code'), 'stream-timeout');
      assert.ok(written * 0.25 < 8, `${written * 0.25} MiB left for a peer that reads nothing`);
      stream.abort(new Error('enough'));
    });

    it('refuse a frame over the limit, on both sides', async () => {
      let failure: unknown;
      server.handle('rpc', { frameBytesMax: 1_000 }, async (stream) => {
        await stream.read().catch((error) => {
          failure = error;
        });
      });
      const stream = await open();
      await assert.rejects(stream.write(new Uint8Array(MIB)), { code: 'stream-frame-too-large' });
      await stream.write(new Uint8Array(1_001));
      await until('the server refuses', () => failure !== undefined);
      assert.equal(Reflect.get(Object(failure), 'code'), 'stream-frame-too-large');
      await assert.rejects(stream.read(), { code: 'stream-aborted' });
    });

    it('end with the handler: who throws resets the stream', async () => {
      server.handle('rpc', {}, async () => {
        throw new Error('no');
      });
      const stream = await open();
      await assert.rejects(stream.read(), { code: 'stream-aborted' });
    });

    it('are kept to a number per peer', async () => {
      server.handle('rpc', { streamsPerPeerMax: 2 }, async (stream) => void (await stream.read()));
      const kept = [await open(), await open()];
      const third = await open();
      await assert.rejects(third.read(), { code: 'stream-aborted' });
      for (const stream of kept) await stream.close();
    });

    it('cannot be opened to nobody', async () => {
      const signal = AbortSignal.timeout(2_000);
      const nobody = (await startHost(7, wire)) satisfies Host;
      await nobody.stop();
      await assert.rejects(client.open(nobody.id, 'rpc', { signal }), { code: 'peer-unreachable' });
    });

    it('carry direct messages in order, over a stream that is kept', async () => {
      const received: number[] = [];
      server.onDirect(({ from, bytes }) => {
        assert.equal(from, client.id);
        received.push(bytes[0] ?? -1);
      });
      for (let number = 0; number < 200; number += 1) {
        client.send(server.id, Uint8Array.of(number, 1, 2));
      }
      await until('all arrive', () => received.length === 200);
      assert.deepEqual(
        received,
        [...received].sort((a, b) => a - b),
      );
      assert.equal(client.counters.directSent, 200);
    });

    it('drop direct messages for one that is gone, with a report', async () => {
      await server.stop();
      await until('it is gone', () => client.peers().length === 0);
      client.send(server.id, Uint8Array.of(1));
      await until('it is told', () => reports.some(({ code }) => code === 'direct-dropped'));
      assert.equal(client.counters.directDropped, 1);
    });
  });
}

describe('a host', function () {
  this.timeout(30_000);

  it('publishes when somebody comes, not before', async () => {
    const first = await startHost(0, 'memory');
    first.onGossip(({ judge }) => judge('accept'));
    const published = first.publish('claims', Uint8Array.of(7));
    const second = await startHost(1, 'memory', { bootstrap: [...first.addresses()] });
    const received: Uint8Array[] = [];
    second.onGossip(({ bytes, judge }) => {
      received.push(bytes);
      judge('accept');
    });
    await published;
    await until('it arrives', () => received.length === 1);
    assert.deepEqual(received[0], Uint8Array.of(7));
    await first.publish('claims', Uint8Array.of(7));
    await Promise.all([first.stop(), second.stop()]);
    assert.equal(received.length, 1, 'a duplicate reaches nobody');
  });

  it('leaves nothing open, however often it starts and stops', async () => {
    const handles = () =>
      process.getActiveResourcesInfo().filter((name) => /TCP|Timeout|Immediate/.test(name)).length;
    const before = handles();
    for (let round = 0; round < 3; round += 1) {
      const first = await startHost(0, 'tcp');
      const second = await startHost(1, 'tcp', { bootstrap: [...first.addresses()] });
      await until('they meet', () => second.peers().length === 1);
      await Promise.all([first.stop(), second.stop()]);
    }
    await until('everything is closed', () => handles() <= before);
  });

  it('says which address it cannot listen on', async () => {
    const first = await startHost(0, 'tcp');
    const [address] = first.addresses();
    const listen = [(address ?? '').replace(/\/p2p\/.*/, '')];
    await assert.rejects(startHost(1, 'tcp', { listen }), { code: 'listen-failed' });
    await assert.rejects(startHost(1, 'tcp', { listen: ['nowhere'] }), { code: 'address-invalid' });
    await first.stop();
  });

  it('disconnects and refuses whom the node bans', async () => {
    const first = await startHost(0, 'memory');
    const second = await startHost(1, 'memory', { bootstrap: [...first.addresses()] });
    await until('they meet', () => first.peers().length === 1);
    first.ban(second.id, 'a test');
    await until('it is out', () => first.peers().length === 0);
    const [address] = first.addresses();
    await until('it noticed', () => second.peers().length === 0);
    await assert.rejects(second.dial(address ?? ''));
    assert.equal(first.peers().length, 0);
    await Promise.all([first.stop(), second.stop()]);
  });
});
