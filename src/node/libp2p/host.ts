/**
 * A host: one libp2p node with its rules. Puts the parts together and holds what concerns several:
 * who is admitted, who is banned, and the heartbeat that sees to both.
 */
import '../../polyfill.ts';
import { randomBytes } from 'node:crypto';
import { defined, type NodeId } from '../../base/index.ts';
import { isLocal, parseAddress } from './address.ts';
import { Admission, type Connection } from './admission.ts';
import { Conduct, type Fault } from './conduct.ts';
import { Connector } from './connector.ts';
import { zeroCounters } from './counters.ts';
import { Dialer, type Multiaddr } from './dialer.ts';
import { Direct } from './direct.ts';
import { HostError, listenFailed } from './error.ts';
import { Gossip, topicNames } from './gossip.ts';
import { Greeter, type Welcome } from './greeter.ts';
import { reportOf } from './hello.ts';
import { nodeIdOf, nodeIdOfText, type PeerId, peerIdOf } from './identity.ts';
import { GOSSIP_LIMITS, HOST_LIMITS } from './limits.ts';
import { createNode, type Node } from './node.ts';
import { PeerBook } from './peer-book.ts';
import { setRecent } from './recent.ts';
import { createReporter, type Report } from './reporter.ts';
import { adapt, asRouter, type Router } from './router.ts';
import { RpcWatch } from './rpc-watch.ts';
import { SCORE_THRESHOLDS } from './scoring.ts';
import { abortAll, elsewhereReport, judgeSecond } from './second-connection.ts';
import { assertLimits, limitCheck } from './settings.ts';
import { StreamWatch } from './stream-watch.ts';
import { Streams } from './streams.ts';
import type * as api from './types.ts';

const TARGET_PEERS = 20;
const APP_SCORE_MAX = 100;
const PREFIX_DIGITS = 16;
const INSTANCE_BYTES = 16;

/** Returns a host that has not started. */
export async function createHost(options: api.HostOptions): Promise<api.Host> {
  const pace: api.Pace = {
    heartbeatMs: GOSSIP_LIMITS.heartbeatMs,
    pruneBackoffMs: GOSSIP_LIMITS.pruneBackoffMs,
    ...options.pace,
  };
  const prefix = `/assay/${options.hello.networkId.slice(0, PREFIX_DIGITS)}`;
  const addresses = [...options.listen, ...(options.announce ?? []), ...options.bootstrap];
  const parsed = addresses.map(parseAddress);
  const isLoopback = parsed.every(isLocal);
  const admission = new Admission();
  const state: { host?: Libp2pHost } = {};
  const node = await createNode({
    ...{ host: options, prefix, admission },
    gossip: {
      ...{ topics: topicNames(prefix), pace, isLoopback },
      appScore: (peer) => state.host?.scoreOf(peer) ?? 0,
    },
    isAllowed: (peer, direction) => state.host?.isAllowed(peer, direction) ?? false,
  });
  state.host = new Libp2pHost({ options, node, prefix, pace, admission });
  return state.host;
}

type Parts = {
  readonly options: api.HostOptions;
  readonly node: Node;
  readonly prefix: string;
  readonly pace: api.Pace;
  readonly admission: Admission;
};

class Libp2pHost implements api.Host {
  readonly id: NodeId;
  readonly counters = zeroCounters();
  readonly #node: Node;
  readonly #options: api.HostOptions;
  readonly #pace: api.Pace;
  readonly #report: Report;
  readonly #isLimited: (connection: Connection) => boolean;
  readonly #conduct = new Conduct();
  readonly #book = new PeerBook();
  readonly #connector: Connector;
  readonly #rpcs = new RpcWatch((peer, fault) => this.#fault(peer, fault));
  readonly #gossip: Gossip;
  readonly #greeter: Greeter;
  readonly #streams: Streams;
  readonly #direct: Direct;
  readonly #dialer: Dialer;
  readonly #router: Router;
  readonly #stopRouter: () => void;
  readonly #streamWatch: StreamWatch;
  readonly #appScores = new Map<NodeId, number>();
  readonly #refusedUntilMs = new Map<NodeId, number>();
  readonly #onPeer: ((event: api.PeerEvent) => void)[] = [];
  readonly #onElsewhere: ((peer: NodeId) => void)[] = [];
  #heartbeat: NodeJS.Timeout | undefined;

