/**
 * Streams to providers, each for one request at a time and kept for the next: opening one costs
 * more than a small inference. Who asks more at a time than there are streams waits for his turn.
 */
import type { NodeId } from '../../base/index.ts';
import type { FrameStream, Host } from '../libp2p/index.ts';
import { InferError } from './error.ts';

/** Streams to one provider; it allows a few more. */
const STREAMS_MAX = 6;

type Lane = { idle: FrameStream[]; open: number; readonly waiting: (() => void)[] };

export class StreamPool {
  readonly #host: Host;
  readonly #lanes = new Map<NodeId, Lane>();

  constructor(host: Host) {
    this.#host = host;
  }

  /**
   * Runs `exchange` on a stream to `peer`. A kept stream may have ended meanwhile: then once more
   * on a new one. After a failure, or when `signal` ends it, the stream is thrown away.
   */
  async use<T>(
    peer: NodeId,
    exchange: (stream: FrameStream) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const lane = this.#laneOf(peer);
    await this.#turn(lane, signal);
    try {
      const kept = lane.idle.pop();
      if (kept !== undefined) {
        const result = await this.#try(lane, kept, { exchange, signal });
        if (result.kind === 'done') return result.value;
        if (signal.aborted || !isEnded(result.error)) throw result.error;
      }
      const fresh = await this.#host.open(peer, 'infer', { signal });
      const result = await this.#try(lane, fresh, { exchange, signal });
      if (result.kind === 'failed') throw result.error;
      return result.value;
    } finally {
      lane.open -= 1;
      lane.waiting.shift()?.();
    }
  }

  /** Ends all streams that are not in use. */
  async close(): Promise<void> {
    const idle = [...this.#lanes.values()].flatMap((lane) => lane.idle.splice(0));
    await Promise.all(idle.map((stream) => stream.close().catch(() => undefined)));
  }

  async #try<T>(
    lane: Lane,
    stream: FrameStream,
    { exchange, signal }: { exchange: (stream: FrameStream) => Promise<T>; signal: AbortSignal },
  ): Promise<{ kind: 'done'; value: T } | { kind: 'failed'; error: unknown }> {
    const end = (): void => stream.abort(new Error('the request was given up'));
    signal.addEventListener('abort', end);
    try {
      signal.throwIfAborted();
      const value = await exchange(stream);
      lane.idle.push(stream);
      return { kind: 'done', value };
    } catch (error) {
      await stream.close().catch(() => undefined);
      return { kind: 'failed', error };
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  async #turn(lane: Lane, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    while (lane.open >= STREAMS_MAX) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          signal.removeEventListener('abort', leave);
          resolve();
        };
        // who gave up is not woken in the place of somebody who still waits
        const leave = (): void => {
          lane.waiting.splice(lane.waiting.indexOf(wake), 1);
          resolve();
        };
        signal.addEventListener('abort', leave, { once: true });
        lane.waiting.push(wake);
      });
      if (signal.aborted) lane.waiting.shift()?.();
      signal.throwIfAborted();
    }
    lane.open += 1;
  }

  #laneOf(peer: NodeId): Lane {
    const known = this.#lanes.get(peer);
    if (known !== undefined) return known;
    const lane: Lane = { idle: [], open: 0, waiting: [] };
    this.#lanes.set(peer, lane);
    return lane;
  }
}

/** A refusal is an answer; anything else may be the end of a stream that was kept too long. */
function isEnded(error: unknown): boolean {
  return !(error instanceof InferError) || error.detail.code === 'answer-malformed';
}
