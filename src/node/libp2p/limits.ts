/**
 * Every limit of the network, in one place: what a peer can make grow, and how long it may take.
 * The README gives the reason of each. `settings.ts` reads those that libp2p holds back from the
 * live objects, because an upgrade that renames an option would otherwise drop it silently.
 */
import type { ProtocolName, StreamLimits } from './types.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Connections, streams, buffers, dialling. */
export const HOST_LIMITS = Object.freeze({
  connectionsMax: 64,
  pendingInboundMax: 10,
  /** Inbound connections per second from one address; on loopback all come from one. */
  inboundPerSecondMax: 5,
  inboundPerSecondOnLoopbackMax: 200,
  parallelDialsMax: 4,
  dialQueueMax: 64,
  addressesPerPeerMax: 4,
  dialTimeoutMs: 5_000,
  upgradeTimeoutMs: 5_000,
  negotiationTimeoutMs: 5_000,
  closeTimeoutMs: 1_000,
  /** Streams of one connection in each direction; the protocols together need 30. */
  streamsPerConnectionMax: 32,
  /** Yamux grows no window beyond this, so it is the memory of an unread stream. */
  streamWindowBytes: 256 * KIB,
  readBufferBytesMax: 512 * KIB,
  writeBufferBytesMax: 1 * MIB,
  yamuxMessageBytesMax: 64 * KIB,
  earlyStreamsMax: 10,
  tcpBacklog: 64,
  tcpIdleTimeoutMs: 120_000,
  identifyBytesMax: 8 * KIB,
  /** Peers and addresses that libp2p remembers, the oldest forgotten first. */
  peerStoreEntriesMax: 4_096,
  dhtEntriesMax: 256,
  dhtStreamsMax: 4,
  helloBytesMax: 2 * KIB,
  helloTimeoutMs: 5_000,
  /** Addresses that wait to be dialled. */
  candidatesMax: 512,
  /** Inbound connections; the rest is for those that we choose ourselves. */
  inboundMax: 48,
  /** Younger than this, a second connection of a pair is one of two dialled at once. */
  duplicateMs: 10_000,
  /** For whether a peer still answers whose key comes a second time; below `helloTimeoutMs`. */
  anybodyTimeoutMs: 2_500,
  dialIntervalMs: 500,
  dialBackoffFirstMs: 1_000,
  dialBackoffMaxMs: 300_000,
  /** Without any peer the bootstrap addresses are tried at least this often. */
  aloneBackoffMaxMs: 5_000,
  refusedMs: 600_000,
  bansMax: 4_096,
  banMs: 600_000,
  reportsRememberedMax: 512,
  reportIntervalMs: 10_000,
  stopTimeoutMs: 4_000,
  lingerMs: 2_000,
  directQueueMessagesMax: 256,
  directQueueBytesMax: 4 * MIB,
  /** Peers of which rates and streams are kept: an event may come after its peer is gone. */
  ratedPeersMax: 256,
  directPerSecond: 100,
  directBurst: 400,
});

/** Gossip: sizes, rates, the validation queue, publishing. */
export const GOSSIP_LIMITS = Object.freeze({
  /** `LIMITS.messageBytes` of `src/wire`. */
  messageBytesMax: 64 * KIB,
  /** One RPC: a message and control, or 128 KiB of wanted ones; 5,000 ids of 20 bytes fit. */
  rpcBytesMax: 256 * KIB,
  wantedBytesPerRpc: 128 * KIB,
  /** How long a message waits for others to the same neighbour. */
  coalesceMs: 8,
  wantedMessagesPerRpc: 128,
  /** Ids in an IHAVE that we send; what we accept follows from it. */
  ihaveIdsMax: 512,
  subscriptionsPerRpcMax: 64,
  messagesPerRpcMax: 256,
  iwantIdsMax: 1_024,
  idontwantIdsMax: 512,
  controlPerRpcMax: 64,
  topicBytesPerPeerMax: 16 * KIB,
  outboundBufferBytesMax: 4 * MIB,
  inboundStreamsMax: 2,
  outboundStreamsMax: 2,
  /** Larger than any message: IDONTWANT costs more than it saves below 16 KiB. */
  idontwantMinBytes: 1 * MIB,
  degree: 6,
  degreeLow: 4,
  degreeHigh: 12,
  degreeScore: 4,
  degreeOut: 2,
  degreeLazy: 6,
  heartbeatMs: 1_000,
  /** Heartbeats that a message stays: judged later, it is not forwarded. */
  cacheHeartbeats: 5,
  cacheGossipHeartbeats: 3,
  seenMs: 120_000,
  pruneBackoffMs: 60_000,
  pruneBackoffSecondsMax: 3_600,
  bytesPerSecond: 2 * MIB,
  bytesBurst: 8 * MIB,
  rpcsPerSecond: 500,
  rpcsBurst: 2_000,
  foreignTopicsPerRpcMax: 8,
  /** RPCs with IHAVE or IWANT per second; an honest peer sends two per heartbeat. */
  controlRpcsPerSecondMax: 40,
  queuePerPeerMax: 256,
  queueBytesPerPeerMax: 4 * MIB,
  queueMax: 2_048,
  queueBytesMax: 32 * MIB,
  /** Messages at the handler that are not judged. */
  unjudgedMax: 64,
  publishQueueMax: 1_024,
  publishQueueBytesMax: 16 * MIB,
  publishAgeMaxMs: 30_000,
  publishRetryMs: 100,
});

const MINUTE_MS = 60_000;

/** Framed protocols; a handler may ask for other values. */
export const STREAM_LIMITS: Readonly<Record<ProtocolName, StreamLimits>> = Object.freeze({
  direct: limits({ frame: 64 * KIB, perPeer: 2, all: 128, idleMs: 600_000, lifeMs: 86_400_000 }),
  rpc: limits({ frame: 256 * KIB, perPeer: 4, all: 64, idleMs: 10_000, lifeMs: MINUTE_MS }),
  infer: limits({ frame: MIB, perPeer: 8, all: 128, idleMs: MINUTE_MS, lifeMs: 10 * MINUTE_MS }),
  blobs: limits({ frame: 260 * KIB, perPeer: 4, all: 32, idleMs: 20_000, lifeMs: 60 * MINUTE_MS }),
});

/**
 * How fast one identity is served: requests a second in the long run, and at once. Costs of RPCs
 * are in `src/node/rpc`. Who asks faster waits, and with 4 streams never long; a requester is
 * refused. A validator that is drawn for many claims fetches an output for each. Identities are
 * remembered as long as there is room: a connection costs more than a name.
 */
export const RATE_LIMITS = Object.freeze({
  rpc: Object.freeze({ perSecond: 100, burst: 3_000, peersMax: 1_024 }),
  blobs: Object.freeze({ perSecond: 200, burst: 2_000, peersMax: 1_024 }),
  infer: Object.freeze({ perSecond: 200, burst: 2_000, peersMax: 4_096 }),
});

type Numbers = { frame: number; perPeer: number; all: number; idleMs: number; lifeMs: number };

function limits({ frame, perPeer, all, idleMs, lifeMs }: Numbers): StreamLimits {
  return {
    frameBytesMax: frame,
    streamsPerPeerMax: perPeer,
    streamsMax: all,
    idleTimeoutMs: idleMs,
    frameTimeoutMs: 10_000,
    streamTimeoutMs: lifeMs,
  };
}
