/** Models, inputs and outputs by content id, on disk and between nodes. */
export {
  BlobDirectory,
  type BlobSink,
  MemorySink,
  type ReadableBlob,
  readable,
} from './directory.ts';
export { BlobError } from './error.ts';
export {
  type BlobSource,
  type FetchOptions,
  fetchBlob,
  fetchInto,
  serveBlobs,
} from './protocol.ts';
