/**
 * What we use and change of the gossip router beyond its public interface. Its type declares these
 * members private, so they are checked when the host starts, and the version is pinned.
 *
 * Changed, because the library leaves it open (sources: gossipsub 17.1.1, `src/gossipsub.ts`):
 * - what a peer sends is read at a bounded rate and one RPC at a time; what cannot be decoded, or
 *   floods, counts against the peer (the library only logs it);
 * - messages of one burst to a neighbour leave in one RPC, see `coalescer.ts`;
 * - answers to IWANT are split: as one RPC they break the receiver's limit and end its stream;
 * - nobody is sent more than half of a write buffer that would end the stream when full;
 * - rounds of the beacon go to the whole mesh, the source included, see `relay-watch.ts`.
 */
import type { GossipSub } from '@chainsafe/libp2p-gossipsub';
import type { NodeId } from '../../base/index.ts';
import type { Connection } from './admission.ts';
import { Coalescer } from './coalescer.ts';
import { HostError } from './error.ts';
import { nodeIdOf, type PeerId } from './identity.ts';
import { GOSSIP_LIMITS } from './limits.ts';

type Ids = { messageIDs: Uint8Array[] };

/** An RPC of the router, decoded. */
export type Rpc = {
  subscriptions: { topic?: string; subscribe?: boolean }[];
  messages: { topic: string; data?: Uint8Array }[];
  control?: {
    ihave: Ids[];
    iwant: Ids[];
    graft: unknown[];
    prune: { topicID?: string; backoff?: number }[];
    idontwant: Ids[];
  };
};

type Frames = AsyncIterable<{ subarray(): Uint8Array }>;
/** A stream under the router's own wrapper. */
export type Wrapped = {
  readonly rawStream: {
    readonly writeBufferLength: number;
    readonly readStatus: string;
    pause(): void;
    resume(): void;
  };
};

/** The router with the members that its type hides. */
export interface Router extends GossipSub {
  readonly peers: Map<string, PeerId>;
  readonly mesh: Map<string, Set<string>>;
  readonly streamsInbound: Map<string, Wrapped>;
  readonly streamsOutbound: Map<string, Wrapped>;
  readonly score: { score(peer: string): number };
  reportMessageValidationResult(id: string, peer: string, acceptance: string): void;
  decodeRpc(bytes: Uint8Array): Rpc;
  handleReceivedRpc(from: PeerId, rpc: Rpc): Promise<void>;
  removePeer(peer: PeerId): void;
  /** Attaches to a connection unless there are streams with the peer already. */
  onPeerConnected(peer: PeerId, connection: Connection): void;
  pipePeerReadStream(peer: PeerId, frames: Frames): Promise<void>;
  sendRpc(peer: string, rpc: Rpc): boolean;
  pushGossip(peer: string, ihave: Ids): void;
  selectPeersToForward(topic: string, source?: string, exclude?: Set<string>): Set<string>;
}

const METHODS = [
  ...['reportMessageValidationResult', 'decodeRpc', 'handleReceivedRpc', 'removePeer'],
  'onPeerConnected',
  ...['pipePeerReadStream', 'sendRpc', 'pushGossip', 'selectPeersToForward'],
];
const MAPS = ['peers', 'mesh', 'streamsInbound', 'streamsOutbound'];

/** @throws HostError settings-not-in-force if the library is not the one this was written for */
export function asRouter(service: GossipSub): Router {
  const missing = [
    ...METHODS.filter((name) => typeof Reflect.get(service, name) !== 'function'),
    ...MAPS.filter((name) => !(Reflect.get(service, name) instanceof Map)),
  ];
  if (missing.length === 0) return service as Router;
  throw new HostError({
    code: 'settings-not-in-force',
    where: '@chainsafe/libp2p-gossipsub',
    message: `the gossip router has no ${missing.join(', ')}`,
    remedy: 'install the exact versions of package-lock.json',
  });
}

/** What the host does with what comes in. */
export type Hooks = {
  /** Returns the milliseconds to wait before the peer is read again. */
  readonly onRpcBytes: (peer: NodeId, sizeBytes: number) => number;
  /** Looks at an RPC, may change it, before the router handles it. */
  readonly onRpc: (peer: NodeId, rpc: Rpc) => void;
  /** An RPC left for a peer. */
  readonly onSent: (rpc: Rpc) => void;
  readonly onMalformed: (peer: NodeId) => void;
  /** The stream of a peer broke, or held more than an RPC may. */
  readonly onBroken: (peer: NodeId, error: Error) => void;
  /** The topic that is sent back where it came from. */
  readonly echoTopic: string;
};

/**
 * Puts our reading, sending and forwarding in the place of the router's. Before it starts.
 * @returns how to stop
 */
