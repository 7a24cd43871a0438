import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { LiveFeed } from '../../../../src/node/api/live-feed.ts';
import { RecordRing } from '../../../../src/node/explorer/index.ts';

/** What may wait for a client, and the largest event that may be on top. */
const WAITING_MAX = 256 * 1024 + 400 * 64;

describe('explorer: the live feed', () => {
  it('drops who does not read, and never keeps more for him than its bound', async () => {
    const ring = new RecordRing({ nowMs: 0, bytesMax: 4_000_000 });
    const feed = new LiveFeed(ring);
    const client = new Writable({ write: () => undefined });
    push(ring, 50_000);
    feed.add(client, undefined);
    assert.ok(client.writableLength > 100_000 && client.writableLength < WAITING_MAX);
    const closed = once(client, 'close');
    push(ring, 100_000);
    assert.ok(client.writableLength < WAITING_MAX);
    await closed;
    assert.equal(feed.clientCount, 0);
  });

  it('sends everything to who reads, in order and once, whatever is pushed meanwhile', async () => {
    const ring = new RecordRing({ nowMs: 0 });
    const feed = new LiveFeed(ring);
    let text = '';
    const told = new Promise<void>((resolve) => {
      const client = new Writable({
        write: (chunk, _encoding, done) => {
          text += chunk;
          setImmediate(done);
          if (text.includes('"at":29999,')) resolve();
        },
      });
      push(ring, 10_000);
      feed.add(client, undefined);
      push(ring, 20_000, 10_000);
    });
    await told;
    feed.close();
    const events = [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data));
    assert.ok(events.every((records) => records.length <= 400));
    const times = events.flat().map(({ at }) => at);
    assert.deepEqual(times, [...Array(30_000).keys()]);
  });
});

function push(ring: RecordRing, count: number, from = 0): void {
  for (let at = from; at < from + count; at++) {
    ring.push({ kind: 'state', at, node: 0, isUp: true });
  }
}
