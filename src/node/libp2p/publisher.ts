/**
 * Messages of our own on their way to gossip. When nobody listens they wait, and are given up when
 * they are too old to matter: the node says so instead of losing votes in silence.
 */
import { GOSSIP_LIMITS } from './limits.ts';
import type { Topic } from './types.ts';

/** What became of a message. */
export type Fate = 'published' | 'too-old' | 'queue-full' | 'stopped';

type Entry = {
  readonly topic: Topic;
  readonly bytes: Uint8Array;
  readonly sinceMs: number;
  readonly resolve: (fate: Fate) => void;
};

/** A bounded queue that sends as soon as somebody listens. */
export class Publisher {
  readonly #isReachable: (topic: Topic) => boolean;
  readonly #send: (topic: Topic, bytes: Uint8Array) => Promise<boolean>;
  readonly #onRetry: () => void;
  readonly #entries: Entry[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #isSending = false;
  /** Something came while sending: look again at once. */
  #isAskedAgain = false;
  #isStopped = false;

  /**
   * @param options.send resolves to false if nobody took the message after all
   * @param options.onRetry called when a message found nobody and stays in the queue
   */
  constructor(options: {
    readonly isReachable: (topic: Topic) => boolean;
    readonly send: (topic: Topic, bytes: Uint8Array) => Promise<boolean>;
    readonly onRetry: () => void;
  }) {
    this.#isReachable = options.isReachable;
    this.#send = options.send;
    this.#onRetry = options.onRetry;
  }

  /** Queues a message; resolves when its fate is known. Does not reject. */
  publish(topic: Topic, bytes: Uint8Array): Promise<Fate> {
    if (this.#isStopped) return Promise.resolve('stopped');
    const isFull =
      this.#entries.length >= GOSSIP_LIMITS.publishQueueMax ||
      this.#bytes + bytes.length > GOSSIP_LIMITS.publishQueueBytesMax;
    if (isFull) this.#settle(0, 'queue-full');
    return new Promise((resolve) => {
      this.#entries.push({ topic, bytes, sinceMs: Date.now(), resolve });
      this.#bytes += bytes.length;
      this.flush();
    });
  }

  /** Sends what can be sent now. Called when a peer came, and by its own timer. */
  flush(): void {
    this.#isAskedAgain = this.#isSending;
    if (this.#isSending || this.#isStopped) return;
    this.#isSending = true;
    this.#sendAll().then(
      () => this.#rest(),
      () => this.#rest(),
    );
  }

  /** Gives up what waits. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    while (this.#entries.length > 0) this.#settle(0, 'stopped');
  }

  async #sendAll(): Promise<void> {
    for (let index = 0; index < this.#entries.length; ) {
      const entry = this.#entries[index];
      if (entry === undefined) return;
      const isSent = this.#isReachable(entry.topic) && (await this.#send(entry.topic, entry.bytes));
      // While sending, older entries may have been dropped for room.
      const at = this.#entries.indexOf(entry);
      if (isSent) this.#settle(at, 'published');
      else if (Date.now() - entry.sinceMs > GOSSIP_LIMITS.publishAgeMaxMs) {
        this.#settle(at, 'too-old');
      } else {
        index = at + 1;
        this.#onRetry();
      }
    }
  }

  #rest(): void {
    this.#isSending = false;
    if (this.#isStopped || this.#entries.length === 0) return;
    if (this.#isAskedAgain) return this.flush();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), GOSSIP_LIMITS.publishRetryMs);
  }

  #settle(index: number, fate: Fate): void {
    const [entry] = index < 0 ? [] : this.#entries.splice(index, 1);
    if (entry === undefined) return;
    this.#bytes -= entry.bytes.length;
    entry.resolve(fate);
  }
}
