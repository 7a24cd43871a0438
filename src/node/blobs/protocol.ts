/**
 * Blobs between nodes: asked for by content id, sent in chunks from any offset.
 *
 * One framed stream for each request: `{id, offset}`; answer `{sizeBytes}` and chunks up to the
 * end, or `{}` if the blob is not served. The receiver hashes while it receives, refuses what is
 * longer than it expects, and goes on at another peer where one stopped. Only the whole can be
 * checked, so when several peers contributed to a wrong one, it is fetched again from one at a
 * time, and then whoever lies is known.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { BlobId, NodeId } from '../../base/index.ts';
import { blobIdCodec, formatOf, recordOf, uintBetween } from '../../wire/index.ts';
import { type FrameStream, type Host, PeerRates, RATE_LIMITS } from '../libp2p/index.ts';
import { type BlobSink, CHUNK_BYTES, MemorySink, type ReadableBlob } from './directory.ts';
import { BlobError } from './error.ts';

/** Largest blob that can be asked for: 1 TiB. */
const SIZE_MAX = 2 ** 40;
/** Bytes of a request or of a head. */
const HEAD_BYTES = 256;
/** Failed tries in a row, over all peers, after which a blob counts as unavailable. */
const FAILURES_MAX = 8;

type BlobRequest = { readonly id: BlobId; readonly offset: number };
type BlobHead = { readonly sizeBytes?: number };

const requestFormat = formatOf(
  recordOf<BlobRequest>({ id: blobIdCodec, offset: uintBetween(0, SIZE_MAX) }),
  HEAD_BYTES,
);
const headFormat = formatOf(
  recordOf<BlobHead>({ sizeBytes: uintBetween(0, SIZE_MAX) }, ['sizeBytes']),
  HEAD_BYTES,
);

/** Where blobs may come from; `undefined` if this source does not serve `id` to `peer`. */
export type BlobSource = (id: BlobId, peer: NodeId) => Promise<ReadableBlob | undefined>;

/** Serves what any of `sources` has to whoever asks. */
export function serveBlobs(host: Host, sources: readonly BlobSource[]): void {
  const rates = new PeerRates(RATE_LIMITS.blobs);
  host.handle('blobs', {}, async (stream, peer) => {
    const frame = await stream.read();
    const request = frame === undefined ? undefined : requestFormat.decode(frame);
    if (request?.kind !== 'ok') throw new Error('expected a request for a blob');
    const waitMs = rates.take(peer, 1, Date.now());
    if (waitMs > 0) await pause(waitMs, undefined, { ref: false });
    const { id, offset } = request.value;
    const blob = await findBlob(sources, id, peer);
    if (blob === undefined || offset > blob.sizeBytes) {
      await stream.write(headFormat.encode({}));
    } else {
      await stream.write(headFormat.encode({ sizeBytes: blob.sizeBytes }));
      for await (const chunk of blob.chunks(offset)) await stream.write(chunk);
    }
    await stream.closeWrite();
  });
}

async function findBlob(
  sources: readonly BlobSource[],
  id: BlobId,
  peer: NodeId,
): Promise<ReadableBlob | undefined> {
  for (const source of sources) {
    const blob = await source(id, peer);
    if (blob !== undefined) return blob;
  }
  return undefined;
}

export type FetchOptions = {
  /** Whom to ask, best first; asked again from the beginning when all failed. */
  readonly peers: () => readonly NodeId[];
  readonly sizeBytesMax: number;
  /** Ends the try; what came so far is kept where the sink keeps it. */
  readonly signal: AbortSignal;
  /** A peer sent something else than the blob. */
  readonly onLiar?: (peer: NodeId) => void;
};

/**
 * Fetches a blob into memory.
 * @throws BlobError blob-unavailable, blob-too-large
 */
export async function fetchBlob(
  host: Host,
  id: BlobId,
  options: FetchOptions,
): Promise<Uint8Array> {
  const sink = new MemorySink(id);
  await fetchInto(host, id, sink, options);
  return sink.bytes();
}

/**
 * Fetches a blob into `sink`, going on where it stands. Whoever gave the sink closes it.
 * @throws BlobError blob-unavailable, blob-too-large
 */
export async function fetchInto(
  host: Host,
  id: BlobId,
  sink: BlobSink,
  options: FetchOptions,
): Promise<void> {
  let failures = 0;
  let turn = 0;
  let isTooLarge = false;
  let isAlone = false;
  const liars = new Set<NodeId>();
  let contributors = new Set<NodeId | 'earlier'>(sink.offset > 0 ? ['earlier'] : []);
  while (failures < FAILURES_MAX && !options.signal.aborted) {
    const peers = options.peers().filter((peer) => !liars.has(peer));
    const peer = peers[turn % Math.max(1, peers.length)];
    if (peer === undefined) break;
    // After a wrong whole from several, each is tried from the start.
    if (isAlone && !contributors.has(peer)) {
      await sink.reset();
      contributors = new Set();
    }
    const before = sink.offset;
    const outcome = await receiveFrom(host, { peer, id, sink, options });
    if (sink.offset > before || outcome === 'complete') contributors.add(peer);
    isTooLarge = outcome === 'too-large';
    if (outcome === 'complete') {
      if (await sink.finish()) return;
      if (contributors.size === 1 && contributors.has(peer)) {
        liars.add(peer);
        options.onLiar?.(peer);
      }
      isAlone = true;
      contributors = new Set();
    }
    // progress is no failure: a long transfer may need many streams
    const isProgress = outcome === 'interrupted' && sink.offset > before;
    failures = isProgress ? 0 : failures + 1;
    if (!isProgress) turn += 1;
  }
  if (isTooLarge) throw tooLarge(id, options.sizeBytesMax);
  throw new BlobError({
    code: 'blob-unavailable',
    message: options.signal.aborted
      ? `nobody served ${id} in time`
      : `none of the peers served ${id}`,
    remedy: 'Check that a peer which has it is connected.',
  });
}

type Outcome = 'complete' | 'interrupted' | 'absent' | 'too-large';

async function receiveFrom(
  host: Host,
  at: { peer: NodeId; id: BlobId; sink: BlobSink; options: FetchOptions },
): Promise<Outcome> {
  const { peer, id, sink, options } = at;
  const { signal, sizeBytesMax } = options;
  let stream: FrameStream | undefined;
  try {
    stream = await host.open(peer, 'blobs', { signal });
    await stream.write(requestFormat.encode({ id, offset: sink.offset }));
    await stream.closeWrite();
    const frame = await stream.read();
    const head = frame === undefined ? undefined : headFormat.decode(frame);
    if (head?.kind !== 'ok' || head.value.sizeBytes === undefined) return 'absent';
    const { sizeBytes } = head.value;
    if (sizeBytes > sizeBytesMax) return 'too-large';
    while (sink.offset < sizeBytes) {
      if (signal.aborted) return 'interrupted';
      const chunk = await stream.read();
      const isWithin = chunk !== undefined && sink.offset + chunk.length <= sizeBytes;
      if (!isWithin || chunk.length === 0 || chunk.length > CHUNK_BYTES) return 'interrupted';
      await sink.write(chunk);
    }
    return 'complete';
  } catch {
    // a peer that breaks off: another goes on
    return 'interrupted';
  } finally {
    await stream?.close().catch(() => undefined);
  }
}

function tooLarge(id: BlobId, sizeBytesMax: number): BlobError {
  return new BlobError({
    code: 'blob-too-large',
    message: `${id} is longer than the ${sizeBytesMax} bytes that are allowed`,
  });
}
