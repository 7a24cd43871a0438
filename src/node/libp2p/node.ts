/**
 * The libp2p node of a host: which parts, with which settings. Everything that a default would
 * leave open is given a value here, from `limits.ts`.
 */
import '../../polyfill.ts';
import { identify } from '@libp2p/identify';
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht';
import { noise } from '@libp2p/noise';
import { ping } from '@libp2p/ping';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { createLibp2p, type Libp2pOptions } from 'libp2p';
import { type Admission, gatedRegistrar, type Registrar } from './admission.ts';
import { boundedStore } from './bounded-store.ts';
import { gossipService } from './gossip.ts';
import { type PeerId, privateKeyOf } from './identity.ts';
import { HOST_LIMITS } from './limits.ts';
import type { HostOptions } from './types.ts';

/** The node with its services. */
export type Node = Awaited<ReturnType<typeof createNode>>;

type Transports = NonNullable<Libp2pOptions['transports']>;

/** Returns a node that has not started. */
export async function createNode(options: {
  readonly host: HostOptions;
  readonly prefix: string;
  readonly admission: Admission;
  readonly gossip: Parameters<typeof gossipService>[0];
  /** Tells whether a connection may go on once the key of the peer is known. */
  readonly isAllowed: (peer: PeerId, direction: 'inbound' | 'outbound') => boolean;
}) {
  const { host, prefix, admission, gossip, isAllowed } = options;
  return await createLibp2p({
    privateKey: await privateKeyOf(host.seed),
    start: false,
    addresses: { listen: [...host.listen], announce: [...(host.announce ?? [])] },
    datastore: boundedStore(HOST_LIMITS.peerStoreEntriesMax),
    transports: transportsOf(host),
    connectionEncrypters: [noise()],
    streamMuxers: [yamux(YAMUX)],
    connectionManager: connectionManager(gossip.isLoopback),
    connectionGater: {
      denyDialPeer: (peer) => !isAllowed(peer, 'outbound'),
      denyDialMultiaddr: () => false,
      denyInboundEncryptedConnection: (peer) => !isAllowed(peer, 'inbound'),
      denyOutboundEncryptedConnection: (peer) => !isAllowed(peer, 'outbound'),
    },
    services: {
      identify: identify({
        ...{ maxInboundStreams: 1, maxOutboundStreams: 1, maxObservedAddresses: 4 },
        maxMessageSize: HOST_LIMITS.identifyBytesMax,
        timeout: HOST_LIMITS.negotiationTimeoutMs,
      }),
      ping: ping({ maxInboundStreams: 2, maxOutboundStreams: 2 }),
      dht: (components: Parameters<ReturnType<typeof kadDHT>>[0]) =>
        kadDHT({
          protocol: `${prefix}/kad/1.0.0`,
          clientMode: false,
          peerInfoMapper: passthroughMapper,
          maxInboundStreams: HOST_LIMITS.dhtStreamsMax,
          maxOutboundStreams: HOST_LIMITS.dhtStreamsMax,
          allowQueryWithZeroPeers: true,
          initialQuerySelfInterval: 1_000,
          querySelfInterval: 30_000,
        })(gated(components, admission, boundedStore(HOST_LIMITS.dhtEntriesMax))),
      gossip: (components: Parameters<ReturnType<typeof gossipService>>[0]) =>
        gossipService(gossip)(gated(components, admission)),
    },
  });
}

const YAMUX: NonNullable<Parameters<typeof yamux>[0]> = {
  enableKeepAlive: true,
  keepAliveInterval: 30_000,
  maxInboundStreams: HOST_LIMITS.streamsPerConnectionMax,
  maxOutboundStreams: HOST_LIMITS.streamsPerConnectionMax,
  maxMessageSize: HOST_LIMITS.yamuxMessageBytesMax,
  maxEarlyStreams: HOST_LIMITS.earlyStreamsMax,
  streamOptions: {
    initialStreamWindowSize: HOST_LIMITS.streamWindowBytes,
    maxStreamWindowSize: HOST_LIMITS.streamWindowBytes,
    maxReadBufferLength: HOST_LIMITS.readBufferBytesMax,
    maxWriteBufferLength: HOST_LIMITS.writeBufferBytesMax,
  },
};

function connectionManager(isLoopback: boolean): NonNullable<Libp2pOptions['connectionManager']> {
  const limits = HOST_LIMITS;
  return {
    maxConnections: limits.connectionsMax,
    maxIncomingPendingConnections: limits.pendingInboundMax,
    inboundConnectionThreshold: isLoopback
      ? limits.inboundPerSecondOnLoopbackMax
      : limits.inboundPerSecondMax,
    maxParallelDials: limits.parallelDialsMax,
    maxDialQueueLength: limits.dialQueueMax,
    maxPeerAddrsToDial: limits.addressesPerPeerMax,
    dialTimeout: limits.dialTimeoutMs,
    addressDialTimeout: limits.dialTimeoutMs,
    inboundUpgradeTimeout: limits.upgradeTimeoutMs,
    inboundStreamProtocolNegotiationTimeout: limits.negotiationTimeoutMs,
    outboundStreamProtocolNegotiationTimeout: limits.negotiationTimeoutMs,
    connectionCloseTimeout: limits.closeTimeoutMs,
    reconnectRetries: 0,
  };
}

/** The transports of a test, or TCP. They are factories of libp2p; nothing else is passed. */
function transportsOf({ transports, dialFrom }: HostOptions): Transports {
  if (transports !== undefined) return [...transports] as Transports;
  // handed on to `net.connect`, though the type does not list it
  const dialOpts = dialFrom === undefined ? {} : { noDelay: true, localAddress: dialFrom };
  return [
    tcp({
      dialOpts,
      maxConnections: HOST_LIMITS.connectionsMax + HOST_LIMITS.pendingInboundMax,
      backlog: HOST_LIMITS.tcpBacklog,
      inboundSocketInactivityTimeout: HOST_LIMITS.tcpIdleTimeoutMs,
      outboundSocketInactivityTimeout: HOST_LIMITS.tcpIdleTimeoutMs,
    }),
  ];
}

/** Components whose registrar keeps strangers from a service, and maybe with another store. */
function gated<C extends { registrar: Registrar }>(
  components: C,
  admission: Admission,
  datastore?: ReturnType<typeof boundedStore>,
): C {
  return new Proxy(components, {
    get(target, key) {
      if (key === 'registrar') return gatedRegistrar(target.registrar, admission);
      if (key === 'datastore' && datastore !== undefined) return datastore;
      return Reflect.get(target, key, target);
    },
  });
}
