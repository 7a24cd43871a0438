/**
 * Gossip as the node uses it: two topics, a bounded queue in front of the handler, a verdict for
 * each message, publishing that waits for somebody to listen.
 *
 * Ids are the first 20 bytes of SHA-256 over topic and data (nobody signs at this layer), so a
 * message sent twice is one message, and the same hash serves as the fast id.
 */
import { createHash } from 'node:crypto';
import {
  type GossipsubOpts,
  gossipsub,
  type Message,
  StrictNoSign,
  TopicValidatorResult,
} from '@chainsafe/libp2p-gossipsub';
import { assert, type NodeId, toHex } from '../../base/index.ts';
import { countMessages } from './counters.ts';
import { nodeIdOf } from './identity.ts';
import { GOSSIP_LIMITS } from './limits.ts';
import { Publisher } from './publisher.ts';
import { RelayWatch } from './relay-watch.ts';
import type { Report } from './reporter.ts';
import type { Router, Rpc } from './router.ts';
import { SCORE_THRESHOLDS, scoreParams } from './scoring.ts';
import type { GossipMessage, HostCounters, Judgement, Pace, Topic } from './types.ts';
import { ValidationQueue } from './validation-queue.ts';

const ID_BYTES = 20;
/** Messages given to the handler before the event loop has its turn. */
const BATCH = 16;
/** A round of the beacon counts as forwarded within this part of its period. */
const RELAY_WINDOW_MAX_MS = 10_000;
const RELAY_WINDOW_MIN_MS = 1_000;

/** Returns the names of the topics of a network, by what they carry. */
export function topicNames(prefix: string): Readonly<Record<Topic, string>> {
  return { beacon: `${prefix}/beacon`, claims: `${prefix}/claims` };
}

/** Returns the id of a message: who changes one bit of it has another message. */
export function messageId(topic: string, data: Uint8Array): Uint8Array {
  // called for each copy of each message: the native hash
  const hash = createHash('sha256').update(`${topic}\0`).update(data).digest();
  return new Uint8Array(hash.buffer, hash.byteOffset, ID_BYTES);
}

/** Returns every option of the router; none is left to its default. */
export function gossipOptions(options: {
  readonly topics: Readonly<Record<Topic, string>>;
  readonly pace: Pace;
  readonly isLoopback: boolean;
  readonly appScore: (peer: string) => number;
}): Partial<GossipsubOpts> {
  const limits = GOSSIP_LIMITS;
  const topics = Object.values(options.topics);
  return {
    ...{ globalSignaturePolicy: StrictNoSign, asyncValidation: true, emitSelf: false },
    ...{ fallbackToFloodsub: false, floodPublish: true, batchPublish: false, doPX: false },
    ...{ directPeers: [], tagMeshPeers: true, runOnLimitedConnection: false },
    ...{ allowPublishToZeroTopicPeers: false, ignoreDuplicatePublishError: true },
    ...{ awaitRpcHandler: true, awaitRpcMessageHandler: true },
    ...{ D: limits.degree, Dlo: limits.degreeLow, Dhi: limits.degreeHigh },
    ...{ Dscore: limits.degreeScore, Dout: limits.degreeOut, Dlazy: limits.degreeLazy },
    heartbeatInterval: options.pace.heartbeatMs,
    mcacheLength: limits.cacheHeartbeats,
    mcacheGossip: limits.cacheGossipHeartbeats,
    seenTTL: limits.seenMs,
    pruneBackoff: options.pace.pruneBackoffMs,
    msgIdFn: ({ topic, data }: Message) => messageId(topic, data),
    fastMsgIdFn: ({ topic, data }) => toHex(messageId(topic, data ?? new Uint8Array())),
    msgIdToStrFn: toHex,
    scoreParams: scoreParams({ ...options, topics }),
    scoreThresholds: SCORE_THRESHOLDS,
    maxInboundStreams: limits.inboundStreamsMax,
    maxOutboundStreams: limits.outboundStreamsMax,
    maxOutboundBufferSize: limits.outboundBufferBytesMax,
    maxInboundDataLength: limits.rpcBytesMax,
    maxTopicBytesPerPeer: limits.topicBytesPerPeerMax,
    allowedTopics: topics,
    idontwantMinDataSize: limits.idontwantMinBytes,
    idontwantMaxMessages: limits.idontwantIdsMax,
    decodeRpcLimits: {
      maxSubscriptions: limits.subscriptionsPerRpcMax,
      maxMessages: limits.messagesPerRpcMax,
      maxIhaveMessageIDs: limits.ihaveIdsMax,
      maxIwantMessageIDs: limits.iwantIdsMax,
      maxIdontwantMessageIDs: limits.idontwantIdsMax,
      maxControlMessages: limits.controlPerRpcMax,
      maxPeerInfos: 0,
    },
  };
}

/** Returns the service of libp2p. */
export function gossipService(options: Parameters<typeof gossipOptions>[0]) {
  return gossipsub(gossipOptions(options));
}

type Pending = {
  readonly from: NodeId;
  readonly sizeBytes: number;
  readonly topic: Topic;
  readonly bytes: Uint8Array;
  readonly id: string;
  /** libp2p's name of the sender. */
  readonly source: string;
  readonly receivedAtMs: number;
};

