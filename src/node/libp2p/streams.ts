/**
 * The framed protocols of a host: who may open how many streams to us, and what becomes of a
 * stream whose handler fails. What a peer did to its stream counts against it.
 */
import type { Libp2p } from 'libp2p';
import { assert, type NodeId } from '../../base/index.ts';
import type { Admission, Connection } from './admission.ts';
import type { Fault } from './conduct.ts';
import { HostError } from './error.ts';
import { RawFrameStream, type RawStream } from './frame-stream.ts';
import { nodeIdOf } from './identity.ts';
import { STREAM_LIMITS } from './limits.ts';
import type { HandlerOptions, ProtocolName, StreamHandler, StreamLimits } from './types.ts';

type Served = { readonly limits: StreamLimits; readonly onStream: StreamHandler };

/** Opens and serves framed streams with admitted peers. */
export class Streams {
  readonly #admission: Admission;
  readonly #prefix: string;
  readonly #onFault: (peer: NodeId, fault: Fault) => void;
  readonly #served = new Map<ProtocolName, Served>();
  readonly #open = new Map<ProtocolName, Map<NodeId, number>>();
  #node: Libp2p | undefined;

  constructor(options: {
    readonly admission: Admission;
    /** `/assay/<first 16 digits of the network id>` */
    readonly prefix: string;
    readonly onFault: (peer: NodeId, fault: Fault) => void;
  }) {
    this.#admission = options.admission;
    this.#prefix = options.prefix;
    this.#onFault = options.onFault;
  }

  /** Registers what was given to `handle` before and after. */
  async start(node: Libp2p): Promise<void> {
    this.#node = node;
    for (const protocol of this.#served.keys()) await this.#register(node, protocol);
  }

  /** Serves `protocol`; one handler for each. */
  handle(protocol: ProtocolName, options: HandlerOptions, onStream: StreamHandler): void {
    assert(!this.#served.has(protocol), 'a protocol has one handler');
    this.#served.set(protocol, { limits: { ...STREAM_LIMITS[protocol], ...options }, onStream });
    if (this.#node === undefined) return;
    // A node that has stopped meanwhile refuses; there is nobody left to serve.
    this.#register(this.#node, protocol).catch(() => {});
  }

  /** Opens a stream on an admitted connection. @throws HostError peer-unreachable */
  async open(
    connection: Connection,
    protocol: ProtocolName,
    signal: AbortSignal,
  ): Promise<RawFrameStream> {
    const limits = this.#served.get(protocol)?.limits ?? STREAM_LIMITS[protocol];
    const name = this.#name(protocol);
    try {
      const raw = await connection.newStream(name, {
        signal,
        maxOutboundStreams: limits.streamsMax,
      });
      return new RawFrameStream(raw, limits, name);
    } catch (cause) {
      const where = connection.remoteAddr.toString();
      const message = `no stream for ${protocol}: ${messageOf(cause)}`;
      throw new HostError({ code: 'peer-unreachable', where, message }, { cause });
    }
  }

  async #register(node: Libp2p, protocol: ProtocolName): Promise<void> {
    const served = this.#served.get(protocol);
    if (served === undefined) return;
    const { limits } = served;
    await node.handle(
      this.#name(protocol),
      (raw, connection) => this.#serve(protocol, served, { raw, connection }),
      // Twice ours, so that who opens too many is noticed and not only cut off.
      { maxInboundStreams: 2 * limits.streamsPerPeerMax, maxOutboundStreams: limits.streamsMax },
    );
  }

  async #serve(
    protocol: ProtocolName,
    { limits, onStream }: Served,
    { raw, connection }: { raw: RawStream; connection: Connection },
  ): Promise<void> {
    const peer = nodeIdOf(connection.remotePeer);
    const isAdmitted = await this.#admission.settled(connection);
    if (peer === undefined || !isAdmitted) return raw.abort(new Error('no hello'));
    if (!this.#enter(protocol, peer, limits)) {
      this.#onFault(peer, 'stream-refused');
      return raw.abort(new Error('too many streams'));
    }
    const stream = new RawFrameStream(raw, limits, this.#name(protocol));
    try {
      await onStream(stream, peer);
      await stream.close();
    } catch (error) {
      stream.abort(error instanceof Error ? error : new Error(String(error)));
      this.#onFault(peer, faultOf(stream));
    } finally {
      this.#leave(protocol, peer);
    }
  }

  #enter(protocol: ProtocolName, peer: NodeId, limits: StreamLimits): boolean {
    const counts = this.#open.get(protocol) ?? new Map<NodeId, number>();
    this.#open.set(protocol, counts);
    let all = 0;
    for (const count of counts.values()) all += count;
    const own = counts.get(peer) ?? 0;
    if (all >= limits.streamsMax || own >= limits.streamsPerPeerMax) return false;
    counts.set(peer, own + 1);
    return true;
  }

  #leave(protocol: ProtocolName, peer: NodeId): void {
    const counts = this.#open.get(protocol);
    const left = (counts?.get(peer) ?? 1) - 1;
    if (left > 0) counts?.set(peer, left);
    else counts?.delete(peer);
  }

  #name(protocol: ProtocolName): string {
    return `${this.#prefix}/${protocol}/1`;
  }
}

/** Tells what a failed stream says about its peer. */
function faultOf(stream: RawFrameStream): Fault {
  const code = stream.failure?.code;
  switch (code) {
    case 'stream-frame-too-large':
    case 'stream-truncated':
    case 'stream-timeout':
      return code;
    case 'stream-idle':
      return 'stream-timeout';
    default:
      return 'handler-failed';
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
