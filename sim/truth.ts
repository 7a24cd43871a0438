/**
 * What is true in a run, whatever the protocol says: which answers are right, what each was drawn
 * as, and who is dishonest. Judges and metrics read it; nodes never do.
 */
import type { BatchId, BlobId, Digest, NodeId, Round, Subject, TimeMs } from '../src/base/index.ts';
import type { Slot } from '../src/core/index.ts';
import { slotKey } from '../src/core/index.ts';

/** An answer of a provider. */
export type Answer = {
  readonly provider: NodeId;
  readonly model: BlobId;
  readonly input: BlobId;
  readonly assuranceClass: string;
  readonly round: Round;
  readonly index: number;
  readonly answeredAt: TimeMs;
  /** What was run: `reference`, a substitute, or `cached`. */
  readonly variant: string;
  readonly isWrong: boolean;
  /** Whether the same request was claimed before. [CLAIM-4] */
  readonly isRepeat: boolean;
  readonly outputDigest: Digest;
};

export class Truth {
  readonly dishonest: ReadonlySet<NodeId>;
  /** Honest validators that are down. */
  readonly down: ReadonlySet<NodeId>;
  readonly #answers = new Map<string, Answer>();
  readonly #slots = new Map<BatchId, Slot>();

  constructor(dishonest: ReadonlySet<NodeId>, down: ReadonlySet<NodeId>) {
    this.dishonest = dishonest;
    this.down = down;
  }

  addAnswer(answer: Answer): void {
    this.#answers.set(`${slotKey(answer)}/${answer.index}`, answer);
  }

  addBatch(batch: BatchId, slot: Slot): void {
    this.#slots.set(batch, slot);
  }

  answers(): Iterable<Answer> {
    return this.#answers.values();
  }

  /** The answer behind a drawn leaf. */
  answerOf({ batch, index }: Subject): Answer | undefined {
    const slot = this.#slots.get(batch);
    return slot === undefined ? undefined : this.#answers.get(`${slotKey(slot)}/${index}`);
  }

  isHonest(id: NodeId): boolean {
    return !this.dishonest.has(id);
  }
}
