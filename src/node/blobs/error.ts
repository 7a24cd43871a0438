/** Errors of blobs on disk and on the way. */
import { AssayError } from '../../base/index.ts';

/** `blob-damaged`, `blob-changed`, `blob-unavailable`, `blob-too-large`. */
export class BlobError extends AssayError {
  override readonly name = 'BlobError';
}
