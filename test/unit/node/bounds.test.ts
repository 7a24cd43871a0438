/** What bounds a node's memory and work: caches and queues. */
import assert from 'node:assert/strict';
import { BoundedCache } from '../../../src/node/execution/index.ts';
import { RequestQueue } from '../../../src/node/infer/index.ts';
import { PeerRates } from '../../../src/node/libp2p/index.ts';
import { nodeOf } from './protocol-messages.ts';

describe('BoundedCache', () => {
  it('forgets what was used least recently once it weighs too much', () => {
    const cache: BoundedCache<string> = new BoundedCache(10);
    cache.set('a', 'A', 4);
    cache.set('b', 'B', 4);
    assert.equal(cache.get('a'), 'A');
    cache.set('c', 'C', 4);
    assert.equal(cache.get('b'), undefined);
    assert.deepEqual(cache.values(), ['A', 'C']);
  });

  it('weighs a value once, however often it is set or deleted', () => {
    const cache: BoundedCache<string> = new BoundedCache(10);
    for (let i = 0; i < 5; i += 1) cache.set('a', 'A', 6);
    cache.delete('a');
    cache.delete('a');
    cache.set('b', 'B', 5);
    cache.set('c', 'C', 5);
    assert.deepEqual(cache.values(), ['B', 'C']);
  });

  it('does not remember what is heavier than all together may be', () => {
    const cache: BoundedCache<string> = new BoundedCache(10);
    cache.set('a', 'A', 4);
    cache.set('a', 'heavier', 11);
    assert.equal(cache.get('a'), undefined);
    cache.set('b', 'B', 10);
    assert.equal(cache.get('b'), 'B');
  });
});

describe('PeerRates', () => {
  const limits = { perSecond: 10, burst: 20, peersMax: 3 };
  const [a, b] = [nodeOf('a'), nodeOf('b')];

  it('lets each peer wait for itself once its burst is used up', () => {
    const rates = new PeerRates(limits);
    assert.equal(rates.take(a, 20, 0), 0);
    assert.equal(rates.take(a, 1, 0), 100);
    assert.equal(rates.take(b, 1, 0), 0);
    assert.equal(rates.take(a, 1, 1_000), 0);
  });

  it('refuses what is too fast, and who was refused owes nothing', () => {
    const rates = new PeerRates(limits);
    assert.equal(rates.takeIfThere(a, 20, 0), true);
    for (let i = 0; i < 100; i++) assert.equal(rates.takeIfThere(a, 1, 0), false);
    assert.equal(rates.takeIfThere(b, 1, 0), true);
    assert.equal(rates.takeIfThere(a, 1, 100), true);
  });

  it('remembers a bounded number of identities, however many come', () => {
    const rates = new PeerRates(limits);
    for (let i = 0; i < 10_000; i++) rates.take(nodeOf(`${i}`), 1, i);
    assert.equal(rates.size, 3);
  });
});

describe('RequestQueue', () => {
  const [a, b] = [nodeOf('a'), nodeOf('b')];

  it('gives each requester its places, and no more than there are', () => {
    const queue = new RequestQueue({ total: 3, perRequester: 2 });
    const leave = queue.enter(a);
    assert.ok(leave !== undefined && queue.enter(a) !== undefined);
    assert.equal(queue.enter(a), undefined);
    assert.ok(queue.enter(b) !== undefined);
    assert.equal(queue.enter(b), undefined);
    assert.equal(queue.total, 3);
    leave();
    assert.ok(queue.enter(b) !== undefined);
  });

  it('takes a place back once', () => {
    const queue = new RequestQueue({ total: 2, perRequester: 2 });
    const leave = queue.enter(a);
    queue.enter(a);
    leave?.();
    leave?.();
    assert.equal(queue.total, 1);
  });
});
