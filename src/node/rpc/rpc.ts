/** Asks other nodes, and answers them. */

import { setTimeout as pause } from 'node:timers/promises';
import type { NodeId } from '../../base/index.ts';
import { type Decoded, decodeMessage, type Message } from '../../wire/index.ts';
import { type FrameStream, type Host, PeerRates, RATE_LIMITS } from '../libp2p/index.ts';
import { RpcError } from './error.ts';
import { ANSWER_LIMITS, type RpcRequest, requestFormat } from './requests.ts';
import { type NodeStatus, statusFormat } from './status.ts';

/** Answers requests: frames of up to 64 KiB, within `ANSWER_LIMITS`. */
export type RpcService = (request: RpcRequest, peer: NodeId) => Promise<readonly Uint8Array[]>;

/** What answers cost that hold much, in such that hold little. */
const LARGE_COST = 8;
const LARGE: readonly RpcRequest['method'][] = [
  'beacons',
  'certificates',
  'chain',
  'statement',
  'bills',
  'earnings',
];

/**
 * Answers whoever asks, as fast as it may ask; a request that does not decode counts against its
 * sender.
 */
export function serveRpc(host: Host, service: RpcService): void {
  const rates = new PeerRates(RATE_LIMITS.rpc);
  host.handle('rpc', {}, async (stream, peer) => {
    const frame = await stream.read();
    const request = frame === undefined ? undefined : requestFormat.decode(frame);
    if (request?.kind !== 'ok') throw new Error('expected a request');
    const cost = LARGE.includes(request.value.method) ? LARGE_COST : 1;
    const waitMs = rates.take(peer, cost, Date.now());
    if (waitMs > 0) await pause(waitMs, undefined, { ref: false });
    // what goes wrong with this node is no fault of who asked: he gets an empty answer
    const answers = await service(request.value, peer).catch(() => []);
    await Promise.all(answers.map((answer) => stream.write(answer)));
    await stream.closeWrite();
  });
}

/**
 * Asks `peer` and returns the frames of its answer.
 * @throws RpcError rpc-failed, rpc-answer-too-large
 */
export async function callRpc(
  host: Host,
  peer: NodeId,
  request: RpcRequest,
  signal: AbortSignal,
): Promise<readonly Uint8Array[]> {
  let stream: FrameStream | undefined;
  const end = (): void => stream?.abort(new Error('no answer in time'));
  signal.addEventListener('abort', end);
  try {
    stream = await host.open(peer, 'rpc', { signal });
    signal.throwIfAborted();
    await stream.write(requestFormat.encode(request));
    await stream.closeWrite();
    return await readAnswer(stream, peer);
  } catch (error) {
    if (error instanceof RpcError) throw error;
    throw new RpcError(
      {
        code: 'rpc-failed',
        message: `no answer to \`${request.method}\``,
        where: peer,
        remedy: 'Try another node, or again.',
      },
      { cause: error },
    );
  } finally {
    signal.removeEventListener('abort', end);
    await stream?.close().catch(() => undefined);
  }
}

/** Asks for messages; those that do not decode are left out, nothing else is checked here. */
export async function callForMessages(
  host: Host,
  peer: NodeId,
  request: Exclude<RpcRequest, { method: 'status' }>,
  signal: AbortSignal,
): Promise<readonly Decoded<Message>[]> {
  const frames = await callRpc(host, peer, request, signal);
  return frames.flatMap((frame) => {
    const result = decodeMessage(frame);
    return result.kind === 'ok' ? result.decoded : [];
  });
}

/** Asks a node how it is. @throws RpcError also when the answer is no status */
export async function callForStatus(
  host: Host,
  peer: NodeId,
  signal: AbortSignal,
): Promise<NodeStatus> {
  const [frame] = await callRpc(host, peer, { method: 'status' }, signal);
  const result = frame === undefined ? undefined : statusFormat.decode(frame);
  if (result?.kind === 'ok') return result.value;
  throw new RpcError({
    code: 'rpc-failed',
    message: 'the answer is no status',
    where: peer,
    remedy: 'Its software may be of another version.',
  });
}

/** As many frames as one answer may have. */
export function withinLimits(frames: Iterable<Uint8Array>): readonly Uint8Array[] {
  const answer: Uint8Array[] = [];
  let bytes = 0;
  for (const frame of frames) {
    bytes += frame.length;
    if (answer.length >= ANSWER_LIMITS.frames || bytes > ANSWER_LIMITS.bytes) break;
    answer.push(frame);
  }
  return answer;
}

async function readAnswer(stream: FrameStream, peer: NodeId): Promise<readonly Uint8Array[]> {
  const frames: Uint8Array[] = [];
  let bytes = 0;
  for (let frame = await stream.read(); frame !== undefined; frame = await stream.read()) {
    bytes += frame.length;
    if (frames.length >= ANSWER_LIMITS.frames || bytes > ANSWER_LIMITS.bytes) {
      throw new RpcError({
        code: 'rpc-answer-too-large',
        message: `the answer is longer than ${ANSWER_LIMITS.bytes} bytes`,
        where: peer,
      });
    }
    frames.push(frame);
  }
  return frames;
}
