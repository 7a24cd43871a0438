/** Blobs between hosts: resumed, capped, checked, and a liar found among honest peers. */
import assert from 'node:assert/strict';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeId } from '../../src/base/index.ts';
import {
  BlobDirectory,
  type BlobSource,
  fetchBlob,
  fetchInto,
  MemorySink,
  readable,
  serveBlobs,
} from '../../src/node/blobs/index.ts';
import type { Host } from '../../src/node/libp2p/index.ts';
import { blobId } from '../../src/wire/index.ts';
import { startHosts, until } from '../support/libp2p-hosts.ts';

const MIB = 1024 ** 2;
const BYTES = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31 + (i >> 8)) % 251);
const LIES = BYTES.map((value) => value ^ 1);
const ID = blobId(BYTES);

describe('blobs between hosts', () => {
  let hosts: Host[] = [];
  let fetcher: Host;
  /** What each of the others serves. */
  const sources = new Map<NodeId, BlobSource>();
  let path = '';

  before(async () => {
    path = await mkdtemp(join(tmpdir(), 'assay-blobs-'));
    hosts = await startHosts(4, 'tcp');
    for (const host of hosts) {
      serveBlobs(host, [async (id, peer) => await sources.get(host.id)?.(id, peer)]);
    }
    fetcher = hosts[0] as Host;
    await until('all know the first', () => fetcher.peers().length === 3);
  });
  beforeEach(() => sources.clear());
  after(async () => {
    await Promise.all(hosts.map((host) => host.stop()));
    await rm(path, { recursive: true, force: true });
  });

  const ids = (): NodeId[] => hosts.slice(1).map(({ id }) => id);
  const options = (peers: readonly NodeId[], more: object = {}) => ({
    peers: () => peers,
    sizeBytesMax: BYTES.length,
    signal: AbortSignal.timeout(15_000),
    ...more,
  });
  const honest: BlobSource = (id) => Promise.resolve(id === ID ? readable(BYTES) : undefined);
  const lying: BlobSource = () => Promise.resolve(readable(LIES));

  it('fetches from whoever has it', async () => {
    const [a, b, c] = ids() as [NodeId, NodeId, NodeId];
    sources.set(c, honest);
    assert.deepEqual(await fetchBlob(fetcher, ID, options([a, b, c])), BYTES);
  });

  it('goes on at another peer where one broke off, and sends nothing twice', async () => {
    const [a, b] = ids() as [NodeId, NodeId];
    const offsets: number[] = [];
    sources.set(a, (id) => honest(id, a).then((blob) => blob && { ...blob, chunks: broken }));
    sources.set(b, () => Promise.resolve({ ...readable(BYTES), chunks: watched }));
    assert.deepEqual(await fetchBlob(fetcher, ID, options([a, b])), BYTES);
    // the chunks that `a` gave before it broke off each time are not asked for again
    assert.ok(offsets.every((offset) => offset > 0 && offset % 65_536 === 0));

    async function* broken(offset: number): AsyncIterable<Uint8Array> {
      if (offset >= 131_072) throw new Error('the disk of a died');
      yield BYTES.subarray(offset, offset + 65_536);
      throw new Error('the line broke');
    }
    function watched(offset: number): AsyncIterable<Uint8Array> {
      offsets.push(offset);
      return readable(BYTES).chunks(offset);
    }
  });

  it('resumes after a restart from the part on disk', async () => {
    const [a] = ids() as [NodeId];
    const directory = await BlobDirectory.open(join(path, 'resumed'));
    const half = await directory.receive(ID);
    await half.write(BYTES.subarray(0, 200_000));
    await half.close();
    const asked: number[] = [];
    sources.set(a, () =>
      Promise.resolve({
        sizeBytes: BYTES.length,
        chunks: (offset: number) => {
          asked.push(offset);
          return readable(BYTES).chunks(offset);
        },
      }),
    );
    const reopened = await BlobDirectory.open(join(path, 'resumed'));
    await fetchInto(fetcher, ID, await reopened.receive(ID), options([a]));
    assert.deepEqual(asked, [200_000]);
    assert.deepEqual(await reopened.read(ID), Buffer.from(BYTES));
  });

  it('finds the liar among several and takes the blob from an honest peer', async () => {
    const [a, b, c] = ids() as [NodeId, NodeId, NodeId];
    sources.set(a, lying);
    sources.set(b, honest);
    sources.set(c, lying);
    const liars: NodeId[] = [];
    const onLiar = (peer: NodeId): number => liars.push(peer);
    assert.deepEqual(await fetchBlob(fetcher, ID, options([a, b, c], { onLiar })), BYTES);
    assert.deepEqual(liars, [a, c]);
  });

  it('accuses nobody of what several gave, until one gave it alone', async () => {
    const [a, b] = ids() as [NodeId, NodeId];
    sources.set(a, () => Promise.resolve({ ...readable(LIES), chunks: startOnly }));
    sources.set(b, honest);
    const liars: NodeId[] = [];
    const onLiar = (peer: NodeId): number => liars.push(peer);
    assert.deepEqual(await fetchBlob(fetcher, ID, options([a, b], { onLiar })), BYTES);
    assert.ok(!liars.includes(b), 'the honest peer is not blamed for what the liar began');

    async function* startOnly(offset: number): AsyncIterable<Uint8Array> {
      if (offset === 0) yield LIES.subarray(0, 65_536);
      throw new Error('and no more');
    }
  });

  it('refuses what is longer than allowed, before it takes any of it', async () => {
    const [a] = ids() as [NodeId];
    sources.set(a, honest);
    const sink = new MemorySink(ID);
    const small = options([a], { sizeBytesMax: BYTES.length - 1 });
    await assert.rejects(fetchInto(fetcher, ID, sink, small), (error: Error) =>
      error.message.includes('longer than'),
    );
    assert.equal(sink.offset, 0);
  });

  it('says that nobody serves it', async () => {
    await assert.rejects(fetchBlob(fetcher, ID, options(ids())), /none of the peers/);
    await assert.rejects(fetchBlob(fetcher, ID, options([])), /none of the peers/);
  });

  it('moves a large file in bounded memory', async function () {
    this.timeout(60_000);
    const [a] = ids() as [NodeId];
    const file = join(path, 'large');
    const handle = await open(file, 'w');
    await handle.truncate(LARGE_BYTES);
    await handle.close();
    const source = await BlobDirectory.open(join(path, 'source'));
    const id = await source.add(file);
    sources.set(a, (wanted) => source.find(wanted));
    const target = await BlobDirectory.open(join(path, 'target'));
    const sink = await target.receive(id);
    const before = process.memoryUsage.rss();
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss() - before);
    }, 20);
    try {
      const large = options([a], {
        sizeBytesMax: LARGE_BYTES,
        signal: AbortSignal.timeout(50_000),
      });
      await fetchInto(fetcher, id, sink, large);
    } finally {
      clearInterval(watch);
    }
    assert.deepEqual(await target.list(), [{ id, sizeBytes: LARGE_BYTES }]);
    assert.ok(peak < 64 * MIB, `memory grew by ${Math.round(peak / MIB)} MiB`);
  });
});

/** Several times what may be held. */
const LARGE_BYTES = 200 * MIB;
