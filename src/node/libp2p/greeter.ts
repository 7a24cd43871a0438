/**
 * Says hello on each new connection and decides whether it stays. The one who dialled speaks
 * first; the other answers even to a stranger, so that both can tell their operators in what they
 * differ. Whoever says nothing in time is disconnected.
 */
import type { Libp2p } from 'libp2p';
import type { NodeId } from '../../base/index.ts';
import type { Admission, Connection } from './admission.ts';
import type { Fault } from './conduct.ts';
import { RawFrameStream, type RawStream } from './frame-stream.ts';
import { decodeHello, differences, encodeHello, HELLO_PROTOCOL } from './hello.ts';
import { nodeIdOf } from './identity.ts';
import { HOST_LIMITS } from './limits.ts';
import type { Hello, Mismatch, StreamLimits } from './types.ts';

const LIMITS: StreamLimits = {
  frameBytesMax: HOST_LIMITS.helloBytesMax,
  streamsPerPeerMax: 1,
  streamsMax: HOST_LIMITS.connectionsMax,
  idleTimeoutMs: HOST_LIMITS.helloTimeoutMs,
  frameTimeoutMs: HOST_LIMITS.helloTimeoutMs,
  streamTimeoutMs: HOST_LIMITS.helloTimeoutMs,
};

/**
 * What becomes of a connection of a peer that belongs here: it may be one too many of the same
 * process, or of another process with the same key.
 */
export type Welcome = 'stays' | 'surplus' | 'elsewhere';

/** What the host does about the outcome. */
export type GreeterHooks = {
  readonly onWelcome: (connection: Connection, peer: NodeId, hello: Hello) => Promise<Welcome>;
  /** The peer refuses us: another process with our key is connected to it. */
  readonly onElsewhere: (peer: NodeId) => void;
  readonly onMismatch: (mismatch: Mismatch) => void;
  readonly onFault: (peer: NodeId, fault: Fault) => void;
};

/** Greets each connection once. */
export class Greeter {
  readonly #ours: Hello;
  readonly #admission: Admission;
  readonly #hooks: GreeterHooks;
  readonly #timers = new Set<NodeJS.Timeout>();
  #isStopped = false;

  constructor(ours: Hello, admission: Admission, hooks: GreeterHooks) {
    this.#ours = ours;
    this.#admission = admission;
    this.#hooks = hooks;
  }

  /** Greets from now on. Before the node starts. */
  async start(node: Libp2p): Promise<void> {
    node.addEventListener('connection:open', ({ detail }) => this.#onOpen(detail));
    await node.handle(HELLO_PROTOCOL, (raw, connection) => this.#answer(raw, connection), {
      maxInboundStreams: 1,
      maxOutboundStreams: 1,
    });
  }

  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #onOpen(connection: Connection): void {
    const peer = nodeIdOf(connection.remotePeer);
    if (peer === undefined || this.#isStopped) return this.#refuse(connection);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#hooks.onFault(peer, 'hello-missing');
      this.#refuse(connection);
    }, HOST_LIMITS.helloTimeoutMs);
    this.#timers.add(timer);
    // The verdict always comes: a connection that closes is refused by that.
    void this.#admission.settled(connection).then(() => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    });
    if (connection.direction === 'outbound') void this.#ask(connection, peer);
  }

  async #ask(connection: Connection, peer: NodeId): Promise<void> {
    try {
      const raw = await connection.newStream(HELLO_PROTOCOL, {
        signal: AbortSignal.timeout(HOST_LIMITS.helloTimeoutMs),
      });
      const stream = new RawFrameStream(raw, LIMITS, HELLO_PROTOCOL);
      await stream.write(encodeHello(this.#ours));
      const theirs = this.#judge(connection, peer, await stream.read());
      await stream.close();
      if (theirs?.isElsewhere === true) this.#hooks.onElsewhere(peer);
      const isWelcome = theirs !== undefined && theirs.isElsewhere !== true;
      if (!isWelcome) return this.#refuse(connection);
      const welcome = await this.#welcome(connection, peer, theirs);
      if (welcome !== 'stays') this.#refuse(connection);
    } catch {
      this.#refuse(connection);
    }
  }

  async #answer(raw: RawStream, connection: Connection): Promise<void> {
    const peer = nodeIdOf(connection.remotePeer);
    if (peer === undefined || connection.direction === 'outbound') {
      return raw.abort(new Error('the one who dials says hello first'));
    }
    const stream = new RawFrameStream(raw, LIMITS, HELLO_PROTOCOL);
    try {
      const theirs = this.#judge(connection, peer, await stream.read());
      // Admitted before the answer leaves: the peer may use it at once.
      const welcome = theirs && (await this.#welcome(connection, peer, theirs));
      const isElsewhere = welcome === 'elsewhere';
      await stream.write(encodeHello({ ...this.#ours, ...(isElsewhere ? { isElsewhere } : {}) }));
      await stream.close();
      if (theirs === undefined || isElsewhere) this.#refuse(connection);
    } catch {
      if (stream.failure?.code === 'stream-frame-too-large') {
        this.#hooks.onFault(peer, 'hello-malformed');
      }
      this.#refuse(connection);
    }
  }

  /** Returns the hello of a peer that belongs here, `undefined` of one that does not. */
  #judge(connection: Connection, peer: NodeId, frame: Uint8Array | undefined): Hello | undefined {
    // Ended before a word: the connection was one too many of a pair, or the peer stopped.
    if (frame === undefined) return undefined;
    const theirs = decodeHello(frame);
    if (theirs === undefined) {
      this.#hooks.onFault(peer, 'hello-malformed');
      return undefined;
    }
    const found = differences(this.#ours, theirs);
    if (found.length === 0) return theirs;
    const { softwareVersion } = theirs;
    const address = connection.remoteAddr.toString();
    this.#hooks.onMismatch({ peer, address, softwareVersion, differences: found });
    return undefined;
  }

  async #welcome(connection: Connection, peer: NodeId, theirs: Hello): Promise<Welcome> {
    const welcome = await this.#hooks.onWelcome(connection, peer, theirs);
    if (welcome === 'stays') this.#admission.settle(connection, true);
    if (welcome === 'surplus') this.#refuse(connection);
    return welcome;
  }

  #refuse(connection: Connection): void {
    this.#admission.settle(connection, false);
    connection.close().catch((error) => connection.abort(error));
  }
}
