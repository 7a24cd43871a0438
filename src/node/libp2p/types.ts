/**
 * What the rest of the node sees of the network: peers by `NodeId`, gossip with a verdict for each
 * message, framed streams with limits. No name of libp2p appears here, so that a node can be driven
 * by another transport and tests need none.
 */
import type { ErrorDetail, NodeId } from '../../base/index.ts';

/** What a message turned out to be: to forward, to drop silently, or to punish. */
export type Judgement = 'accept' | 'ignore' | 'reject';

/** The two gossip topics: beacon rounds, and everything else of the protocol. */
export type Topic = 'beacon' | 'claims';

/** Protocols of framed streams. Each has its own limits, see `STREAM_LIMITS`. */
export type ProtocolName = 'direct' | 'rpc' | 'infer' | 'blobs';

/** What a node is, as it says itself; nothing is decided by it. */
export type Role = 'validator' | 'provider' | 'requester' | 'observer';

/** What two nodes tell each other first. All hashes are 64 lower-case hexadecimal digits. */
export type Hello = {
  readonly networkId: string;
  readonly protocolVersion: number;
  /** Printable ASCII, up to 64 characters. */
  readonly softwareVersion: string;
  readonly role: Role;
  readonly setHash: string;
  readonly parametersHash: string;
  readonly modelsHash: string;
  /** Random name of the process, 32 hexadecimal digits: tells two with one key apart. */
  readonly instance?: string;
  /** The answer to one whose key another process uses, which is connected to who answers. */
  readonly isElsewhere?: boolean;
};

/** In what a peer differs: one value here, one there, and what to do. */
export type Difference = {
  readonly what: 'network' | 'protocol-version' | 'models' | 'parameters' | 'validator-set';
  readonly ours: string;
  readonly theirs: string;
  readonly remedy: string;
};

/** A peer of another network, or of another version of this one. */
export type Mismatch = {
  readonly peer: NodeId;
  readonly address: string;
  readonly softwareVersion: string;
  readonly differences: readonly Difference[];
};

/** A connected peer that said hello and belongs to this network. */
export type PeerInfo = {
  readonly id: NodeId;
  readonly addresses: readonly string[];
  readonly direction: 'inbound' | 'outbound';
  /** Unix time. */
  readonly connectedSinceMs: number;
  /** Gossip score; below `SCORE_THRESHOLDS.graylistThreshold` the peer is banned. */
  readonly score: number;
  readonly inMesh: Readonly<Record<Topic, boolean>>;
  readonly role: Role;
  readonly softwareVersion: string;
};

/** A gossip message seen for the first time, with the one who must judge it. */
export type GossipMessage = {
  readonly from: NodeId;
  readonly topic: Topic;
  readonly bytes: Uint8Array;
  /** Called once; a second call changes nothing. Not called in time counts as `ignore`. */
  judge(judgement: Judgement): void;
};

/** One frame after another in each direction. Reading and writing have deadlines and limits. */
export interface FrameStream {
  /**
   * Returns the next frame, `undefined` at the end of what the peer sends.
   * @throws HostError stream-frame-too-large, stream-truncated, stream-timeout, stream-aborted
   */
  read(): Promise<Uint8Array | undefined>;
  /**
   * Resolves when the frame has left for the peer's window, which is what bounds memory.
   * @throws HostError stream-frame-too-large, stream-timeout, stream-aborted
   */
  write(frame: Uint8Array): Promise<void>;
  /** Ends what we send; the peer reads `undefined`. Reading goes on. */
  closeWrite(): Promise<void>;
  /** Ends what we send, throws away what is unread, and frees the stream. */
  close(): Promise<void>;
  /** Ends both directions at once; the peer sees a reset. */
  abort(error: Error): void;
}

/** Limits of one framed protocol. All positive integers. */
export type StreamLimits = {
  /** Bytes of one frame, without its length. */
  readonly frameBytesMax: number;
  /** Streams that one peer may have open to us at a time. */
  readonly streamsPerPeerMax: number;
  /** Streams that all peers may have open to us at a time. */
  readonly streamsMax: number;
  /** Waiting for a frame to begin. */
  readonly idleTimeoutMs: number;
  /** From the first byte of a frame to its last, in either direction. */
  readonly frameTimeoutMs: number;
  /** From opening to closing. */
  readonly streamTimeoutMs: number;
};

/** Limits that differ from those of `STREAM_LIMITS` for the protocol. */
export type HandlerOptions = Partial<StreamLimits>;

/** Answers one stream. A rejection aborts the stream and counts against the peer. */
export type StreamHandler = (stream: FrameStream, peer: NodeId) => Promise<void>;

/** Something that an operator may want to know. `code` is stable, see the README. */
export type HostReport = ErrorDetail & { readonly peer?: NodeId };

/** A peer came or went. */
export type PeerEvent = { readonly peer: NodeId; readonly change: 'connected' | 'disconnected' };

/** Counters of one topic since the start. */
export type GossipCounters = {
  /** Copies from and to neighbours, those of known messages too. */
  received: number;
  sent: number;
  /** What became of messages seen for the first time. */
  accept: number;
  ignore: number;
  reject: number;
  /** Left the validation queue unread because it was full. */
  dropped: number;
  /** Not judged in time. */
  expired: number;
  /** Messages of our own that somebody took, and those that nobody did in time. */
  published: number;
  unpublished: number;
};