export function adapt(router: Router, hooks: Hooks): () => void {
  const { sendRpc: sendUncounted, pushGossip, selectPeersToForward } = router;
  const send = (peer: string, rpc: Rpc): boolean => {
    const isSent = sendUncounted.call(router, peer, rpc);
    if (isSent) hooks.onSent(rpc);
    return isSent;
  };
  const coalescer = new Coalescer({
    send: (peer, rpc) => hasRoom(router, peer) && send(peer, rpc),
    delayMs: GOSSIP_LIMITS.coalesceMs,
    messagesMax: GOSSIP_LIMITS.wantedMessagesPerRpc,
    bytesMax: GOSSIP_LIMITS.wantedBytesPerRpc,
  });
  router.pipePeerReadStream = (peer, frames) => {
    // a round of the beacon is sent back where it came from, whatever comes back
    const onRpc = (node: NodeId, rpc: Rpc): void => {
      hooks.onRpc(node, rpc);
      for (const { topic, data } of rpc.messages) {
        if (topic !== hooks.echoTopic && data !== undefined) {
          coalescer.received(peer.toString(), data);
        }
      }
    };
    return readFrames(router, { ...hooks, onRpc }, { peer, frames });
  };
  router.sendRpc = (peer, rpc) => {
    const [message, ...others] = rpc.messages;
    if (message !== undefined && !hasRoom(router, peer)) return false;
    const isPlain = rpc.control === undefined && rpc.subscriptions.length === 0;
    if (message !== undefined && others.length === 0 && isPlain) {
      return coalescer.add(peer, message);
    }
    coalescer.flush(peer);
    if (others.length === 0) return send(peer, rpc);
    return sendSplit(rpc, (part) => hasRoom(router, peer) && send(peer, part));
  };
  router.pushGossip = (peer, ihave) => {
    const messageIDs = ihave.messageIDs.slice(0, GOSSIP_LIMITS.ihaveIdsMax);
    pushGossip.call(router, peer, { ...ihave, messageIDs });
  };
  router.selectPeersToForward = (topic, source, exclude) =>
    topic === hooks.echoTopic
      ? selectPeersToForward.call(router, topic)
      : selectPeersToForward.call(router, topic, source, exclude);
  return () => coalescer.stop();
}

async function readFrames(
  router: Router,
  hooks: Hooks,
  { peer, frames }: { peer: PeerId; frames: Frames },
): Promise<void> {
  const stream = router.streamsInbound.get(peer.toString())?.rawStream;
  const node = nodeIdOf(peer);
  if (node === undefined) return;
  try {
    for await (const frame of frames) {
      const bytes = frame.subarray();
      const waitMs = hooks.onRpcBytes(node, bytes.length);
      if (waitMs > 0) await pauseFor(stream, waitMs);
      const rpc = decode(router, bytes);
      if (rpc === undefined) {
        hooks.onMalformed(node);
        continue;
      }
      hooks.onRpc(node, rpc);
      await router.handleReceivedRpc(peer, rpc);
    }
  } catch (error) {
    hooks.onBroken(node, error instanceof Error ? error : new Error(String(error)));
  }
}

/** Without the pause the stream would go on filling memory while we wait. */
async function pauseFor(stream: Wrapped['rawStream'] | undefined, waitMs: number): Promise<void> {
  if (stream?.readStatus === 'readable') stream.pause();
  await new Promise((resolve) => setTimeout(resolve, waitMs));
  if (stream?.readStatus === 'paused') stream.resume();
}

function decode(router: Router, bytes: Uint8Array): Rpc | undefined {
  try {
    return router.decodeRpc(bytes);
  } catch {
    return undefined;
  }
}

function hasRoom(router: Router, peer: string): boolean {
  const waiting = router.streamsOutbound.get(peer)?.rawStream.writeBufferLength ?? 0;
  return waiting <= GOSSIP_LIMITS.outboundBufferBytesMax / 2;
}

/** Sends control first, then the messages in parts; what finds no room is asked for again. */
function sendSplit(rpc: Rpc, send: (part: Rpc) => boolean): boolean {
  const { messages, ...rest } = rpc;
  let part: Rpc = { ...rest, messages: [] };
  let partBytes = 0;
  for (const message of messages) {
    const sizeBytes = message.data?.length ?? 0;
    const isFull =
      part.messages.length >= GOSSIP_LIMITS.wantedMessagesPerRpc ||
      partBytes + sizeBytes > GOSSIP_LIMITS.wantedBytesPerRpc;
    if (isFull && part.messages.length > 0) {
      if (!send(part)) return false;
      part = { subscriptions: [], messages: [] };
      partBytes = 0;
    }
    part.messages.push(message);
    partBytes += sizeBytes;
  }
  return send(part);
}