/** Connects the router with the node. */
export class Gossip {
  readonly #topics: Readonly<Record<Topic, string>>;
  readonly #topicOf: ReadonlyMap<string, Topic>;
  readonly #counters: HostCounters;
  readonly #report: Report;
  readonly #forwardableMs: number;
  readonly #queue = new ValidationQueue<Pending>({
    perPeerMax: GOSSIP_LIMITS.queuePerPeerMax,
    bytesPerPeerMax: GOSSIP_LIMITS.queueBytesPerPeerMax,
    max: GOSSIP_LIMITS.queueMax,
    bytesMax: GOSSIP_LIMITS.queueBytesMax,
  });
  readonly #unjudged = new Set<NodeJS.Timeout>();
  readonly #watch: RelayWatch;
  readonly #publisher: Publisher;
  #router: Router | undefined;
  #handler: ((message: GossipMessage) => void) | undefined;
  #drain: NodeJS.Immediate | undefined;

  constructor(options: {
    readonly topics: Readonly<Record<Topic, string>>;
    readonly pace: Pace;
    readonly roundMs: number;
    readonly counters: HostCounters;
    readonly report: Report;
    /** Told of a neighbour from which nothing comes any more. */
    readonly onSilent: (peer: NodeId) => void;
  }) {
    this.#topics = options.topics;
    this.#topicOf = new Map([
      [options.topics.beacon, 'beacon'],
      [options.topics.claims, 'claims'],
    ]);
    this.#counters = options.counters;
    this.#report = options.report;
    // Half a heartbeat before the router forgets, so that what is judged in time is forwarded.
    this.#forwardableMs = (GOSSIP_LIMITS.cacheHeartbeats - 0.5) * options.pace.heartbeatMs;
    const windowMs = Math.min(RELAY_WINDOW_MAX_MS, options.roundMs);
    this.#watch = new RelayWatch(Math.max(RELAY_WINDOW_MIN_MS, windowMs), options.onSilent);
    this.#publisher = new Publisher({
      isReachable: (topic) => this.#isReachable(topic),
      send: (topic, bytes) => this.#send(topic, bytes),
      onRetry: () => {
        this.#counters.publishRetries += 1;
      },
    });
  }

  get queueLength(): number {
    return this.#queue.length;
  }

  /** Takes over a router that has started. */
  start(router: Router): void {
    this.#router = router;
    router.addEventListener('gossipsub:message', ({ detail }) => this.#onMessage(detail));
    router.addEventListener('subscription-change', () => this.#publisher.flush());
    this.#subscribe();
  }

  stop(): void {
    this.#publisher.stop();
    clearImmediate(this.#drain);
    for (const timer of this.#unjudged) clearTimeout(timer);
    this.#unjudged.clear();
    this.#router = undefined;
  }

  onGossip(handler: (message: GossipMessage) => void): void {
    assert(this.#handler === undefined, 'gossip has one handler');
    this.#handler = handler;
    this.#subscribe();
    this.#schedule();
  }

  /** Notes which rounds of the beacon an RPC carries, before the router handles it. */
  onRpc(peer: NodeId, rpc: Rpc): void {
    this.#countRpc(rpc, 'received');
    this.#watch.onHeard(peer, Date.now());
    for (const { topic, data } of rpc.messages) {
      if (topic !== this.#topics.beacon || data === undefined) continue;
      this.#watch.onCopy(peer, toHex(messageId(topic, data)));
    }
  }

  /** Hears of each RPC that left for a peer. */
  onSent(rpc: Rpc): void {
    this.#countRpc(rpc, 'sent');
  }

  /** Called at each heartbeat. */
  tick(nowMs: number): void {
    this.#watch.tick(this.#meshOf('beacon'), nowMs);
  }

  /** A peer disconnected. */
  left(peer: NodeId): void {
    this.#watch.left(peer);
  }

  /** What `peer` loses of its score for not forwarding. */
  penalty(peer: NodeId): number {
    return this.#watch.penalty(peer);
  }

  meshSizes(): Readonly<Record<Topic, number>> {
    return { beacon: this.#meshOf('beacon').size, claims: this.#meshOf('claims').size };
  }

  /** Tells in which meshes a peer is, by its libp2p name. */
  inMesh(source: string): Readonly<Record<Topic, boolean>> {
    const has = (topic: Topic) => this.#router?.mesh.get(this.#topics[topic])?.has(source) === true;
    return { beacon: has('beacon'), claims: has('claims') };
  }

  /** See `Host.publish`. */
  async publish(topic: Topic, bytes: Uint8Array): Promise<void> {
    const isShort = bytes.length <= GOSSIP_LIMITS.messageBytesMax;
    assert(isShort, 'a message is not longer than a message may be');
    const fate = await this.#publisher.publish(topic, bytes);
    if (fate === 'published') {
      this.#counters.published += 1;
      this.#counters.gossip[topic].published += 1;
    }
    if (fate === 'published' || fate === 'stopped') return;
    this.#counters.unpublished += 1;
    this.#counters.gossip[topic].unpublished += 1;
    const why = fate === 'too-old' ? 'nobody is subscribed' : 'too many wait';
    this.#report({
      code: 'message-unpublished',
      message: `a message on ${topic} was given up: ${why}`,
      remedy: 'look at the peers and the bootstrap addresses of this node',
    });
  }

  /** Who reads no gossip takes nobody's place in a mesh. */
  #subscribe(): void {
    if (this.#handler === undefined) return;
    for (const topic of this.#topicOf.keys()) this.#router?.subscribe(topic);
  }

  #isReachable(topic: Topic): boolean {
    const router = this.#router;
    if (router === undefined) return false;
    const subscribers = router.getSubscribers(this.#topics[topic]);
    return subscribers.some((peer) => router.streamsOutbound.has(peer.toString()));
  }

  #countRpc(rpc: Rpc, way: 'received' | 'sent'): void {
    countMessages(this.#counters, { rpc, way }, (name) => this.#topicOf.get(name));
  }

  async #send(topic: Topic, bytes: Uint8Array): Promise<boolean> {
    const name = this.#topics[topic];
    try {
      await this.#router?.publish(name, bytes);
    } catch {
      // The subscriber went away in between: try again until the message is too old.
      return false;
    }
    if (topic === 'beacon') this.#noteAccepted(toHex(messageId(name, bytes)));
    return true;
  }

  #onMessage(detail: {
    propagationSource: Parameters<typeof nodeIdOf>[0];
    msgId: string;
    msg: Message;
  }): void {
    const { propagationSource, msgId: id, msg } = detail;
    const from = nodeIdOf(propagationSource);
    const topic = this.#topicOf.get(msg.topic);
    const source = propagationSource.toString();
    if (from === undefined || topic === undefined) return;
    if (msg.data.length > GOSSIP_LIMITS.messageBytesMax) {
      this.#settle({ id, source, topic }, 'reject');
      return;
    }
    const bytes = msg.data;
    const receivedAtMs = Date.now();
    const pending = { from, topic, bytes, id, source, receivedAtMs, sizeBytes: bytes.length };
    for (const dropped of this.#queue.push(pending)) this.#drop(dropped);
    this.#schedule();
  }

  #drop(dropped: Pending): void {
    this.#counters.dropped += 1;
    this.#settle(dropped, 'dropped');
    this.#report({
      code: 'queue-full',
      peer: dropped.from,
      message: 'a message was dropped unread: the peer sends faster than this node reads',
    });
  }

  #schedule(): void {
    if (this.#drain !== undefined || this.#handler === undefined) return;
    if (this.#unjudged.size >= GOSSIP_LIMITS.unjudgedMax || this.#queue.length === 0) return;
    this.#drain = setImmediate(() => {
      this.#drain = undefined;
      for (let count = 0; count < BATCH; count += 1) {
        if (this.#unjudged.size >= GOSSIP_LIMITS.unjudgedMax) return;
        const pending = this.#queue.shift();
        if (pending === undefined) return;
        this.#deliver(pending);
      }
      this.#schedule();
    });
  }

  #deliver(pending: Pending): void {
    const restMs = Math.max(0, pending.receivedAtMs + this.#forwardableMs - Date.now());
    const judge = (outcome: Judgement | 'expired') => {
      if (!this.#unjudged.delete(timer)) return;
      clearTimeout(timer);
      this.#settle(pending, outcome);
      if (outcome === 'accept' && pending.topic === 'beacon') this.#noteAccepted(pending.id);
      this.#schedule();
    };
    const timer = setTimeout(() => {
      this.#counters.expired += 1;
      this.#report({
        code: 'message-expired',
        message: `a message on ${pending.topic} was not judged in time and is not forwarded`,
      });
      judge('expired');
    }, restMs);
    this.#unjudged.add(timer);
    this.#counters.delivered += 1;
    const { from, topic, bytes } = pending;
    this.#handler?.({ from, topic, bytes, judge });
  }

  /** Counts what became of a message and tells the router. */
  #settle(
    { id, source, topic }: Pick<Pending, 'id' | 'source' | 'topic'>,
    outcome: Judgement | 'dropped' | 'expired',
  ): void {
    this.#counters.gossip[topic][outcome] += 1;
    const acceptance = {
      accept: TopicValidatorResult.Accept,
      ignore: TopicValidatorResult.Ignore,
      reject: TopicValidatorResult.Reject,
      dropped: TopicValidatorResult.Ignore,
      expired: TopicValidatorResult.Ignore,
    }[outcome];
    this.#router?.reportMessageValidationResult(id, source, acceptance);
  }

  #noteAccepted(id: string): void {
    this.#watch.onAccepted(id, this.#meshOf('beacon'), Date.now());
  }

  #meshOf(topic: Topic): ReadonlySet<NodeId> {
    const router = this.#router;
    const peers = new Set<NodeId>();
    for (const source of router?.mesh.get(this.#topics[topic]) ?? []) {
      const peer = router?.peers.get(source);
      const node = peer === undefined ? undefined : nodeIdOf(peer);
      if (node !== undefined) peers.add(node);
    }
    return peers;
  }
}
