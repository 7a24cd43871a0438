/**
 * Signatures of this node's own key among what others send: which of them this process made, and
 * what the rest is about. Anybody can write our id on a message, so each is verified first.
 */
import type { BatchId, NodeId, Round } from '../../base/index.ts';
import type { Network } from '../../core/index.ts';
import { type Crypto, merkleRoot } from '../../crypto/index.ts';
import {
  type BundleMessage,
  batchId,
  bundleSigningBytes,
  type HeaderMessage,
  headerSigningBytes,
  type Message,
} from '../../wire/index.ts';
import { BoundedCache } from '../execution/index.ts';

/** Signatures of our own that are remembered: the messages of many minutes. */
const SAID_MAX = 16_384;
/** Rounds of batches that the core was not told of. */
const ROUNDS_MAX = 16_384;
/** Each forgery costs one verification; more than these in a round are left alone. */
const VERIFIED_PER_ROUND = 64;

export type OwnVoiceOptions = {
  readonly self: NodeId;
  readonly network: Network;
  readonly crypto: Crypto;
  /** The header of a batch that the node knows. */
  readonly headerOf: (batch: BatchId) => HeaderMessage | undefined;
};

export class OwnVoice {
  readonly #options: OwnVoiceOptions;
  readonly #said = new BoundedCache<true>(SAID_MAX);
  readonly #rounds = new BoundedCache<Round>(ROUNDS_MAX);
  #verificationsLeft = VERIFIED_PER_ROUND;

  constructor(options: OwnVoiceOptions) {
    this.#options = options;
  }

  /** A new round: forgeries may be looked at again. */
  tick(): void {
    this.#verificationsLeft = VERIFIED_PER_ROUND;
  }

  /** This process sends a message. */
  note(message: Message): void {
    if (this.#isInOurName(message)) this.#said.set(keyOf(message), true, 1);
  }

  /** Remembers of which round a batch is that the core does not hear of. */
  noteUnheard(header: HeaderMessage): void {
    this.#rounds.set(batchId(header), header.round, 1);
  }

  /** The latest round that a message is about, if our key signed it and this process did not. */
  foreignRound(message: Message): Round | undefined {
    if (!this.#isInOurName(message) || this.#said.get(keyOf(message)) === true) return undefined;
    const about = this.#roundOf(message);
    if (about === undefined || this.#verificationsLeft === 0) return undefined;
    this.#verificationsLeft -= 1;
    return this.#isSigned(message) ? about : undefined;
  }

  #isInOurName(message: Message): message is HeaderMessage | BundleMessage {
    const { self } = this.#options;
    if (message.type === 'header') return message.provider === self;
    return message.type === 'bundle' && message.validator === self;
  }

  #roundOf(message: HeaderMessage | BundleMessage): Round | undefined {
    if (message.type === 'header') return message.round;
    const rounds = message.entries.flatMap(({ entry: { batch } }) => {
      return this.#options.headerOf(batch)?.round ?? this.#rounds.get(batch) ?? [];
    });
    return rounds.sort((a, b) => b - a)[0];
  }

  #isSigned(message: HeaderMessage | BundleMessage): boolean {
    const { self, network, crypto } = this.#options;
    const signed =
      message.type === 'header'
        ? headerSigningBytes(network.id, message)
        : bundleSigningBytes(network.id, self, merkleRoot(message.entries.map((e) => e.bytes)));
    return crypto.verify(self, signed, message.signature);
  }
}

function keyOf({ signature }: HeaderMessage | BundleMessage): string {
  return Buffer.from(signature).toString('base64');
}
