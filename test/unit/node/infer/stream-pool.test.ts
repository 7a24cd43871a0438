/** Streams kept for the next request: turns in order, and nobody waits for one who gave up. */
import assert from 'node:assert/strict';
import type { NodeId } from '../../../../src/base/index.ts';
import { StreamPool } from '../../../../src/node/infer/index.ts';
import type { FrameStream, Host } from '../../../../src/node/libp2p/index.ts';

const PEER = 'provider' as NodeId;
const STREAMS = 6;

describe('StreamPool', () => {
  it('wakes the next who waits, not one who gave up before', async () => {
    const { pool } = poolOf();
    const busy = await fill(pool);
    const gaveUp = new AbortController();
    const first = pool.use(PEER, done, gaveUp.signal);
    const second = pool.use(PEER, done, new AbortController().signal);
    await turn();
    gaveUp.abort(new Error('gave up'));
    await assert.rejects(first, /gave up/);
    busy[0]?.();
    assert.equal(await second, 'done');
  });

  it('refuses at once what is given up before its turn', async () => {
    const { pool } = poolOf();
    await fill(pool);
    await assert.rejects(pool.use(PEER, done, AbortSignal.abort(new Error('late'))), /late/);
  });

  it('ends the stream of a request that is given up', async () => {
    const { pool, aborted } = poolOf();
    const gaveUp = new AbortController();
    const asked = pool.use(PEER, (stream) => stream.read().then(() => 'answer'), gaveUp.signal);
    await turn();
    gaveUp.abort();
    await assert.rejects(asked, /given up/);
    assert.equal(aborted(), 1);
  });
});

const done = (): Promise<string> => Promise.resolve('done');

/** Takes all streams; returns how to give each back. */
async function fill(pool: StreamPool): Promise<(() => void)[]> {
  const ends: (() => void)[] = [];
  for (let i = 0; i < STREAMS; i += 1) {
    const held = new Promise<void>((resolve) => ends.push(resolve));
    void pool.use(PEER, () => held, new AbortController().signal);
  }
  await turn();
  return ends;
}

function poolOf(): { pool: StreamPool; aborted: () => number } {
  let count = 0;
  const open = (): Promise<FrameStream> => {
    let fail: (error: Error) => void = () => undefined;
    return Promise.resolve({
      read: () => new Promise<Uint8Array | undefined>((_, reject) => (fail = reject)),
      write: () => Promise.resolve(),
      closeWrite: () => Promise.resolve(),
      close: () => Promise.resolve(),
      abort: (error) => {
        count += 1;
        fail(error);
      },
    } satisfies FrameStream);
  };
  return { pool: new StreamPool({ open } as unknown as Host), aborted: () => count };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
