/**
 * Blobs in a directory, by content id: models, and inputs too large to keep in memory.
 *
 * A file under its own id is complete and was checked when it was written; what is being received
 * ends in `.part` and can be gone on with after a crash. Nothing is read whole unless asked for.
 */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { join } from 'node:path';
import { type BlobId, digest } from '../../base/index.ts';
import { blobId, blobIdOfDigest, isBlobId } from '../../wire/index.ts';
import { BlobError } from './error.ts';

/** Bytes read and sent at a time. */
export const CHUNK_BYTES = 65_536;
const PART = '.part';

/** Where the bytes of one blob go while they come. */
export interface BlobSink {
  /** Bytes it holds; the next chunk begins here. */
  readonly offset: number;
  write(chunk: Uint8Array): Promise<void>;
  /** Tells whether the bytes are the blob asked for; if not, they are thrown away. */
  finish(): Promise<boolean>;
  /** Throws away what came so far. */
  reset(): Promise<void>;
  /** Keeps what came so far, to go on later. */
  close(): Promise<void>;
}

/** A blob that can be read from any offset. */
export type ReadableBlob = {
  readonly sizeBytes: number;
  /** Chunks of up to `CHUNK_BYTES` bytes from `offset` to the end. */
  chunks(offset: number): AsyncIterable<Uint8Array>;
};

export class BlobDirectory {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Opens a directory, made if need be. */
  static async open(path: string): Promise<BlobDirectory> {
    await mkdir(path, { recursive: true, mode: 0o700 });
    return new BlobDirectory(path);
  }

