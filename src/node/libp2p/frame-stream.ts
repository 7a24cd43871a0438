/**
 * Frames over a libp2p stream: four bytes of length, big endian, then the frame.
 *
 * Frames that are written in one go leave together: each piece that is sent on its own costs an
 * encryption and a system call, here and at the peer.
 *
 * Reading is pulled: beyond what the awaited frame needs, the stream is paused, the window of the
 * peer closes, and nothing more of it is held here. Writing waits for the window of the peer, in
 * pieces, with a deadline. So a peer that neither reads nor writes costs a window and a timer.
 */
import type { Libp2p } from 'libp2p';
import { assert } from '../../base/index.ts';
import { ByteQueue } from './byte-queue.ts';
import { HostError, type HostErrorCode } from './error.ts';
import { HOST_LIMITS } from './limits.ts';
import type { FrameStream, StreamLimits } from './types.ts';

/** A stream as libp2p gives it. */
export type RawStream = Awaited<ReturnType<Libp2p['dialProtocol']>>;

const LENGTH_BYTES = 4;
/** What is read ahead of the frame that is awaited. */
const READ_AHEAD_BYTES = 65_536;
const WRITE_PIECE_BYTES = 65_536;

type Unsent = {
  readonly frame: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};
type Reader = { readonly wantedBytes: number; readonly wake: () => void };

