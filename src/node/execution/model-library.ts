/**
 * The models that this node holds: files by content id, opened when they are first run. Small ones
 * stay in memory; a large one is read again when its process lost it.
 */
import { type BlobId, formatDetail } from '../../base/index.ts';
import { InferenceError, type ModelHandle, openModel } from '../../inference/index.ts';
import type { BlobDirectory } from '../blobs/index.ts';
import { BoundedCache } from './bounded-cache.ts';

/** Bytes of all models kept open. */
const OPEN_BYTES_MAX = 64 * 1024 ** 2;

export class ModelLibrary {
  readonly #directory: BlobDirectory;
  readonly #open = new BoundedCache<ModelHandle>(OPEN_BYTES_MAX);

  constructor(directory: BlobDirectory) {
    this.#directory = directory;
  }

  get directory(): BlobDirectory {
    return this.#directory;
  }

  /**
   * Returns a model that may run, or why there is none: it is not here, damaged or refused.
   * Does not throw.
   */
  async find(id: BlobId): Promise<ModelHandle | { readonly problem: string }> {
    const known = this.#open.get(id);
    if (known !== undefined) return known;
    try {
      const bytes = await this.#directory.read(id);
      if (bytes === undefined) return { problem: 'the model is not here' };
      const handle = openModel(bytes, { expected: id });
      this.#open.set(id, handle, bytes.length);
      return handle;
    } catch (error) {
      if (error instanceof InferenceError) return { problem: formatDetail(error.detail) };
      return { problem: error instanceof Error ? error.message : String(error) };
    }
  }
}
