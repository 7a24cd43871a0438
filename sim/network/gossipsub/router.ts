/**
 * The gossip router of real nodes without streams: the class of @libp2p/gossipsub 17.1.1 behind
 * stand-ins of what libp2p gives it. The only file that knows its private members; they are checked
 * when a router is made, the version is pinned, and a test holds the contract.
 *
 * Bytes are those of the wire: every RPC is encoded by the sender and decoded by the receiver.
 * Changed as on real nodes (`src/node/libp2p/router.ts`): messages wait for others to the same
 * neighbour and are not sent to who sent them meanwhile; what is due goes to the whole mesh.
 */
import {
  type GossipSub,
  type GossipsubOpts,
  gossipsub,
  TopicValidatorResult,
} from '@chainsafe/libp2p-gossipsub';
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { multiaddr } from '@multiformats/multiaddr';
import { assert, defined, sha256, utf8 } from '../../../src/base/index.ts';
import type { GossipVerdict } from '../model.ts';

type PeerId = ReturnType<typeof peerIdFromPrivateKey>;
type Address = ReturnType<typeof multiaddr>;
type Frame = { subarray(): Uint8Array };

/** An RPC as the class makes it. */
export type Rpc = {
  readonly subscriptions: readonly unknown[];
  readonly messages: readonly { readonly topic: string; readonly data?: Uint8Array }[];
  readonly control?: unknown;
};

/** The class with the members that its type hides. */
interface Hidden extends GossipSub {
  start(): Promise<void>;
  readonly mesh: Map<string, Set<string>>;
  readonly topics: Map<string, Set<string>>;
  readonly streamsOutbound: Map<string, object>;
  readonly score: { score(peer: string): number };
  addPeer(peer: PeerId, direction: 'inbound' | 'outbound', address: Address): void;
  removePeer(peer: PeerId): void;
  sendSubscriptions(peer: string, topics: readonly string[], isOn: boolean): void;
  decodeRpc(bytes: Uint8Array): Rpc;
  handleReceivedRpc(from: PeerId, rpc: Rpc): Promise<void>;
  reportMessageValidationResult(id: string, peer: string, result: TopicValidatorResult): void;
  sendRpc(peer: string, rpc: Rpc): boolean;
  selectPeersToForward(topic: string, source?: string, exclude?: Set<string>): Set<string>;
}

const METHODS = [
  ...['start', 'addPeer', 'removePeer', 'sendSubscriptions', 'decodeRpc', 'handleReceivedRpc'],
  ...['reportMessageValidationResult', 'sendRpc', 'selectPeersToForward'],
];
const MAPS = ['mesh', 'topics', 'streamsOutbound'];

const PROTOCOL = '/meshsub/1.2.0';
/** A message begins with its number; the rest is padding. */
export const HEADER_BYTES = 8;

/** What a router tells its network. */
export type RouterHooks = {
  /** An RPC is ready for a neighbour; `messages` are the numbers of those in it. */
  readonly sent: (peer: number, bytes: Uint8Array, messages: readonly number[]) => void;
  /** A message came for the first time, from a neighbour. */
  readonly received: (from: number, message: number) => void;
  readonly heartbeat: () => void;
  /** Runs `send` after the time that a message waits for others. */
  readonly coalesce: (send: () => void) => void;
  /** P5: what the application thinks of a neighbour. */
  readonly opinion: (peer: number) => number;
};

export type RouterOptions = {
  readonly index: number;
  readonly seed: number;
  readonly settings: Partial<GossipsubOpts>;
  readonly hooks: RouterHooks;
};

/** Numbers of routers by their libp2p name, of one network. */
export type RouterNames = Map<string, number>;

export class Router {
  readonly index: number;
  readonly #peerId: PeerId;
  readonly #id: string;
  readonly #class: Hidden;
  readonly #hooks: RouterHooks;
  readonly #names: RouterNames;
  /** Messages that wait for others, by neighbour. */
  readonly #waiting = new Map<string, Set<number>>();
  #isEchoing = false;
  #sending: readonly number[] = [];

