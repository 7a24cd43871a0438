/** Streams of events: in order, resumable, and nothing waits for a client that does not read. */
import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { EventStreams } from '../../../../src/node/api/event-streams.ts';
import { createLog } from '../../../../src/node/log/index.ts';

describe('streams of events', () => {
  const setUp = () => {
    const log = createLog({ level: 'silent', isPretty: false, write: () => undefined });
    const streams = new EventStreams(log, () => ({ state: 'in-sync', reason: '' }));
    return { log, streams };
  };

  it('begin with the state, then tell what is more than a detail, in order', () => {
    const { log, streams } = setUp();
    const client = new Reader();
    streams.add(client, undefined);
    log.info('decided', { subject: 'x/1', verdict: 'valid' });
    log.debug('message-malformed');
    log.debug('fault', { code: 'late' });
    log.debug('certified');
    log.warn('evidence-found', { guilty: 'y' });
    assert.deepEqual(client.events(), ['state', 'decided', 'certified', 'evidence-found']);
    assert.deepEqual(client.ids(), [1, 2, 3]);
    assert.match(
      client.text,
      /data: \{"atMs":\d+,"subject":"x\/1","verdict":"valid","level":"info"\}/,
    );
    streams.close();
    assert.equal(client.destroyed, true);
  });

  it('go on after the event that a client had', () => {
    const { log, streams } = setUp();
    for (const reason of ['a', 'b', 'c']) log.warn('failed', { reason });
    const client = new Reader();
    streams.add(client, '1');
    assert.deepEqual(client.ids(), [2, 3]);
    const fresh = new Reader();
    streams.add(fresh, undefined);
    streams.add(fresh, 'nonsense');
    assert.deepEqual(fresh.ids(), []);
    streams.close();
  });

  it('remember so much and no more', () => {
    const { log, streams } = setUp();
    for (let index = 0; index < 2_000; index += 1) log.warn('failed');
    const client = new Reader();
    streams.add(client, '0');
    assert.equal(client.ids().length, 1_024);
    assert.equal(client.ids().at(-1), 2_000);
    streams.close();
  });

  it('drop a client that does not read, and keep the others', () => {
    const { log, streams } = setUp();
    const stuck = new Reader({ isStuck: true });
    const client = new Reader();
    streams.add(stuck, undefined);
    streams.add(client, undefined);
    for (let index = 0; index < 3_000; index += 1) log.warn('failed', { reason: 'x'.repeat(200) });
    assert.equal(stuck.destroyed, true);
    assert.ok(stuck.writableLength < 300_000, `${stuck.writableLength} bytes wait`);
    assert.equal(client.destroyed, false);
    assert.equal(client.ids().length, 3_000);
    streams.close();
  });

  it('are so many and no more', async () => {
    const { streams } = setUp();
    const clients = Array.from({ length: 32 }, () => new Reader());
    for (const client of clients) streams.add(client, undefined);
    assert.equal(streams.isFull, true);
    clients[0]?.destroy();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(streams.isFull, false);
    assert.equal(streams.count, 31);
    streams.close();
  });

  it('no longer listen to the log when closed', () => {
    const { log, streams } = setUp();
    const client = new Reader();
    streams.add(client, undefined);
    streams.close();
    log.warn('failed');
    assert.deepEqual(client.events(), ['state']);
  });
});

/** A client that reads at once, or never. */
class Reader extends Writable {
  text = '';
  readonly #isStuck: boolean;

  constructor({ isStuck = false } = {}) {
    super({ decodeStrings: false });
    this.#isStuck = isStuck;
  }

  override _write(chunk: string, _encoding: string, done: () => void): void {
    this.text += chunk;
    if (!this.#isStuck) done();
  }

  events(): readonly (string | undefined)[] {
    return [...this.text.matchAll(/^event: (.*)$/gm)].map(([, name]) => name);
  }

  ids(): readonly number[] {
    return [...this.text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
  }
}
