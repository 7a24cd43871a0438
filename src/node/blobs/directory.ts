/**
 * Blobs in a directory, by content id: models, and inputs too large to keep in memory.
 *
 * A file under its own id is complete and was checked when it was written; what is being received
 * ends in `.part` and can be gone on with after a crash. What is written from here has a name of
 * its own until it is whole, so that any number of writers of one blob do not meet. Nothing is
 * read whole unless asked for.
 */
import { createHash, type Hash, randomUUID } from 'node:crypto';
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
const NEW = '.new';
/** After so long nobody writes to a file that is not whole any more. */
const ABANDONED_MS = 86_400_000;

/** Where the bytes of one blob go while they come. */
export interface BlobSink {
  /** Bytes it holds; the next chunk begins here. */
  readonly offset: number;
  write(chunk: Uint8Array): Promise<void>;
  /** Tells whether the bytes are the blob asked for; if not, they are thrown away. */
  finish(): Promise<boolean>;
  /** Throws away what came so far. */
  reset(): Promise<void>;
  /** Keeps what came so far, to go on later; after `finish` nothing happens. */
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
    for (const name of (await readdir(path)).filter((each) => each.endsWith(NEW))) {
      const found = await stat(join(path, name)).catch(() => undefined);
      const isAbandoned = found !== undefined && Date.now() - found.mtimeMs > ABANDONED_MS;
      if (isAbandoned) await rm(join(path, name), { force: true });
    }
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
    const files: { readonly id: BlobId; readonly bytes: number; readonly at: number }[] = [];
    for (const id of names) {
      // another trim may have been faster
      const found = await stat(this.#file(id)).catch(() => undefined);
      if (found !== undefined) files.push({ id, bytes: found.size, at: found.mtimeMs });
    }
    let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    for (const file of files.sort((a, b) => a.at - b.at)) {
      if (bytes <= bytesMax) return;
      await rm(this.#file(file.id), { force: true });
      bytes -= file.bytes;
    }
  }

  /** Writes a blob; returns its id. */
  async put(bytes: Uint8Array): Promise<BlobId> {
    const id = blobId(bytes);
    await this.#write(id, [bytes]);
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
    if (await this.#write(id, createReadStream(file, { highWaterMark: CHUNK_BYTES }))) return id;
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

  /** Writes a blob from here; tells whether the bytes are those of `id`. */
  async #write(
    id: BlobId,
    chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  ): Promise<boolean> {
    const whole = this.#file(id);
    const part = `${whole}.${randomUUID()}${NEW}`;
    const handle = await open(part, 'ax', 0o600);
    const hash = createHash('sha256');
    const sink = new FileSink({ id, part, whole, handle, hash, offset: 0 });
    try {
      for await (const chunk of chunks) await sink.write(chunk);
      return await sink.finish();
    } finally {
      await sink.close();
      await rm(part, { force: true });
    }
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
  #isClosed = false;

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
    this.#isClosed = true;
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
    if (this.#isClosed) return;
    this.#isClosed = true;
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
