/** The bounded parts of a host that need no network. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nodeId } from '../../../../src/base/index.ts';
import { boundedStore } from '../../../../src/node/libp2p/bounded-store.ts';
import { ByteQueue } from '../../../../src/node/libp2p/byte-queue.ts';
import { BAN_POINTS, Conduct, FAULT_POINTS } from '../../../../src/node/libp2p/conduct.ts';
import { HOST_LIMITS } from '../../../../src/node/libp2p/limits.ts';
import { Publisher } from '../../../../src/node/libp2p/publisher.ts';
import { TokenBucket } from '../../../../src/node/libp2p/rate.ts';
import { createReporter } from '../../../../src/node/libp2p/reporter.ts';
import { ValidationQueue } from '../../../../src/node/libp2p/validation-queue.ts';

const peer = (index: number) => nodeId(index.toString(16).padStart(64, '0'));

describe('the validation queue', () => {
  const queueOf = (limits: Partial<ConstructorParameters<typeof ValidationQueue>[0]> = {}) =>
    new ValidationQueue<{ from: ReturnType<typeof peer>; sizeBytes: number; name: string }>({
      ...{ perPeerMax: 3, bytesPerPeerMax: 1_000, max: 5, bytesMax: 2_000 },
      ...limits,
    });
  const item = (from: number, name: string, sizeBytes = 1) => ({
    from: peer(from),
    name: `${from}${name}`,
    sizeBytes,
  });

  it('lets peers take turns, each in its own order', () => {
    const queue = queueOf({ max: 10 });
    for (const name of ['a', 'b', 'c']) queue.push(item(1, name));
    queue.push(item(2, 'a'));
    const served = [1, 2, 3, 4].map(() => queue.shift()?.name);
    assert.deepEqual(served, ['1a', '2a', '1b', '1c']);
    assert.equal(queue.shift(), undefined);
    assert.equal(queue.length, 0);
  });

  it('drops the oldest of a peer beyond its quota, and nobody else', () => {
    const queue = queueOf();
    queue.push(item(2, 'a'));
    for (const name of ['a', 'b', 'c']) assert.deepEqual(queue.push(item(1, name)), []);
    assert.deepEqual(names(queue.push(item(1, 'd'))), ['1a']);
    assert.equal(queue.length, 4);
  });

  it('makes the one that holds most pay when the whole is full', () => {
    const queue = queueOf({ perPeerMax: 10, max: 4 });
    for (const name of ['a', 'b', 'c']) queue.push(item(1, name, 100));
    queue.push(item(2, 'a'));
    assert.deepEqual(names(queue.push(item(3, 'a'))), ['1a']);
  });

  it('never holds more than its limits, whoever pushes what', () => {
    const pushes = fc.array(fc.tuple(fc.nat(4), fc.integer({ min: 1, max: 900 })));
    fc.assert(
      fc.property(pushes, (sizes) => {
        const queue = queueOf();
        let held = 0;
        for (const [from, sizeBytes] of sizes) {
          const dropped = queue.push(item(from, 'x', sizeBytes));
          held += sizeBytes - dropped.reduce((sum, gone) => sum + gone.sizeBytes, 0);
          assert.ok(queue.length <= 5 && held <= 2_000, `${queue.length} of ${held} bytes`);
        }
      }),
    );
  });

  const names = (items: readonly { name: string }[]) => items.map(({ name }) => name);
});

describe('conduct', () => {
  it('bans at a hundred points, and points fade', () => {
    const conduct = new Conduct();
    assert.equal(conduct.note(peer(1), 'rpc-too-large', 0), false);
    assert.equal(conduct.points(peer(1), 10_000), FAULT_POINTS['rpc-too-large'] - 10);
    assert.equal(conduct.note(peer(1), 'rpc-too-large', 10_000), false);
    assert.equal(conduct.note(peer(1), 'rpc-malformed', 10_000), true);
    assert.equal(conduct.points(peer(1), 1e9), 0);
    assert.equal(conduct.points(peer(2), 0), 0);
    assert.ok(Math.max(...Object.values(FAULT_POINTS)) < BAN_POINTS, 'no single fault is a ban');
  });

  it('refuses the banned for a time, and forgets the oldest of too many', () => {
    const conduct = new Conduct();
    conduct.ban(peer(0), HOST_LIMITS.banMs);
    assert.equal(conduct.isBanned(peer(0), HOST_LIMITS.banMs - 1), true);
    assert.equal(conduct.isBanned(peer(0), HOST_LIMITS.banMs), false);
    for (let index = 1; index <= HOST_LIMITS.bansMax; index += 1)
      conduct.ban(peer(index), HOST_LIMITS.banMs);
    assert.equal(conduct.isBanned(peer(0), 1), false);
    assert.equal(conduct.isBanned(peer(1), 1), true);
    assert.equal(conduct.bans(HOST_LIMITS.banMs - 1).size, HOST_LIMITS.bansMax);
    assert.equal(conduct.bans(HOST_LIMITS.banMs).size, 0);
  });

  it('ends a ban before its time, and forgets what led to it', () => {
    const conduct = new Conduct();
    conduct.note(peer(0), 'unread-output', 0);
    conduct.ban(peer(0), 1_000);
    assert.equal(conduct.unban(peer(0), 500), true);
    assert.equal(conduct.isBanned(peer(0), 500), false);
    assert.equal(conduct.points(peer(0), 500), 0);
    assert.equal(conduct.unban(peer(0), 500), false);
  });
});

describe('a token bucket', () => {
  it('lets a burst through and then as much as it fills', () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 5, nowMs: 0 });
    assert.equal(bucket.take(5, 0), 0);
    assert.equal(bucket.take(1, 0), 100);
    assert.equal(bucket.take(1, 200), 0);
    assert.equal(bucket.take(5, 1e6), 0);
    assert.equal(bucket.take(1, 1e6), 100);
  });
});

describe('a byte queue', () => {
  it('gives back what was put in, in any pieces', () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 20 }));
    fc.assert(
      fc.property(pieces, fc.infiniteStream(fc.integer({ min: 1, max: 30 })), (chunks, sizes) => {
        const queue = new ByteQueue();
        for (const chunk of chunks) queue.push(chunk);
        const read: number[] = [];
        while (queue.length > 0) {
          const [size = 1] = [...sizes.take(1)];
          read.push(...queue.take(Math.min(size, queue.length)));
        }
        assert.deepEqual(
          read,
          chunks.flatMap((chunk) => [...chunk]),
        );
      }),
    );
  });
});

describe('the store of libp2p', () => {
  it('forgets what was used least recently', async () => {
    const store = boundedStore(2);
    const key = (name: string) => ({ toString: () => name }) as never;
    const bytes = Uint8Array.of(1);
    await store.put(key('/a'), bytes);
    await store.put(key('/b'), bytes);
    await store.get(key('/a'));
    await store.put(key('/c'), bytes);
    assert.equal(await store.has(key('/b')), false);
    assert.equal(await store.has(key('/a')), true);
    assert.throws(() => store.get(key('/b')), { name: 'NotFoundError' });
  });
});

describe('the publisher', () => {
  it('keeps what nobody listens to, and sends it in order when somebody does', async () => {
    const sent: number[] = [];
    let isReachable = false;
    let retries = 0;
    const publisher = new Publisher({
      isReachable: () => isReachable,
      send: async (_, bytes) => sent.push(bytes[0] ?? 0) > 0,
      onRetry: () => {
        retries += 1;
      },
    });
    const fates = [1, 2, 3].map((number) => publisher.publish('claims', Uint8Array.of(number)));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(sent, []);
    assert.ok(retries >= 3, `${retries} retries`);
    isReachable = true;
    publisher.flush();
    assert.deepEqual(await Promise.all(fates), ['published', 'published', 'published']);
    assert.deepEqual(sent, [1, 2, 3]);
    publisher.stop();
  });

  it('does not let one topic hold up the other, and gives up when stopped', async () => {
    const publisher = new Publisher({
      isReachable: (topic) => topic === 'beacon',
      send: async () => true,
      onRetry: () => undefined,
    });
    const waiting = publisher.publish('claims', Uint8Array.of(1));
    assert.equal(await publisher.publish('beacon', Uint8Array.of(2)), 'published');
    publisher.stop();
    assert.equal(await waiting, 'stopped');
    assert.equal(await publisher.publish('beacon', Uint8Array.of(3)), 'stopped');
  });
});

describe('a reporter', () => {
  it('says the same about the same peer once in a while', () => {
    const heard: string[] = [];
    const report = createReporter(({ code, peer: about }) =>
      heard.push(`${code} ${about?.at(-1)}`),
    );
    for (const about of [peer(1), peer(1), peer(2)]) {
      report({ code: 'queue-full', message: 'full', peer: about });
    }
    assert.deepEqual(heard, ['queue-full 1', 'queue-full 2']);
  });
});
