/**
 * From the network to the core: messages of gossip and of neighbours, decoded and given to the
 * runner, and its judgement back to gossip. [WIRE-3]
 *
 * Until the beacons of the past are known, messages wait here: a core that learns the latest
 * beacon first takes what came before it for void. Beacons of now are passed on meanwhile.
 */
import { type BatchId, type NodeId, type Round, round } from '../base/index.ts';
import {
  type BeaconMessage,
  batchId,
  type Decoded,
  decodeMessage,
  type HeaderMessage,
  type Message,
} from '../wire/index.ts';
import { BoundedCache } from './execution/index.ts';
import type { GossipMessage, Host, Judgement, Topic } from './libp2p/index.ts';
import type { Runner } from './runner/index.ts';

/** Messages that wait for the past, at most; the oldest are dropped. */
const HELD_MAX = 8192;
/** Headers remembered. */
const KNOWN_MAX = 16_384;

/** The topic on which a message travels, if gossip carries it. */
export function topicOf(message: Message): Topic | undefined {
  switch (message.type) {
    case 'beacon':
      return 'beacon';
    case 'query':
    case 'request':
    case 'promise':
      return undefined;
    default:
      return 'claims';
  }
}

type Held = { readonly from: NodeId; readonly decoded: Decoded; readonly gossip: GossipMessage };

export type FeedOptions = {
  readonly host: Host;
  readonly runner: Runner;
  /** A beacon that the core accepted. */
  readonly onBeacon: (beacon: { readonly round: Round; readonly signature: Uint8Array }) => void;
  /** Whether a beacon is signed and of now: it may be passed on before the core hears of it. */
  readonly isCurrent: (beacon: BeaconMessage) => boolean;
  readonly onMalformed: (from: NodeId, reason: string) => void;
  /** [GUARD-2] Below this round nothing may be signed: the core does not hear of it. */
  readonly watermark: () => Round;
  /** Hears every message that others send, also those that the core does not. Does not throw. */
  readonly hear: (message: Message) => void;
};

export class Feed {
  readonly #options: FeedOptions;
  #held: Held[] | undefined = [];
  #latest = round(0);
  readonly #headers = new BoundedCache<HeaderMessage>(KNOWN_MAX);

  constructor(options: FeedOptions) {
    this.#options = options;
    options.host.onGossip((message) => this.#takeGossip(message));
    options.host.onDirect(({ from, bytes }) => this.#takeDirect(from, bytes));
  }

  /** The header of a batch that was heard of, or said. */
  header(batch: BatchId): HeaderMessage | undefined {
    return this.#headers.get(batch);
  }

  /** Headers of one slot. [CLAIM-2] */
  headers(isOfSlot: (header: HeaderMessage) => boolean): readonly HeaderMessage[] {
    return this.#headers.values().filter(isOfSlot);
  }

  /**
   * Remembers the header that a message carries; also of messages of our own. The core needs its
   * round before it has judged it.
   * @returns the batch, if nothing was known of it: what turns out to be forged is forgotten
   */
  note(message: Message): BatchId | undefined {
    const header = headerOf(message);
    if (header === undefined) return undefined;
    const batch = batchId(header);
    // the first one stays: another signature over the same header is no better
    if (this.#headers.get(batch) !== undefined) return undefined;
    this.#headers.set(batch, header, 1);
    return batch;
  }

  /**
   * Gives the core a message that was asked for; resolves when it was taken.
   * @param isCaughtUp whether it is of the past: late, whatever the clock says [TIME-4]
   */
  async take(from: string, decoded: Decoded, { isCaughtUp = false } = {}): Promise<boolean> {
    this.#options.hear(decoded.message);
    if (this.#isBelowWatermark(decoded.message)) return false;
    const noted = this.note(decoded.message);
    let isAccepted = false;
    const event = { kind: 'message-received', from, decoded, isCaughtUp } as const;
    await this.#options.runner.take(event, ({ verdict }) => {
      isAccepted = verdict === 'accept';
      this.#judged(decoded.message, noted, verdict);
    });
    return isAccepted;
  }

  /** Lets the messages that waited go to the core, and all later ones at once. */
  open(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const { from, decoded, gossip } of held) this.#give(from, decoded, gossip);
  }

  #takeGossip(gossip: GossipMessage): void {
    const { from, topic, bytes } = gossip;
    const result = decodeMessage(bytes);
    if (result.kind === 'malformed') {
      this.#options.onMalformed(from, result.reason);
      return gossip.judge('reject');
    }
    const { decoded } = result;
    if (topicOf(decoded.message) !== topic) {
      this.#options.onMalformed(from, `a ${decoded.message.type} on the topic ${topic}`);
      return gossip.judge('reject');
    }
    this.#options.hear(decoded.message);
    if (this.#held === undefined) return this.#give(from, decoded, gossip);
    const { message } = decoded;
    // who is in a mesh and passes on no rounds is taken for one who never does
    if (message.type === 'beacon' && this.#options.isCurrent(message)) gossip.judge('accept');
    this.#held.push({ from, decoded, gossip });
    if (this.#held.length > HELD_MAX) this.#held.shift();
  }

  #give(from: NodeId, decoded: Decoded, gossip: GossipMessage): void {
    if (this.#isBelowWatermark(decoded.message)) return gossip.judge('ignore');
    const noted = this.note(decoded.message);
    this.#options.runner.give({ kind: 'message-received', from, decoded }, ({ verdict }) => {
      gossip.judge(verdict);
      this.#judged(decoded.message, noted, verdict);
    });
  }

  /** One-way messages: queries, and what answers ours. */
  #takeDirect(from: NodeId, bytes: Uint8Array): void {
    const result = decodeMessage(bytes);
    if (result.kind === 'malformed') return this.#options.onMalformed(from, result.reason);
    const { decoded } = result;
    this.#options.hear(decoded.message);
    if (this.#held !== undefined) return;
    if (this.#isBelowWatermark(decoded.message)) return;
    const noted = this.note(decoded.message);
    this.#options.runner.give({ kind: 'message-received', from, decoded }, ({ verdict }) => {
      this.#judged(decoded.message, noted, verdict);
    });
  }

  /** [GUARD-2] A guard that was renewed does not know what the key signed in earlier rounds. */
  #isBelowWatermark(message: Message): boolean {
    const watermark = this.#options.watermark();
    // [SET-2] what may be confirmed now serves from a later round
    if (message.type === 'proposal') return this.#latest < watermark;
    if (message.type === 'header') return message.round < watermark;
    if (message.type !== 'openings' && message.type !== 'certificate') return false;
    return message.header.round < watermark;
  }

  #judged(message: Message, noted: BatchId | undefined, verdict: Judgement): void {
    if (verdict === 'accept' && message.type === 'beacon') {
      this.#latest = round(Math.max(this.#latest, message.round));
      this.#options.onBeacon(message);
    }
    if (verdict === 'reject' && noted !== undefined) this.#headers.delete(noted);
    // a forgery of the same header may have come first, and been forgotten since
    if (verdict === 'accept') this.note(message);
  }
}

/** The header that a message is or carries. */
export function headerOf(message: Message): HeaderMessage | undefined {
  if (message.type === 'header') return message;
  return message.type === 'openings' || message.type === 'certificate' ? message.header : undefined;
}