/** Counters since the start, for metrics; none ever falls. */
export type HostCounters = {
  readonly gossip: Readonly<Record<Topic, GossipCounters>>;
  /** Bytes of RPCs that were read, and of the messages in those that were sent. */
  gossipBytesIn: number;
  gossipBytesOut: number;
  /** Attempts to publish that found nobody; tried again until the message is too old. */
  publishRetries: number;
  /** Messages handed to the gossip handler. */
  delivered: number;
  /** Messages that left the validation queue unjudged because it was full. */
  dropped: number;
  /** Messages judged too late to be forwarded, or never. */
  expired: number;
  published: number;
  /** Messages of our own that nobody was there for until they were too old. */
  unpublished: number;
  directSent: number;
  directDropped: number;
  directReceived: number;
  banned: number;
  mismatches: number;
};

/** The network as a node sees it. Methods that take a peer accept any id; unknown is an error. */
export interface Host {
  readonly id: NodeId;
  readonly counters: Readonly<HostCounters>;
  /** Addresses that others can dial, each with our peer id at its end. */
  addresses(): readonly string[];
  peers(): readonly PeerInfo[];
  meshSizes(): Readonly<Record<Topic, number>>;
  /** Gossip messages waiting for the handler. */
  queueLength(): number;
  /** Peers that this host remembers, connected or not. */
  knownCount(): Promise<number>;
  /** @throws HostError listen-failed, settings-not-in-force */
  start(): Promise<void>;
  /** Resolves within 5 s, when nothing is left open. */
  stop(): Promise<void>;
  /**
   * Sets the one handler of gossip, before `start`; without one the host joins no topic. It is
   * called for each message once, never for a duplicate.
   */
  onGossip(handler: (message: GossipMessage) => void): void;
  /**
   * Resolves when the message was sent to somebody, or was given up because nobody came in time
   * (counted and reported). Never rejects for lack of peers; publishing twice changes nothing.
   */
  publish(topic: Topic, bytes: Uint8Array): Promise<void>;
  /** Serves a framed protocol. One handler for each. */
  handle(protocol: ProtocolName, options: HandlerOptions, onStream: StreamHandler): void;
  /** @throws HostError peer-unreachable, peer-refused, stream-timeout */
  open(
    peer: NodeId,
    protocol: ProtocolName,
    options: { readonly signal: AbortSignal },
  ): Promise<FrameStream>;
  /** Queues a one-way message; dropped with a report if the peer does not take them fast enough. */
  send(peer: NodeId, bytes: Uint8Array): void;
  /** Sets the one handler of one-way messages. */
  onDirect(handler: (message: { readonly from: NodeId; readonly bytes: Uint8Array }) => void): void;
  onPeer(handler: (event: PeerEvent) => void): void;
  /** Told of peers that refuse this host: another process with its key is connected to them. */
  onElsewhere(handler: (peer: NodeId) => void): void;
  /** @throws HostError address-invalid, peer-unreachable, peer-refused */
  dial(address: string): Promise<NodeId>;
  /** Disconnects `peer` and refuses it for a while: `forMs`, 10 minutes by default. */
  ban(peer: NodeId, reason: string, forMs?: number): void;
  /** Ends a ban; tells whether there was one. What the peer did wrong is forgotten too. */
  unban(peer: NodeId): boolean;
  /** Who is refused, and until when, Unix time. */
  bans(): ReadonlyMap<NodeId, number>;
  /** Sets what the application thinks of a peer, −100..100; weighs in its gossip score. */
  setAppScore(peer: NodeId, score: number): void;
}

/** Times of the gossip router; tests make them short. */
export type Pace = {
  /** Heartbeat of the mesh, and how often peers are judged by their score. */
  readonly heartbeatMs: number;
  /** How long a pruned peer must wait before it may come back. */
  readonly pruneBackoffMs: number;
};

/** What a host is made from. */
export type HostOptions = {
  /** Ed25519 seed, 32 bytes: `identitySeed` of `src/crypto`. */
  readonly seed: Uint8Array;
  /** Multiaddrs, such as `/ip4/127.0.0.1/tcp/0`. Empty: reachable by nobody, dials only. */
  readonly listen: readonly string[];
  /** Addresses told to others instead of those listened on. */
  readonly announce?: readonly string[];
  /** IP address of this machine to dial from; the system chooses if absent. */
  readonly dialFrom?: string;
  /** Multiaddrs with peer ids; our own is left out. */
  readonly bootstrap: readonly string[];
  readonly hello: Hello;
  /** Period of the beacon: one message per round is due on the beacon topic. */
  readonly roundMs: number;
  /** Connections we try to have, 20 by default. */
  readonly targetPeers?: number;
  /** Transport factories of libp2p instead of TCP: tests run hosts in memory. */
  readonly transports?: readonly unknown[];
  readonly pace?: Partial<Pace>;
  readonly onReport?: (report: HostReport) => void;
  readonly onMismatch?: (mismatch: Mismatch) => void;
};
