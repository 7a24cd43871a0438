/**
 * Reads the limits back from the live objects. An option that a new version of libp2p renames is
 * ignored without a word, and a host that believes in it is open; this host does not start.
 */
import { HostError } from './error.ts';
import { GOSSIP_LIMITS, HOST_LIMITS } from './limits.ts';
import type { Report } from './reporter.ts';
import { SCORE_THRESHOLDS, TOPIC_SCORE_CAP } from './scoring.ts';

/** Path below an object, and what must be found there. */
type Expected = readonly (readonly [path: string, value: unknown])[];

const NODE: Expected = [
  ['components.connectionManager.maxConnections', HOST_LIMITS.connectionsMax],
  ['components.connectionManager.maxIncomingPendingConnections', HOST_LIMITS.pendingInboundMax],
  ['components.connectionManager.dialQueue.maxDialQueueLength', HOST_LIMITS.dialQueueMax],
  ['components.connectionManager.dialQueue.maxPeerAddrsToDial', HOST_LIMITS.addressesPerPeerMax],
  ['components.connectionManager.dialQueue.dialTimeout', HOST_LIMITS.dialTimeoutMs],
  ['components.upgrader.inboundUpgradeTimeout', HOST_LIMITS.upgradeTimeoutMs],
  ['components.upgrader.inboundStreamProtocolNegotiationTimeout', HOST_LIMITS.negotiationTimeoutMs],
  ['services.identify.maxMessageSize', HOST_LIMITS.identifyBytesMax],
  ['services.dht.maxInboundStreams', HOST_LIMITS.dhtStreamsMax],
  ['services.dht.maxOutboundStreams', HOST_LIMITS.dhtStreamsMax],
  ['services.dht.clientMode', false],
];

const GOSSIP: Expected = [
  ['globalSignaturePolicy', 'StrictNoSign'],
  ['opts.asyncValidation', true],
  ['opts.awaitRpcHandler', true],
  ['opts.fallbackToFloodsub', false],
  ['opts.floodPublish', true],
  ['opts.doPX', false],
  ['opts.emitSelf', false],
  ['opts.mcacheLength', GOSSIP_LIMITS.cacheHeartbeats],
  ['opts.seenTTL', GOSSIP_LIMITS.seenMs],
  ['opts.maxInboundDataLength', GOSSIP_LIMITS.rpcBytesMax],
  ['opts.maxOutboundBufferSize', GOSSIP_LIMITS.outboundBufferBytesMax],
  ['opts.idontwantMinDataSize', GOSSIP_LIMITS.idontwantMinBytes],
  ['maxInboundStreams', GOSSIP_LIMITS.inboundStreamsMax],
  ['maxOutboundStreams', GOSSIP_LIMITS.outboundStreamsMax],
  ['maxTopicBytesPerPeer', GOSSIP_LIMITS.topicBytesPerPeerMax],
  ['allowedTopics.size', 2],
  ['decodeRpcLimits.maxSubscriptions', GOSSIP_LIMITS.subscriptionsPerRpcMax],
  ['decodeRpcLimits.maxMessages', GOSSIP_LIMITS.messagesPerRpcMax],
  ['decodeRpcLimits.maxIhaveMessageIDs', GOSSIP_LIMITS.ihaveIdsMax],
  ['decodeRpcLimits.maxIwantMessageIDs', GOSSIP_LIMITS.iwantIdsMax],
  ['decodeRpcLimits.maxControlMessages', GOSSIP_LIMITS.controlPerRpcMax],
  ['score.params.topicScoreCap', TOPIC_SCORE_CAP],
  ['score.params.appSpecificWeight', 1],
  ['opts.scoreThresholds.graylistThreshold', SCORE_THRESHOLDS.graylistThreshold],
];

const CONNECTION: Expected = [
  ['muxer.maxInboundStreams', HOST_LIMITS.streamsPerConnectionMax],
  ['muxer.maxOutboundStreams', HOST_LIMITS.streamsPerConnectionMax],
  ['muxer.maxEarlyStreams', HOST_LIMITS.earlyStreamsMax],
  ['muxer.streamOptions.maxStreamWindowSize', HOST_LIMITS.streamWindowBytes],
];

const STREAM: Expected = [
  ['maxReadBufferLength', HOST_LIMITS.readBufferBytesMax],
  ['maxWriteBufferLength', HOST_LIMITS.writeBufferBytesMax],
  ['maxStreamWindowSize', HOST_LIMITS.streamWindowBytes],
];

/** Checks a node and its gossip router. @throws HostError settings-not-in-force */
export function assertLimits(node: { readonly services: { readonly gossip: unknown } }): void {
  assertExpected(node, NODE, 'libp2p');
  assertExpected(node.services.gossip, GOSSIP, 'gossipsub');
}

/** Checks a connection and the streams it has. @throws HostError settings-not-in-force */
export function assertConnectionLimits(connection: { readonly streams: readonly unknown[] }): void {
  assertExpected(connection, CONNECTION, 'yamux');
  for (const stream of connection.streams) assertExpected(stream, STREAM, 'yamux stream');
}

/**
 * Returns what tells whether a connection has its limits: one without is not used. The first that
 * has them stands for all; one that has not is reported.
 */
export function limitCheck(
  report: Report,
): (connection: Parameters<typeof assertConnectionLimits>[0]) => boolean {
  let isChecked = false;
  return (connection) => {
    if (isChecked) return true;
    try {
      assertConnectionLimits(connection);
    } catch (error) {
      if (error instanceof HostError) report(error.detail);
      return false;
    }
    isChecked = true;
    return true;
  };
}

function assertExpected(root: unknown, expected: Expected, where: string): void {
  const wrong = expected.flatMap(([path, value]) => {
    const found = read(root, path);
    return Object.is(found, value) ? [] : [`${path} is ${String(found)}, not ${String(value)}`];
  });
  if (wrong.length === 0) return;
  throw new HostError({
    code: 'settings-not-in-force',
    where,
    message: `limits are not in force: ${wrong.join('; ')}`,
    remedy: 'install the exact versions of package-lock.json',
  });
}

function read(root: unknown, path: string): unknown {
  let value = root;
  for (const key of path.split('.')) {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return value;
    value = Reflect.get(value, key, value);
  }
  return value;
}