  private constructor(
    names: RouterNames,
    parts: { options: RouterOptions; peerId: PeerId; hidden: Hidden },
  ) {
    this.index = parts.options.index;
    this.#hooks = parts.options.hooks;
    this.#names = names;
    this.#peerId = parts.peerId;
    this.#id = parts.peerId.toString();
    this.#class = parts.hidden;
    names.set(this.#id, this.index);
    this.#adapt();
  }

  /** Makes a router that has not started; its key comes from the seed. */
  static async create(names: RouterNames, options: RouterOptions): Promise<Router> {
    const seed = sha256(utf8(`assay/sim/gossip-keys/${options.seed}/${options.index}`));
    const privateKey = await generateKeyPairFromSeed('Ed25519', seed);
    const peerId = peerIdFromPrivateKey(privateKey);
    const { opinion } = options.hooks;
    const scoreParams = {
      ...options.settings.scoreParams,
      appSpecificScore: (id: string) => opinion(names.get(id) ?? 0),
    };
    const create = gossipsub({ ...options.settings, scoreParams });
    const made: unknown = Reflect.apply(create, undefined, [components(peerId, privateKey)]);
    const hidden = checked(made);
    return new Router(names, { options, peerId, hidden });
  }

  /** Begins to beat. */
  async start(): Promise<void> {
    this.#class.addEventListener('gossipsub:message', ({ detail }) => {
      const from = this.#names.get(detail.propagationSource.toString());
      this.#hooks.received(defined(from, 'a message has a sender'), numberOf(detail.msg.data));
    });
    this.#class.addEventListener('gossipsub:heartbeat', () => this.#hooks.heartbeat());
    await this.#class.start();
  }

  /** A connection with a neighbour is there. */
  connect(other: Router, direction: 'inbound' | 'outbound'): void {
    const { index } = other;
    const host = `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
    this.#class.addPeer(other.#peerId, direction, multiaddr(`/ip4/${host}/tcp/4001`));
    this.#class.streamsOutbound.set(other.#id, {
      protocol: PROTOCOL,
      push: (bytes: Uint8Array) => this.#hooks.sent(index, bytes, this.#sending),
      pushPrefixed: (frame: Frame) => this.#hooks.sent(index, withoutLength(frame), this.#sending),
      close: async () => undefined,
    });
    const topics = this.#class.getTopics();
    if (topics.length > 0) this.#class.sendSubscriptions(other.#id, topics, true);
  }

  disconnect(other: Router): void {
    this.#class.removePeer(other.#peerId);
    this.#waiting.delete(other.#id);
  }

  subscribe(topic: string): void {
    this.#class.subscribe(topic);
  }

  unsubscribe(topic: string): void {
    this.#class.unsubscribe(topic);
  }

  /** Whether a neighbour hears a topic. */
  hasSubscribers(topic: string): boolean {
    return (this.#class.topics.get(topic)?.size ?? 0) > 0;
  }

  async publish(topic: string, message: number, sizeBytes: number): Promise<void> {
    const data = new Uint8Array(Math.max(HEADER_BYTES, sizeBytes));
    new DataView(data.buffer).setUint32(0, message);
    await this.#class.publish(topic, data);
  }

  /** Takes an RPC from a neighbour. @returns the numbers of the messages in it */
  take(from: Router, bytes: Uint8Array): readonly number[] {
    const rpc = this.#class.decodeRpc(bytes);
    const messages = numbersOf(rpc);
    const waiting = this.#waiting.get(from.#id);
    for (const message of messages) waiting?.delete(message);
    void this.#class.handleReceivedRpc(from.#peerId, rpc);
    return messages;
  }

  /** Judges a message. @param isDue whether it goes to the whole mesh, its sender included */
  judge(message: number, judged: { from: Router; verdict: GossipVerdict; isDue: boolean }): void {
    const result = {
      accept: TopicValidatorResult.Accept,
      ignore: TopicValidatorResult.Ignore,
      reject: TopicValidatorResult.Reject,
    }[judged.verdict];
    this.#isEchoing = judged.isDue;
    this.#class.reportMessageValidationResult(textOf(message), judged.from.#id, result);
    this.#isEchoing = false;
  }

  /** Neighbours in the mesh of a topic. */
  meshOf(topic: string): readonly number[] {
    const mesh = this.#class.mesh.get(topic) ?? [];
    return [...mesh].flatMap((id) => this.#names.get(id) ?? []);
  }

  scoreOf(other: Router): number {
    return this.#class.score.score(other.#id);
  }

  #adapt(): void {
    const hidden = this.#class;
    const { sendRpc, selectPeersToForward } = hidden;
    const sendNow = (peer: string, rpc: Rpc): boolean => {
      this.#sending = numbersOf(rpc);
      return sendRpc.call(hidden, peer, rpc);
    };
    hidden.sendRpc = (peer, rpc) => {
      const [message] = numbersOf(rpc);
      const isPlain = rpc.messages.length === 1 && rpc.control === undefined;
      if (message === undefined || !isPlain) return sendNow(peer, rpc);
      const waiting = this.#waiting.get(peer) ?? new Set();
      this.#waiting.set(peer, waiting.add(message));
      const mustGo = this.#isEchoing;
      this.#hooks.coalesce(() => {
        const isWanted = waiting.delete(message) || mustGo;
        // the class adds control to what it sends, and sends one RPC to several neighbours
        if (isWanted && hidden.streamsOutbound.has(peer)) sendNow(peer, { ...rpc });
      });
      return true;
    };
    hidden.selectPeersToForward = (topic, source, exclude) =>
      this.#isEchoing
        ? selectPeersToForward.call(hidden, topic)
        : selectPeersToForward.call(hidden, topic, source, exclude);
  }
}

/** Returns the id of a message as the class keeps it. */
export function textOf(message: number): string {
  return message.toString(16);
}

/** Returns the options by which a message is known by its number. */
export function identification(): Partial<GossipsubOpts> {
  return {
    msgIdFn: ({ data }) => data.subarray(0, HEADER_BYTES),
    msgIdToStrFn: (id) => textOf(numberOf(id)),
  };
}

/** What the class asks of libp2p, and uses only to open streams. */
function components(peerId: PeerId, privateKey: unknown): object {
  const log = Object.assign(() => undefined, { error: () => undefined, trace: () => undefined });
  return {
    peerId,
    privateKey,
    logger: { forComponent: () => log },
    peerStore: { merge: async () => undefined },
    registrar: {
      handle: async () => undefined,
      unhandle: async () => undefined,
      register: async () => 'topology',
      unregister: () => undefined,
    },
    connectionManager: {},
  };
}

function checked(router: unknown): Hidden {
  assert(typeof router === 'object' && router !== null, 'the package makes a router');
  const missing = [
    ...METHODS.filter((name) => typeof Reflect.get(router, name) !== 'function'),
    ...MAPS.filter((name) => !(Reflect.get(router, name) instanceof Map)),
  ];
  assert(missing.length === 0, `the gossip router has ${missing.join(', ')}`);
  return router as Hidden;
}

function numbersOf(rpc: Rpc): readonly number[] {
  return rpc.messages.flatMap(({ data }) => (data === undefined ? [] : [numberOf(data)]));
}

/** The first four bytes; read for every copy and every id that is announced. */
function numberOf(data: Uint8Array): number {
  const high = ((data[0] ?? 0) << 8) | (data[1] ?? 0);
  const low = ((data[2] ?? 0) << 8) | (data[3] ?? 0);
  return high * 65_536 + low;
}

/** A frame begins with its length, seven bits in a byte. */
function withoutLength(frame: Frame): Uint8Array {
  const bytes = frame.subarray();
  return bytes.subarray(bytes.findIndex((byte) => byte < 128) + 1);
}