  constructor({ options, node, prefix, pace, admission }: Parts) {
    this.id = defined(nodeIdOf(node.peerId), 'the key of a host is Ed25519');
    this.#node = node;
    this.#options = options;
    this.#pace = pace;
    this.#connector = new Connector(node, this.#book, admission);
    this.#report = createReporter(options.onReport ?? (() => {}));
    this.#isLimited = limitCheck(this.#report);
    const { counters } = this;
    const report = this.#report;
    const onFault = (peer: NodeId, fault: Fault) => this.#fault(peer, fault);
    const topics = topicNames(prefix);
    const onSilent = (peer: NodeId) =>
      this.#connector.disconnect(peer, 'nothing came from it for some rounds');
    const gossip = { topics, pace, roundMs: options.roundMs, counters, report, onSilent };
    this.#gossip = new Gossip(gossip);
    this.#router = asRouter(node.services.gossip);
    this.#streamWatch = new StreamWatch(this.#router);
    this.#stopRouter = this.#adaptRouter(topics.beacon);
    const hello = { ...options.hello, instance: randomBytes(INSTANCE_BYTES).toString('hex') };
    this.#greeter = new Greeter(hello, admission, {
      onFault,
      onElsewhere: (peer) => this.#onElsewhere.map((handler) => handler(peer)),
      onWelcome: (connection, peer, hello) => this.#welcome(connection, peer, hello),
      onMismatch: (mismatch) => this.#onMismatch(mismatch),
    });
    this.#streams = new Streams({ admission, prefix, onFault });
    this.#direct = new Direct({
      counters,
      open: (peer) => this.#openDirect(peer),
      onDropped: (peer) => this.#onDirectDropped(peer),
    });
    this.#streams.handle('direct', {}, (stream, peer) => this.#direct.receive(stream, peer));
    this.#dialer = this.#createDialer(this.id);
  }

  addresses(): readonly string[] {
    return this.#node.getMultiaddrs().map(String);
  }

  peers(): readonly api.PeerInfo[] {
    return [...this.#book.entries()].map(([id, { hello, sinceMs, connections }]) => {
      const source = peerIdOf(id).toString();
      return {
        id,
        addresses: connections.map(({ remoteAddr }) => remoteAddr.toString()),
        direction: connections[0]?.direction ?? 'inbound',
        connectedSinceMs: sinceMs,
        score: this.#router.score.score(source),
        inMesh: this.#gossip.inMesh(source),
        role: hello.role,
        softwareVersion: hello.softwareVersion,
      };
    });
  }

  meshSizes(): Readonly<Record<api.Topic, number>> {
    return this.#gossip.meshSizes();
  }

  queueLength(): number {
    return this.#gossip.queueLength;
  }

  async knownCount(): Promise<number> {
    return (await this.#node.peerStore.all()).length;
  }

  async start(): Promise<void> {
    await this.#greeter.start(this.#node);
    this.#node.addEventListener('peer:discovery', ({ detail }) =>
      this.#dialer.onDiscovered(detail.id, detail.multiaddrs, Date.now()),
    );
    this.#node.addEventListener('connection:close', ({ detail }) => this.#onClose(detail));
    try {
      await this.#node.start();
    } catch (cause) {
      await this.#node.stop();
      throw listenFailed(this.#options.listen, cause);
    }
    assertLimits(this.#node);
    this.#gossip.start(this.#router);
    await this.#streams.start(this.#node);
    this.#dialer.start();
    this.#heartbeat = setInterval(() => this.#beat(Date.now()), this.#pace.heartbeatMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#heartbeat);
    this.#stopRouter();
    this.#dialer.stop();
    this.#greeter.stop();
    this.#gossip.stop();
    const abort = () => {
      for (const connection of this.#node.getConnections()) connection.abort(new Error('stop'));
    };
    const timer = setTimeout(abort, HOST_LIMITS.stopTimeoutMs);
    await this.#node.stop();
    clearTimeout(timer);
  }

  onGossip(handler: (message: api.GossipMessage) => void): void {
    this.#gossip.onGossip(handler);
  }

  publish(topic: api.Topic, bytes: Uint8Array): Promise<void> {
    return this.#gossip.publish(topic, bytes);
  }

  handle(
    protocol: api.ProtocolName,
    options: api.HandlerOptions,
    onStream: api.StreamHandler,
  ): void {
    this.#streams.handle(protocol, options, onStream);
  }

  async open(
    peer: NodeId,
    protocol: api.ProtocolName,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<api.FrameStream> {
    const connection =
      this.#connector.to(peer) ?? (await this.#connector.connect(peerIdOf(peer), signal));
    return await this.#streams.open(connection, protocol, signal);
  }

  send(peer: NodeId, bytes: Uint8Array): void {
    this.#direct.send(peer, bytes);
  }

  onDirect(handler: (message: { readonly from: NodeId; readonly bytes: Uint8Array }) => void) {
    this.#direct.onDirect(handler);
  }

  onPeer(handler: (event: api.PeerEvent) => void): void {
    this.#onPeer.push(handler);
  }

  onElsewhere(handler: (peer: NodeId) => void): void {
    this.#onElsewhere.push(handler);
  }

  async dial(address: string): Promise<NodeId> {
    return await this.#connector.dial([parseAddress(address)]);
  }

  unban(peer: NodeId): boolean {
    return this.#conduct.unban(peer, Date.now());
  }

  bans(): ReadonlyMap<NodeId, number> {
    return this.#conduct.bans(Date.now());
  }

  ban(peer: NodeId, reason: string, forMs: number = HOST_LIMITS.banMs): void {
    this.#conduct.ban(peer, Date.now() + forMs);
    this.counters.banned += 1;
    this.#report({
      ...{ code: 'peer-banned', peer },
      message: `a peer is refused for ${Math.ceil(forMs / 60_000)} minutes: ${reason}`,
    });
    this.#connector.disconnect(peer, reason);
  }

  setAppScore(peer: NodeId, score: number): void {
    const bounded = Math.max(-APP_SCORE_MAX, Math.min(APP_SCORE_MAX, score));
    setRecent(this.#appScores, [peer, bounded], HOST_LIMITS.bansMax);
  }

  /** What we know of a peer beyond gossip, for its score. */
  scoreOf(source: string): number {
    const peer = nodeIdOfText(source);
    if (peer === undefined) return 0;
    const points = this.#conduct.points(peer, Date.now());
    return (this.#appScores.get(peer) ?? 0) - points - this.#gossip.penalty(peer);
  }

  /** Tells whether a connection may be made; inbound ones leave room for those that we choose. */
  isAllowed(id: PeerId, direction: 'inbound' | 'outbound'): boolean {
    const peer = nodeIdOf(id);
    if (peer === undefined || this.#conduct.isBanned(peer, Date.now())) return false;
    if (direction === 'outbound') return true;
    const inbound = this.#node.getConnections().filter((other) => other.direction === 'inbound');
    return inbound.length < HOST_LIMITS.inboundMax;
  }

  #beat(nowMs: number): void {
    this.#gossip.tick(nowMs);
    for (const [peer] of [...this.#book.entries()]) {
      const score = this.#router.score.score(peerIdOf(peer).toString());
      if (score < SCORE_THRESHOLDS.graylistThreshold) {
        this.ban(peer, `its gossip score is ${score.toFixed(0)}`);
      }
    }
    const connected = [...this.#book.entries()].map(([peer]) => peer);
    for (const peer of this.#streamWatch.beat(connected)) {
      this.#fault(peer, 'unread-output');
      this.#connector.disconnect(peer, 'its gossip stream ended');
    }
  }

  /** Books an admitted connection, unless the peer has one already. */
  async #welcome(connection: Connection, peer: NodeId, hello: api.Hello): Promise<Welcome> {
    if (!this.#isLimited(connection)) return 'surplus';
    for (let known = this.#book.get(peer); known !== undefined; known = this.#book.get(peer)) {
      const earlier = this.#book.connections(peer);
      const second = await judgeSecond({ ...known, earlier }, hello, this.id < peer);
      if (second === 'elsewhere') this.#report(elsewhereReport(peer));
      if (second === 'elsewhere' || second === 'surplus') return second;
      // who came meanwhile was not asked; from here on nothing is waited for
      if (!this.#book.hasOnly(peer, earlier)) continue;
      if (second === 'replaces') abortAll(earlier, this.#router);
      break;
    }
    if (connection.status !== 'open') return 'surplus';
    if (this.#book.add(peer, connection, hello)) this.#tell({ peer, change: 'connected' });
    return 'stays';
  }

  #onClose(connection: Connection): void {
    const peer = nodeIdOf(connection.remotePeer);
    if (peer === undefined) return;
    const isGone = this.#book.remove(peer, connection);
    // The streams of the router may have been on the one that closed.
    const other = this.#connector.to(peer);
    if (other !== undefined) this.#router.onPeerConnected(other.remotePeer, other);
    if (!isGone) return;
    this.#streamWatch.forget(peer);
    this.#rpcs.forget(peer);
    this.#gossip.left(peer);
    this.#direct.forget(peer);
    this.#tell({ peer, change: 'disconnected' });
  }

  #tell(event: api.PeerEvent): void {
    for (const handler of this.#onPeer) handler(event);
  }

  #onMismatch(mismatch: api.Mismatch): void {
    this.counters.mismatches += 1;
    const untilMs = Date.now() + HOST_LIMITS.refusedMs;
    setRecent(this.#refusedUntilMs, [mismatch.peer, untilMs], HOST_LIMITS.bansMax);
    this.#options.onMismatch?.(mismatch);
    this.#report(reportOf(mismatch));
  }

  #fault(peer: NodeId, fault: Fault): void {
    if (this.#conduct.note(peer, fault, Date.now())) this.ban(peer, `misbehaviour, last: ${fault}`);
  }

  async #openDirect(peer: NodeId): Promise<api.FrameStream> {
    const connection = this.#connector.to(peer);
    if (connection === undefined) {
      const message = 'the peer is not connected';
      throw new HostError({ code: 'peer-unreachable', where: peer, message });
    }
    const signal = AbortSignal.timeout(HOST_LIMITS.negotiationTimeoutMs);
    return await this.#streams.open(connection, 'direct', signal);
  }

  #onDirectDropped(peer: NodeId): void {
    const message = 'direct messages were dropped: the peer is gone or does not take them';
    this.#report({ code: 'direct-dropped', peer, message });
  }

  #adaptRouter(echoTopic: string): () => void {
    return adapt(this.#router, {
      echoTopic,
      onRpcBytes: (peer, sizeBytes) => {
        this.counters.gossipBytesIn += sizeBytes;
        return this.#rpcs.take(peer, sizeBytes, Date.now());
      },
      onSent: (rpc) => this.#gossip.onSent(rpc),
      onRpc: (peer, rpc) => {
        this.#rpcs.inspect(peer, rpc, Date.now());
        this.#gossip.onRpc(peer, rpc);
      },
      onMalformed: (peer) => this.#fault(peer, 'rpc-malformed'),
      onBroken: (peer, error) => {
        if (this.#connector.to(peer) === undefined) this.#router.removePeer(peerIdOf(peer));
        if (error.name !== 'InvalidDataLengthError') return;
        this.#fault(peer, 'rpc-too-large');
        this.#connector.disconnect(peer, `its gossip stream broke: ${error.message}`);
      },
    });
  }

  #createDialer(self: NodeId): Dialer {
    const hooks = {
      self,
      wanted: this.#options.targetPeers ?? TARGET_PEERS,
      connected: () => this.#book.size,
      isConnected: (peer: NodeId) => this.#book.get(peer) !== undefined,
      isRefused: (peer: NodeId) =>
        this.#conduct.isBanned(peer, Date.now()) ||
        (this.#refusedUntilMs.get(peer) ?? 0) > Date.now(),
      dial: (addresses: readonly Multiaddr[]) => this.#connector.dial(addresses),
    };
    return new Dialer(hooks, this.#options.bootstrap.map(parseAddress));
  }
}
