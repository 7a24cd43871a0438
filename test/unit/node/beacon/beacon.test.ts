/** A devnet beacon serves drand's API, and the client takes every round of it, over loopback. */
import { deepEqual, equal, notEqual, ok, rejects } from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { fromHex, round, sha256, toHex, utf8 } from '../../../../src/base/index.ts';
import { createBeaconSource, realCrypto } from '../../../../src/crypto/index.ts';
import {
  BeaconClient,
  BeaconError,
  type BeaconReport,
  type BeaconServer,
  rememberBeacons,
  startBeaconServer,
} from '../../../../src/node/beacon/index.ts';
import type { BeaconMessage } from '../../../../src/wire/index.ts';
import { ManualClock, until } from './manual-clock.ts';

const SEED = sha256(utf8('beacon test'));
const SOURCE = createBeaconSource(SEED);
const GENESIS_MS = 1_700_000_000_250;
const PERIOD_MS = 500;
const CHAIN = { chainKey: SOURCE.chainKey, genesisMs: GENESIS_MS, periodMs: PERIOD_MS };

describe('a devnet beacon', () => {
  let clock: ManualClock;
  const closing: (() => Promise<void> | void)[] = [];

  beforeEach(() => {
    clock = new ManualClock(GENESIS_MS + 2 * PERIOD_MS);
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function serve(port = 0): Promise<BeaconServer> {
    const options = { seed: SEED, periodMs: PERIOD_MS, genesisMs: GENESIS_MS, port, clock };
    const server = await startBeaconServer(options);
    closing.push(() => server.close());
    return server;
  }

  /** A server of a stranger. */
  async function serveOther(listener: RequestListener): Promise<string> {
    const server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    });
    const address = server.address();
    ok(typeof address === 'object' && address !== null);
    return `http://127.0.0.1:${address.port}`;
  }

  function follow(endpoints: readonly string[]) {
    const rounds: BeaconMessage[] = [];
    const reports: BeaconReport[] = [];
    const client = new BeaconClient({
      endpoints,
      chain: CHAIN,
      crypto: realCrypto,
      clock,
      report: (report) => reports.push(report),
    });
    client.start((message) => rounds.push(message));
    closing.push(() => client.stop());
    const kinds = () => reports.map(({ kind }) => kind);
    return { client, rounds, reports, kinds, numbers: () => rounds.map((each) => each.round) };
  }

  async function get(url: string): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(url);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  it('says what chain it is, in seconds and in milliseconds', async () => {
    const { url, info, port } = await serve();
    deepEqual((await get(`${url}/info`)).body, { ...info });
    deepEqual((await get(`http://127.0.0.1:${port}/info`)).body, { ...info });
    equal(info.public_key, toHex(SOURCE.chainKey));
    deepEqual(
      [info.genesis_time, info.genesisMs, info.periodMs],
      [1_700_000_000, GENESIS_MS, PERIOD_MS],
    );
  });

  it('[TIME-1] serves rounds that verify, and their randomness', async () => {
    const { url } = await serve();
    for (const word of ['latest', '3', '1']) {
      const { body } = await get(`${url}/public/${word}`);
      const number = word === 'latest' ? 3 : Number(word);
      equal(body['round'], number);
      const signature = fromHex(String(body['signature']));
      ok(signature !== undefined);
      const value = realCrypto.verifyBeacon(SOURCE.chainKey, number, signature);
      equal(value && toHex(value), body['randomness']);
    }
  });

  it('holds a request for the next round until it is there', async () => {
    const { url } = await serve();
    const answers: (readonly [number, unknown])[] = [];
    const before = clock.pending;
    const pending = get(`${url}/public/4`).then(({ status, body }) => {
      answers.push([status, body['round']]);
    });
    await until(() => clock.pending > before, 'a held request');
    clock.advance(PERIOD_MS - 1);
    await get(`${url}/public/3`);
    deepEqual(answers, []);
    clock.advance(1);
    await pending;
    deepEqual(answers, [[200, 4]]);
  });

  it('refuses rounds of the future, other paths and other methods', async () => {
    const { url } = await serve();
    equal((await get(`${url}/public/5`)).status, 425);
    for (const path of ['public/0', 'public/-1', 'public/1e3', 'public/01', 'other', '']) {
      equal((await get(`${url}/${path}`)).status, 404, path);
    }
    equal((await fetch(`${url}/info`, { method: 'POST' })).status, 405);
    equal((await get(url.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')))).status, 404);
  });

  it('says so if its port is taken', async () => {
    const { port } = await serve();
    await rejects(serve(port), (error) => {
      return error instanceof BeaconError && error.detail.code === 'beacon-port';
    });
  });

  it('ends requests that wait when it is closed', async () => {
    const server = await serve();
    const before = clock.pending;
    const pending = fetch(`${server.url}/public/4`).then(
      () => 'answered',
      () => 'ended',
    );
    await until(() => clock.pending > before, 'a held request');
    await server.close();
    equal(await pending, 'ended');
    equal(clock.pending, 0);
  });

  it('is followed by a client: the latest round, then each as soon as it is there', async () => {
    const { url } = await serve();
    const { client, numbers, rounds, reports } = follow([url]);
    await until(() => numbers().length === 1, 'the latest round');
    for (let count = 2; count < 5; count++) {
      clock.advance(PERIOD_MS);
      await until(() => numbers().length === count, `round ${count + 2}`);
    }
    deepEqual(numbers(), [3, 4, 5, 6]);
    deepEqual(rounds[0]?.signature, SOURCE.sign(3));
    deepEqual(await client.fetch(round(1)), SOURCE.sign(1));
    equal(await client.fetch(round(100)), undefined);
    deepEqual(reports, []);
  });

  it('[TIME-2] that stalls is reported once, and so is that it goes on', async () => {
    const first = await serve();
    const { numbers, kinds } = follow([first.url]);
    await until(() => numbers().length === 1, 'the latest round');
    await first.close();
    await until(() => kinds().includes('beacon-endpoint-failed'), 'a failure');
    const stalls = () => kinds().filter((kind) => kind === 'beacon-stalled').length;
    clock.advance(4 * PERIOD_MS - 1);
    equal(stalls(), 0);
    clock.advance(1);
    equal(stalls(), 1);
    await serve(first.port);
    await until(() => {
      clock.advance(PERIOD_MS);
      return numbers().length > 1;
    }, 'the next round');
    deepEqual(numbers().slice(0, 2), [3, 4]);
    equal(stalls(), 1);
    equal(kinds().filter((kind) => kind === 'beacon-resumed').length, 1);
  });

  it('is not called stalled while rounds come another way', async () => {
    const { client, kinds } = follow(['http://127.0.0.1:1']);
    for (let r = 4; r < 12; r++) {
      clock.advance(PERIOD_MS);
      client.heard(round(r));
    }
    ok(!kinds().includes('beacon-stalled'));
    clock.advance(10 * PERIOD_MS);
    equal(kinds().filter((kind) => kind === 'beacon-stalled').length, 1);
  });

  it('[TIME-1] is heard over an endpoint that lies, whatever it says', async () => {
    const forged = toHex(createBeaconSource(sha256(utf8('other'))).sign(3));
    const { url } = await serve();
    const lies: readonly string[] = [
      JSON.stringify({ round: 3, signature: forged }),
      JSON.stringify({ round: '3', signature: forged }),
      JSON.stringify({ round: 3, signature: forged.slice(2) }),
      JSON.stringify({ round: 3.5, signature: forged }),
      'no json',
      'null',
      ' '.repeat(5000),
    ];
    for (const lie of lies) {
      const liar = await serveOther((_request, response) => response.end(lie));
      const { client, numbers, rounds, kinds } = follow([liar, url]);
      await until(() => numbers().length === 1, `a round in spite of ${lie.slice(0, 40)}`);
      deepEqual([numbers(), kinds()], [[3], ['beacon-endpoint-failed']]);
      deepEqual(rounds[0]?.signature, SOURCE.sign(3));
      client.stop();
    }
  });

  it('asks a server that does not hold requests again, without calling it bad', async () => {
    let asked = 0;
    const url = await serveOther((request, response) => {
      asked += 1;
      response.statusCode = 404;
      if (!request.url?.endsWith('/latest')) return response.end();
      response.statusCode = 200;
      return response.end(JSON.stringify({ round: 3, signature: toHex(SOURCE.sign(3)) }));
    });
    const { kinds } = follow([url]);
    await until(() => {
      clock.advance(10);
      return asked > 5;
    }, 'several requests');
    ok(!kinds().includes('beacon-endpoint-failed'));
  });
});

describe('rounds from strangers', () => {
  it('are verified once, whoever brings them again, and bad ones always', () => {
    let asked = 0;
    const counting = rememberBeacons({
      ...realCrypto,
      verifyBeacon: (chainKey, r, signature) => {
        asked += 1;
        return realCrypto.verifyBeacon(chainKey, r, signature);
      },
    });
    const { chainKey } = SOURCE;
    const first = counting.verifyBeacon(chainKey, 1, SOURCE.sign(1));
    deepEqual(counting.verifyBeacon(chainKey, 1, SOURCE.sign(1)), first);
    equal(asked, 1);
    equal(counting.verifyBeacon(chainKey, 2, SOURCE.sign(1)), undefined);
    equal(counting.verifyBeacon(chainKey, 2, SOURCE.sign(1)), undefined);
    equal(asked, 3);
    const other = createBeaconSource(sha256(utf8('other'))).chainKey;
    equal(counting.verifyBeacon(other, 1, SOURCE.sign(1)), undefined);
    notEqual(first, undefined);
  });
});
