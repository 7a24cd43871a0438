/**
 * What messages say of their batches before anybody has checked them: enough to tell which of them
 * are over, so that a node which catches up may leave the votes on these for later.
 */
import type { BatchId, Round } from '../base/index.ts';
import { type Network, votingRounds } from '../core/index.ts';
import { batchId, type Message } from '../wire/index.ts';
import { headerOf } from './feed.ts';

type Told = {
  readonly round: Round;
  /** Leaves that were shown, and that are said to be decided. */
  readonly opened: Set<number>;
  readonly decided: Set<number>;
};

export class ToldBatches {
  readonly #network: Network;
  readonly #told = new Map<BatchId, Told>();

  constructor(network: Network) {
    this.#network = network;
  }

  has(batch: BatchId): boolean {
    return this.#told.has(batch);
  }

  clear(): void {
    this.#told.clear();
  }

  /** A batch id is the hash of its round too: nobody can tell another one. */
  note(message: Message): void {
    const header = headerOf(message);
    if (header === undefined) return;
    const batch = batchId(header);
    const { round } = header;
    const told = this.#told.get(batch) ?? { round, opened: new Set(), decided: new Set() };
    this.#told.set(batch, told);
    if (message.type === 'certificate') told.decided.add(message.index);
    if (message.type !== 'openings') return;
    for (const { index } of message.openings) told.opened.add(index);
  }

  /**
   * Whether a batch is decided, as far as it is shown, and nobody can vote any more. Who lies about
   * it delays the votes of others, until the node asks for them.
   * @param latest beacon by which deadlines go
   */
  isOver(batch: BatchId, latest: number): boolean {
    const told = this.#told.get(batch);
    if (told === undefined) return false;
    const isDecided = [...told.opened].every((index) => told.decided.has(index));
    return isDecided && told.round + votingRounds(this.#network) < latest;
  }
}
