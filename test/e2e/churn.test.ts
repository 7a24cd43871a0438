/**
 * Peers that come, ask and go leave nothing behind: a real host, and strangers with keys of their
 * own, over connections in memory. What is counted are objects after a collection, not bytes;
 * `npm run bench -- churn` does the same with thousands and tells the bytes.
 */
import assert from 'node:assert/strict';
import { queryObjects } from 'node:v8';
import { RawFrameStream } from '../../src/node/libp2p/frame-stream.ts';
import { HOST_LIMITS } from '../../src/node/libp2p/index.ts';
import { serveRpc } from '../../src/node/rpc/index.ts';
import { churn } from '../support/churn.ts';
import { startHost } from '../support/libp2p-hosts.ts';

/** Comers before the base line, and after it. */
const WARM_UP = 12;
const COMERS = 60;

describe('a host that strangers come to and leave', () => {
  it('holds no stream and no peer of those who are gone', async function () {
    this.timeout(60_000);
    const host = await startHost(0, 'memory');
    let answered = 0;
    serveRpc(host, async () => {
      answered += 1;
      return [Uint8Array.of(1)];
    });
    try {
      await churn(host, { from: 1, count: WARM_UP });
      const base = countStreams();
      await churn(host, { from: 1 + WARM_UP, count: COMERS });
      assert.equal(answered, WARM_UP + COMERS);
      const left = countStreams();
      assert.ok(left <= base, `${left} streams are still held, ${base} before`);
      assert.deepEqual(host.peers(), []);
      const known = await host.knownCount();
      assert.ok(known <= HOST_LIMITS.peerStoreEntriesMax, `${known} peers are remembered`);
    } finally {
      await host.stop();
    }
  });
});

/** Streams of our own in the heap, after a collection. */
function countStreams(): number {
  return queryObjects(RawFrameStream, { format: 'count' });
}
