/**
 * [WIRE-3] What came before it can be understood is kept, within limits, not dropped. [WIRE-4]
 */
import { assert } from '../base/index.ts';

/** Rounds by which a node may lag behind the others and still keep what they say. */
export const EARLY_ROUNDS_MAX = 8;

export type EarlyLimits = {
  /** Items in all, for one thing that must become known first, and of one sender. */
  readonly totalMax: number;
  readonly perKeyMax: number;
  readonly perSenderMax: number;
  /** Bytes of the messages that are kept alive, in all and of one sender. */
  readonly bytesMax: number;
  readonly bytesPerSenderMax: number;
};

/** Something early, who sent it, and the message that it keeps in memory. */
export type EarlyItem<Content> = {
  readonly content: Content;
  /** The signer where there is one, else the neighbour: nobody fills the room of others. */
  readonly sender: string;
  readonly message: object;
  readonly messageBytes: number;
};

type Usage = { items: number; bytes: number };

/** Something that must become known first. */
export type Early = {
  readonly early: string;
  /** Whether nothing of it could be checked yet. */
  readonly isUnchecked?: boolean;
};

/** Items waiting for something to become known, by what they wait for. */
export class EarlyBuffer<Content> {
  readonly #limits: EarlyLimits;
  readonly #waiting = new Map<string, EarlyItem<Content>[]>();
  readonly #senders = new Map<string, Usage>();
  /** Items per message: the bytes of a message count once. */
  readonly #messages = new Map<object, number>();
  readonly #all: Usage = { items: 0, bytes: 0 };

  constructor(limits: EarlyLimits) {
    assert(limits.perKeyMax <= limits.totalMax, 'one key holds no more than all keys');
    assert(limits.perSenderMax <= limits.totalMax, 'one sender holds no more than all');
    assert(limits.bytesPerSenderMax <= limits.bytesMax, 'one sender holds no more than all');
    this.#limits = limits;
  }

  /** Number of items that wait. */
  get size(): number {
    return this.#all.items;
  }

  /** Bytes of the messages that are kept alive. */
  get sizeBytes(): number {
    return this.#all.bytes;
  }

  /** Keeps `item` until `key` is released; tells whether there was room. */
  keep(key: string, item: EarlyItem<Content>): boolean {
    const { totalMax, perKeyMax, perSenderMax, bytesMax, bytesPerSenderMax } = this.#limits;
    const bytes = this.#messages.has(item.message) ? 0 : item.messageBytes;
    const sender = this.#senders.get(item.sender) ?? { items: 0, bytes: 0 };
    if ((this.#waiting.get(key)?.length ?? 0) >= perKeyMax) return false;
    if (sender.items >= perSenderMax || sender.bytes + bytes > bytesPerSenderMax) return false;
    while (this.#all.items >= totalMax || this.#all.bytes + bytes > bytesMax) this.#evictOldest();
    const items = this.#waiting.get(key) ?? [];
    items.push(item);
    this.#waiting.set(key, items);
    this.#count(item, 1);
    return true;
  }

  /** Removes and returns what waited for `key`, in order of arrival. */
  release(key: string): readonly EarlyItem<Content>[] {
    const items = this.#waiting.get(key);
    if (items === undefined) return [];
    this.#waiting.delete(key);
    for (const item of items) this.#count(item, -1);
    return items;
  }

  #count({ sender, message, messageBytes }: EarlyItem<Content>, change: 1 | -1): void {
    const usage = this.#senders.get(sender) ?? { items: 0, bytes: 0 };
    const before = this.#messages.get(message) ?? 0;
    const after = before + change;
    const bytes = before === 0 ? messageBytes : after === 0 ? -messageBytes : 0;
    for (const counted of [usage, this.#all]) {
      counted.items += change;
      counted.bytes += bytes;
    }
    if (after === 0) this.#messages.delete(message);
    else this.#messages.set(message, after);
    if (usage.items === 0) this.#senders.delete(sender);
    else this.#senders.set(sender, usage);
  }

  #evictOldest(): void {
    const oldest = this.#waiting.keys().next();
    assert(!oldest.done, 'a full buffer holds something');
    this.release(oldest.value);
  }
}
