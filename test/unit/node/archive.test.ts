/** What a node keeps of the past, and how it is found again. */
import assert from 'node:assert/strict';
import { round } from '../../../src/base/index.ts';
import { Archive } from '../../../src/node/archive.ts';
import { createMemoryStore } from '../../../src/store/index.ts';
import { claimId, decodeMessage, type Message } from '../../../src/wire/index.ts';
import {
  batchOf,
  beaconAt,
  certificateAbout,
  claimNamed,
  headerAt,
  nodeOf,
  openingOf,
  received,
} from './protocol-messages.ts';

const HEADER = headerAt(7);
const BATCH = batchOf(HEADER);

describe('Archive', () => {
  it('gives beacons in order, up to the first gap and the number asked for', async () => {
    const archive = new Archive(createMemoryStore());
    for (const r of [9, 10, 11, 13]) await archive.addBeacon(round(r), beaconAt(r).signature);
    const roundsOf = async (from: number, count: number): Promise<number[]> =>
      (await archive.beacons(round(from), count)).map(messageOf).map((m) => roundOf(m));
    assert.deepEqual(await roundsOf(9, 100), [9, 10, 11]);
    assert.deepEqual(await roundsOf(9, 2), [9, 10]);
    assert.deepEqual(await roundsOf(12, 5), []);
    assert.deepEqual((await archive.beacons(round(13), 1)).map(messageOf), [beaconAt(13)]);
  });

  it('gives back what was said about a batch and about a leaf', async () => {
    const archive = new Archive(createMemoryStore());
    const opening = openingOf(HEADER, 2, 'a');
    await archive.addBatch(BATCH, [received(HEADER)]);
    await archive.addSubject({ batch: BATCH, index: 2 }, [received(HEADER), received(opening)]);
    assert.deepEqual((await archive.lookup(BATCH, undefined)).map(messageOf), [HEADER]);
    assert.deepEqual((await archive.lookup(BATCH, 2)).map(messageOf), [HEADER, opening]);
    assert.deepEqual(await archive.lookup(BATCH, 3), []);
  });

  it('finds a drawn claim by its id', async () => {
    const archive = new Archive(createMemoryStore());
    await archive.addSubject({ batch: BATCH, index: 2 }, [received(openingOf(HEADER, 2, 'a'))]);
    assert.deepEqual(await archive.find(claimId(claimNamed('a'))), { batch: BATCH, index: 2 });
    assert.equal(await archive.find(claimId(claimNamed('b'))), undefined);
  });

  it('lists certificates from a round on, oldest first, one for each verdict', async () => {
    const archive = new Archive(createMemoryStore());
    const later = certificateAbout(headerAt(100), 0);
    const first = certificateAbout(HEADER, 1);
    const fuller = certificateAbout(HEADER, 1, {
      votes: [{ verdict: 'valid', holders: Uint8Array.of(3), signature: new Uint8Array(96) }],
    });
    assert.equal(await archive.latestCertifiedRound(), undefined);
    await archive.addCertificate(received(later));
    await archive.addSubject({ batch: BATCH, index: 1 }, [received(first)]);
    await archive.addCertificate(received(fuller));
    assert.deepEqual((await archive.certificates(round(1), 10)).map(messageOf), [fuller, later]);
    assert.deepEqual((await archive.certificates(round(1), 1)).map(messageOf), [fuller]);
    assert.deepEqual((await archive.certificates(round(8), 10)).map(messageOf), [later]);
    assert.equal(await archive.latestCertifiedRound(), 100);
  });

  it('keeps a bounded number of messages about one leaf', async () => {
    const archive = new Archive(createMemoryStore());
    const many = Array.from({ length: 300 }, () => received(HEADER));
    await archive.addSubject({ batch: BATCH, index: 0 }, many);
    assert.equal((await archive.lookup(BATCH, 0)).length, 256);
  });

  it('remembers addresses of peers', async () => {
    const archive = new Archive(createMemoryStore());
    await archive.addPeer(nodeOf('a'), ['/ip4/127.0.0.1/tcp/1', '/ip4/127.0.0.1/tcp/2']);
    await archive.addPeer(nodeOf('b'), []);
    assert.deepEqual(await archive.peerAddresses(10), [
      '/ip4/127.0.0.1/tcp/1',
      '/ip4/127.0.0.1/tcp/2',
    ]);
  });
});

function messageOf(bytes: Uint8Array): Message {
  const result = decodeMessage(bytes);
  assert.equal(result.kind, 'ok');
  return result.decoded.message;
}

function roundOf(message: Message): number {
  return 'round' in message ? message.round : 0;
}
