/** Who may ask the API of a provider, and how often. */
import assert from 'node:assert/strict';
import {
  isHostAllowed,
  isLoopback,
  isOriginAllowed,
  isTokenRight,
  RateLimiter,
} from '../../../../src/node/api/access.ts';
import { problem, problemOf } from '../../../../src/node/api/error.ts';
import { InferError } from '../../../../src/node/infer/index.ts';

describe('access to the API', () => {
  it('knows what is reached from this machine only', () => {
    for (const host of ['127.0.0.1', '127.8.9.1', 'localhost', '::1']) assert.ok(isLoopback(host));
    for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.evil.org', 'me.org', '']) {
      assert.ok(!isLoopback(host), host);
    }
  });

  it('refuses names of others in Host: DNS rebinding', () => {
    for (const host of ['127.0.0.1:8080', 'LOCALHOST', '[::1]:1', 'localhost:65535']) {
      assert.ok(isHostAllowed(host, '127.0.0.1'), host);
    }
    for (const host of [undefined, '', 'evil.org', 'evil.org:8080', 'localhost.evil.org']) {
      assert.ok(!isHostAllowed(host, '127.0.0.1'), host);
    }
  });

  it('refuses pages of other origins', () => {
    assert.ok(isOriginAllowed(undefined, '127.0.0.1'));
    assert.ok(isOriginAllowed('http://localhost:3000', '127.0.0.1'));
    for (const origin of ['null', 'https://evil.org', 'http://localhost.evil.org', 'file://']) {
      assert.ok(!isOriginAllowed(origin, '127.0.0.1'), origin);
    }
  });

  it('takes the whole token and nothing else', () => {
    const token = 'a-token-of-some-length';
    assert.ok(isTokenRight(`Bearer ${token}`, token));
    assert.ok(isTokenRight(`bearer ${token}`, token));
    const wrong = [undefined, '', token, `Basic ${token}`, `Bearer ${token}x`, 'Bearer ', 'Bearer'];
    for (const header of wrong) assert.ok(!isTokenRight(header, token), header);
  });

  it('gives each address a bucket of its own that fills again', () => {
    const limiter = new RateLimiter({ perSecond: 10, burst: 2 });
    assert.deepEqual(
      [0, 0, 0].map(() => limiter.take('a', 0)),
      [0, 0, 100],
    );
    assert.equal(limiter.take('b', 0), 0);
    assert.equal(limiter.take('a', 99) > 0, true);
    assert.equal(limiter.take('a', 101), 0);
    assert.deepEqual(
      [0, 0, 0].map(() => limiter.take('a', 60_000)),
      [0, 0, 100],
    );
  });

  it('tells code, message, remedy and status; nothing of a fault of ours', () => {
    const busy = problemOf(new InferError({ code: 'busy', message: 'too many' }));
    assert.equal(busy?.status, 503);
    assert.deepEqual(busy?.body, {
      code: 'busy',
      message: 'too many',
      remedy: 'Try again in a second.',
    });
    assert.equal(problem({ code: 'input-shape', message: 'x' }).status, 400);
    assert.equal(problemOf(new TypeError('undefined is not a function')), undefined);
  });
});
