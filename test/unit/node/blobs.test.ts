/** Blobs on disk: whole or resumable, never wrong under their id. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { utf8 } from '../../../src/base/index.ts';
import { BlobDirectory } from '../../../src/node/blobs/index.ts';
import { blobId } from '../../../src/wire/index.ts';

describe('BlobDirectory', () => {
  let path = '';
  let blobs: BlobDirectory;

  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'assay-blobs-'));
    blobs = await BlobDirectory.open(path);
  });
  afterEach(() => rm(path, { recursive: true, force: true }));

  it('gives back what was put, from any offset', async () => {
    const bytes = pattern(200_000);
    const id = await blobs.put(bytes);
    assert.equal(id, blobId(bytes));
    assert.deepEqual(await blobs.read(id), Buffer.from(bytes));
    const found = await blobs.find(id);
    assert.equal(found?.sizeBytes, bytes.length);
    assert.deepEqual(await gathered(found?.chunks(150_001)), Buffer.from(bytes.subarray(150_001)));
    assert.deepEqual(await blobs.list(), [{ id, sizeBytes: bytes.length }]);
  });

  it('lets several write one blob at a time', async () => {
    const bytes = pattern(300_000);
    const ids = await Promise.all(Array.from({ length: 8 }, () => blobs.put(bytes)));
    assert.deepEqual(new Set(ids), new Set([blobId(bytes)]));
    assert.deepEqual(await blobs.read(blobId(bytes)), Buffer.from(bytes));
    assert.deepEqual(await readdir(path), [blobId(bytes)]);
  });

  it('refuses to read a file that is not what its name says', async () => {
    const id = await blobs.put(pattern(1000));
    await writeFile(join(path, id), pattern(999));
    await assert.rejects(blobs.read(id), { name: 'BlobError' });
  });

  it('keeps a part over a restart and goes on where it ended', async () => {
    const bytes = pattern(100_000);
    const id = blobId(bytes);
    const first = await blobs.receive(id);
    await first.write(bytes.subarray(0, 70_000));
    await first.close();
    assert.equal(await blobs.find(id), undefined);
    const again = await (await BlobDirectory.open(path)).receive(id);
    assert.equal(again.offset, 70_000);
    await again.write(bytes.subarray(70_000));
    assert.equal(await again.finish(), true);
    assert.deepEqual(await blobs.read(id), Buffer.from(bytes));
  });

  it('throws away bytes that are not the blob, and can begin anew', async () => {
    const bytes = pattern(50_000);
    const sink = await blobs.receive(blobId(bytes));
    await sink.write(pattern(50_000, 9));
    assert.equal(await sink.finish(), false);
    assert.equal(sink.offset, 0);
    await sink.write(bytes);
    assert.equal(await sink.finish(), true);
    assert.deepEqual(await readdir(path), [blobId(bytes)]);
  });

  it('copies a file of any size, and says its id', async () => {
    const file = join(path, 'model.onnx');
    await writeFile(file, pattern(150_000));
    const id = await blobs.add(file);
    assert.equal(id, blobId(pattern(150_000)));
    assert.equal(await blobs.add(file), id);
  });

  it('trims the oldest first, down to the limit', async () => {
    const ids = [];
    for (const [age, seed] of [3, 2, 1].entries()) {
      const id = await blobs.put(pattern(1000, seed));
      await utimes(join(path, id), 1000 + age, 1000 + age);
      ids.push(id);
    }
    await Promise.all([blobs.trim(2000), blobs.trim(2000)]);
    assert.equal(await blobs.find(ids[0] ?? blobId(utf8(''))), undefined);
    assert.equal((await blobs.list()).length, 2);
  });

  it('clears away what a writer left a day ago, and nothing else', async () => {
    const old = join(path, 'x.new');
    await writeFile(old, 'half');
    await utimes(old, 1000, 1000);
    await writeFile(join(path, 'y.new'), 'being written');
    await writeFile(join(path, 'z.part'), 'to be gone on with');
    await BlobDirectory.open(path);
    await assert.rejects(stat(old));
    assert.deepEqual((await readdir(path)).sort(), ['y.new', 'z.part']);
  });
});

function pattern(length: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * 7 + seed) % 251);
}

async function gathered(chunks: AsyncIterable<Uint8Array> | undefined): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks ?? []) all.push(chunk);
  return Buffer.concat(all);
}