/** A framed stream, with the fault that ended it if one did. */
export class RawFrameStream implements FrameStream {
  readonly #raw: RawStream;
  readonly #limits: StreamLimits;
  readonly #where: string;
  readonly #input = new ByteQueue();
  #reader: Reader | undefined;
  #isReading = false;
  #isResuming = false;
  #isEnded: boolean;
  /** The peer ended what it sends, though some of it may wait in the paused stream. */
  #isFinished: boolean;
  #isDiscarding = false;
  #failure: HostError | undefined;
  readonly #unsent: Unsent[] = [];
  #sending: Promise<void> | undefined;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(raw: RawStream, limits: StreamLimits, where: string) {
    this.#raw = raw;
    this.#limits = limits;
    this.#where = where;
    const isOpen = raw.status === 'open';
    this.#isEnded = isOpen && raw.readableEnded;
    this.#isFinished = isOpen && raw.remoteWriteStatus === 'closed';
    if (!isOpen) this.#failure = this.#error('stream-aborted', 'the peer refused the stream');
    raw.addEventListener('remoteCloseWrite', () => {
      this.#isFinished = true;
    });
    raw.addEventListener('close', (event) => this.#onClose(event.error));
    raw.addEventListener('end', () => this.#onEnd());
    raw.addEventListener('message', (event) => this.#onData(event.data.subarray()));
    this.#after(limits.streamTimeoutMs, () => this.abort(this.#error('stream-timeout', 'life')));
  }

  /** What ended the stream other than a proper end. */
  get failure(): HostError | undefined {
    return this.#failure;
  }

  async read(): Promise<Uint8Array | undefined> {
    assert(!this.#isReading, 'one frame is read at a time');
    this.#isReading = true;
    try {
      return await this.#readFrame();
    } finally {
      this.#isReading = false;
    }
  }

  write(frame: Uint8Array): Promise<void> {
    if (frame.length > this.#limits.frameBytesMax) {
      const message = `${frame.length} bytes to send`;
      return Promise.reject(this.#error('stream-frame-too-large', message));
    }
    return new Promise((resolve, reject) => {
      this.#unsent.push({ frame, resolve, reject });
      this.#sending ??= this.#sendAll();
    });
  }

  async closeWrite(): Promise<void> {
    await this.#sending;
    if (this.#failure !== undefined) throw this.#failure;
    await this.#inTime((signal) => this.#raw.close({ signal }));
  }

  async close(): Promise<void> {
    this.#isDiscarding = true;
    this.#input.clear();
    if (this.#raw.status !== 'open') return;
    this.#resume();
    this.#after(HOST_LIMITS.lingerMs, () => this.#raw.abort(new Error('the peer did not end')));
    await this.closeWrite().catch(() => {});
  }

  abort(error: Error): void {
    this.#fail(error instanceof HostError ? error : this.#error('stream-aborted', error.message));
    this.#raw.abort(error);
  }

  async #readFrame(): Promise<Uint8Array | undefined> {
    const { frameBytesMax, idleTimeoutMs, frameTimeoutMs } = this.#limits;
    await this.#fill(1, idleTimeoutMs, 'stream-idle');
    if (this.#input.length === 0) return undefined;
    const deadlineMs = Date.now() + frameTimeoutMs;
    await this.#fill(LENGTH_BYTES, frameTimeoutMs, 'stream-timeout');
    const header = this.#input.length < LENGTH_BYTES ? undefined : this.#input.take(LENGTH_BYTES);
    if (header === undefined) return this.#stop('stream-truncated', 'in the length of a frame');
    const length = new DataView(header.buffer).getUint32(0);
    if (length > frameBytesMax) {
      return this.#stop('stream-frame-too-large', `${length} bytes, more than ${frameBytesMax}`);
    }
    await this.#fill(length, Math.max(1, deadlineMs - Date.now()), 'stream-timeout');
    if (this.#input.length < length) return this.#stop('stream-truncated', 'within a frame');
    const frame = this.#input.take(length);
    if (this.#input.length <= READ_AHEAD_BYTES) this.#resume();
    return frame;
  }

  /** Waits until `count` bytes are there or the peer has ended. */
  async #fill(count: number, timeoutMs: number, late: HostErrorCode): Promise<void> {
    if (this.#input.length >= count || this.#isEnded) return;
    if (this.#failure !== undefined) throw this.#failure;
    const filled = new Promise<void>((resolve) => {
      const timer = this.#after(timeoutMs, () => {
        this.abort(this.#error(late, `the peer sent nothing for ${Math.ceil(timeoutMs)} ms`));
      });
      const wake = () => {
        this.#clear(timer);
        this.#reader = undefined;
        resolve();
      };
      this.#reader = { wantedBytes: count, wake };
    });
    this.#resume();
    await filled;
    if (this.#failure !== undefined && this.#input.length < count) throw this.#failure;
  }

  /** Does not reject: who wrote is told. */
  async #sendAll(): Promise<void> {
    // what is written in the same turn joins
    await Promise.resolve();
    while (this.#unsent.length > 0) {
      const some = this.#nextUnsent();
      try {
        await this.#inTime((signal) => this.#sendFrames(some, signal));
        for (const { resolve } of some) resolve();
      } catch (error) {
        for (const { reject } of some) reject(error);
      }
    }
    this.#sending = undefined;
  }

  /** A piece's worth of what waits, one frame at least. */
  #nextUnsent(): readonly Unsent[] {
    let bytes = 0;
    let count = 0;
    for (const { frame } of this.#unsent) {
      bytes += LENGTH_BYTES + frame.length;
      if (count > 0 && bytes > WRITE_PIECE_BYTES) break;
      count += 1;
    }
    return this.#unsent.splice(0, count);
  }

  async #sendFrames(some: readonly Unsent[], signal: AbortSignal): Promise<void> {
    const sizes = some.map(({ frame }) => LENGTH_BYTES + frame.length);
    const bytes = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
    const view = new DataView(bytes.buffer);
    let at = 0;
    for (const { frame } of some) {
      view.setUint32(at, frame.length);
      bytes.set(frame, at + LENGTH_BYTES);
      at += LENGTH_BYTES + frame.length;
    }
    for (let from = 0; from < bytes.length; from += WRITE_PIECE_BYTES) {
      await this.#sendPiece(bytes.subarray(from, from + WRITE_PIECE_BYTES), signal);
    }
  }

  async #sendPiece(piece: Uint8Array, signal: AbortSignal): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#raw.send(piece);
    while (this.#raw.writeBufferLength > WRITE_PIECE_BYTES) await this.#drained(signal);
  }

  /**
   * Waits until some of what is buffered has left. `onDrain` of libp2p does not do: its promise is
   * made once, so after the first time it waits for nothing (`@libp2p/utils` 7.4.1).
   */
  #drained(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (act: () => void) => () => {
        for (const name of ['drain', 'close'] as const)
          this.#raw.removeEventListener(name, onEvent);
        signal.removeEventListener('abort', onAbort);
        act();
      };
      const onAbort = end(() => reject(new Error('too slow')));
      // The stream sends on in a microtask after the event; look again after that.
      const onEvent = end(() => setImmediate(() => (this.#failure ? onAbort() : resolve())));
      signal.addEventListener('abort', onAbort);
      for (const name of ['drain', 'close'] as const) this.#raw.addEventListener(name, onEvent);
    });
  }

  /** Runs `work` under the deadline of a frame; a failure aborts the stream. */
  async #inTime(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const deadline = new AbortController();
    const timer = this.#after(this.#limits.frameTimeoutMs, () => deadline.abort());
    try {
      await work(deadline.signal);
    } catch (cause) {
      const isLate = deadline.signal.aborted;
      const error =
        this.#failure ??
        this.#error(isLate ? 'stream-timeout' : 'stream-aborted', 'while sending', cause);
      this.abort(error);
      throw error;
    } finally {
      this.#clear(timer);
    }
  }

  #onData(bytes: Uint8Array): void {
    if (this.#isDiscarding) return;
    this.#input.push(bytes);
    const reader = this.#reader;
    if (this.#input.length > this.#readAhead()) this.#pause();
    if (reader !== undefined && this.#input.length >= reader.wantedBytes) reader.wake();
  }

  /** Nothing more will be read. Without the word of the peer, the close that follows is a fault. */
  #onEnd(): void {
    if (!this.#isFinished) return;
    this.#isEnded = true;
    this.#reader?.wake();
  }

  #onClose(error: Error | undefined): void {
    if (error !== undefined || !this.#isFinished) {
      this.#fail(this.#error('stream-aborted', error?.message ?? 'the connection closed', error));
    }
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#reader?.wake();
  }

  #stop(code: HostErrorCode, message: string): never {
    const error = this.#error(code, message);
    this.abort(error);
    throw error;
  }

  #fail(error: HostError): void {
    this.#failure ??= error;
    this.#reader?.wake();
  }

  /**
   * Not while the stream resumes: what it has buffered comes at once, and then it would open its
   * window for good, believing itself resumed (`@libp2p/utils` 7.4.1, `resume`).
   */
  #pause(): void {
    if (!this.#isResuming && this.#raw.readStatus === 'readable') this.#raw.pause();
  }

  #resume(): void {
    if (this.#raw.readStatus !== 'paused') return;
    this.#isResuming = true;
    this.#raw.resume();
    this.#isResuming = false;
    if (this.#input.length > this.#readAhead()) this.#pause();
  }

  #readAhead(): number {
    return Math.max(this.#reader?.wantedBytes ?? 0, READ_AHEAD_BYTES);
  }

  #after(delayMs: number, act: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, delayMs);
    if (this.#raw.status === 'open' || this.#raw.status === 'closing') this.#timers.add(timer);
    else clearTimeout(timer);
    return timer;
  }

  #clear(timer: NodeJS.Timeout): void {
    clearTimeout(timer);
    this.#timers.delete(timer);
  }

  #error(code: HostErrorCode, message: string, cause?: unknown): HostError {
    return new HostError({ code, where: this.#where, message }, { cause });
  }
}