  /** Ids and sizes of all complete blobs, in the order of their ids. */
  async list(): Promise<{ readonly id: BlobId; readonly sizeBytes: number }[]> {
    const names = (await readdir(this.path)).filter(isBlobId).sort();
    return Promise.all(
      names.map(async (id) => ({ id, sizeBytes: (await stat(this.#file(id))).size })),
    );
  }

  /** The blob, or `undefined` if it is not here whole. */
  async find(id: BlobId): Promise<ReadableBlob | undefined> {
    const file = this.#file(id);
    const found = await stat(file).catch(() => undefined);
    if (found === undefined || !found.isFile()) return undefined;
    return {
      sizeBytes: found.size,
      chunks: (offset) => createReadStream(file, { start: offset, highWaterMark: CHUNK_BYTES }),
    };
  }

  /**
   * Returns all bytes of a blob, checked against its id.
   * @throws BlobError blob-damaged
   */
  async read(id: BlobId): Promise<Uint8Array | undefined> {
    const bytes = await readFile(this.#file(id)).catch(() => undefined);
    if (bytes === undefined) return undefined;
    if (blobId(bytes) === id) return bytes;
    throw new BlobError({
      code: 'blob-damaged',
      message: 'the file is not what its name says',
      where: this.#file(id),
      remedy: 'Delete it; it is fetched again from peers, or added with `assay model add`.',
    });
  }

  /** Deletes the oldest blobs until all together have at most `bytesMax` bytes. */
  async trim(bytesMax: number): Promise<void> {
    const names = (await readdir(this.path)).filter(isBlobId);
    const files = await Promise.all(
      names.map(async (id) => ({ id, found: await stat(this.#file(id)) })),
    );
    let bytes = files.reduce((sum, { found }) => sum + found.size, 0);
    for (const { id, found } of files.sort((a, b) => a.found.mtimeMs - b.found.mtimeMs)) {
      if (bytes <= bytesMax) return;
      await rm(this.#file(id), { force: true });
      bytes -= found.size;
    }
  }

  /** Writes a blob; returns its id. */
  async put(bytes: Uint8Array): Promise<BlobId> {
    const id = blobId(bytes);
    const sink = await this.receive(id);
    await sink.reset();
    await sink.write(bytes);
    await sink.finish();
    return id;
  }

  /** Copies a file of any size into the directory; returns its id. */
  async add(file: string): Promise<BlobId> {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES })) {
      hash.update(chunk as Uint8Array);
    }
    const id = blobIdOfHash(hash);
    if ((await this.find(id)) !== undefined) return id;
    const sink = await this.receive(id);
    await sink.reset();
    for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES })) {
      await sink.write(chunk as Uint8Array);
    }
    if (await sink.finish()) return id;
    throw new BlobError({
      code: 'blob-changed',
      message: 'the file changed while it was read',
      where: file,
      remedy: 'Try again when nobody writes to it.',
    });
  }

  /** Begins to receive a blob, or goes on where an earlier try ended. */
  async receive(id: BlobId): Promise<BlobSink> {
    const part = `${this.#file(id)}${PART}`;
    const handle = await open(part, 'a+', 0o600);
    const hash = createHash('sha256');
    let offset = 0;
    for await (const chunk of createReadStream(part, { highWaterMark: CHUNK_BYTES })) {
      hash.update(chunk as Uint8Array);
      offset += (chunk as Uint8Array).length;
    }
    return new FileSink({ id, part, whole: this.#file(id), handle, hash, offset });
  }

  #file(id: BlobId): string {
    return join(this.path, id);
  }
}

class FileSink implements BlobSink {
  readonly #id: BlobId;
  readonly #part: string;
  readonly #whole: string;
  readonly #handle: FileHandle;
  #hash: Hash;
  #offset: number;

  constructor(options: {
    id: BlobId;
    part: string;
    whole: string;
    handle: FileHandle;
    hash: Hash;
    offset: number;
  }) {
    this.#id = options.id;
    this.#part = options.part;
    this.#whole = options.whole;
    this.#handle = options.handle;
    this.#hash = options.hash;
    this.#offset = options.offset;
  }

  get offset(): number {
    return this.#offset;
  }

  async write(chunk: Uint8Array): Promise<void> {
    await this.#handle.appendFile(chunk);
    this.#hash.update(chunk);
    this.#offset += chunk.length;
  }

  async finish(): Promise<boolean> {
    const isRight = blobIdOfHash(this.#hash) === this.#id;
    if (!isRight) {
      await this.reset();
      return false;
    }
    await this.#handle.datasync();
    await this.#handle.close();
    await rename(this.#part, this.#whole);
    return true;
  }

  async reset(): Promise<void> {
    await this.#handle.truncate(0);
    this.#hash = createHash('sha256');
    this.#offset = 0;
  }

  async close(): Promise<void> {
    await this.#handle.close();
    if (this.#offset === 0) await rm(this.#part, { force: true });
  }
}

/** Keeps a small blob in memory. */
export class MemorySink implements BlobSink {
  readonly #id: BlobId;
  #chunks: Uint8Array[] = [];
  #offset = 0;

  constructor(id: BlobId) {
    this.#id = id;
  }

  get offset(): number {
    return this.#offset;
  }

  /** All bytes so far. */
  bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#chunks));
  }

  write(chunk: Uint8Array): Promise<void> {
    this.#chunks.push(chunk);
    this.#offset += chunk.length;
    return Promise.resolve();
  }

  async finish(): Promise<boolean> {
    const isRight = blobId(this.bytes()) === this.#id;
    if (!isRight) await this.reset();
    return isRight;
  }

  reset(): Promise<void> {
    this.#chunks = [];
    this.#offset = 0;
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Returns a blob that is in memory. */
export function readable(bytes: Uint8Array): ReadableBlob {
  return {
    sizeBytes: bytes.length,
    async *chunks(offset) {
      for (let at = offset; at < bytes.length; at += CHUNK_BYTES) {
        yield bytes.subarray(at, at + CHUNK_BYTES);
      }
    },
  };
}

function blobIdOfHash(hash: Hash): BlobId {
  return blobIdOfDigest(digest(new Uint8Array(hash.copy().digest())));
}
