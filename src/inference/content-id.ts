/**
 * Content ids of models and inputs, computed with the native SHA-256: model files reach hundreds of
 * megabytes, for which a JavaScript hash takes seconds.
 */
import { createHash } from 'node:crypto';
import { CID } from 'multiformats/cid';
import { create } from 'multiformats/hashes/digest';
import { assert, type BlobId } from '../base/index.ts';

const RAW = 0x55;
const SHA2_256 = 0x12;

/** Returns the content id of `bytes`: CIDv1, raw, SHA-256, base32. */
export function contentId(bytes: Uint8Array): BlobId {
  const text = CID.createV1(RAW, create(SHA2_256, createHash('sha256').update(bytes).digest()));
  const id = text.toString();
  assert(id.startsWith('bafkrei'), 'a raw SHA-256 content id begins with bafkrei');
  return id as BlobId;
}
