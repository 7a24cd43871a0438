/**
 * A message while it spreads: who has it, who was told so, and how many events still name it.
 */
import type { Micros } from '../../kernel/queue.ts';
import type { Topic } from '../model.ts';

/** What a node did with a message. */
export const UNSEEN = 0;
export const SEEN = 1;
export const ACCEPTED = 2;
export const REJECTED = 3;
export const IGNORED = 4;

export const NOWHERE = -1;

export class Live<Message> {
  /** Absent for what attackers make up. */
  readonly message: Message | undefined;
  readonly topic: Topic;
  readonly sizeBytes: number;
  /** Names its random draws. */
  readonly id: number;
  /** Who published it. */
  readonly source: number;
  /** Whether each node owes it to its whole mesh, the neighbour that it came from included. */
  readonly isDue: boolean;
  /** What each node did with it. */
  readonly fate: Uint8Array;
  /** Events that name it by its slot. */
  references = 0;
  /** Place in the table of what spreads; `NOWHERE` before and after. */
  slot = NOWHERE;
  /** When a node last accepted it. */
  usedAt: Micros = 0;
  /** Links whose other end has it: bits by link. */
  readonly #known: Uint32Array;

  constructor(options: {
    readonly message: Message | undefined;
    readonly topic: Topic;
    readonly sizeBytes: number;
    readonly id: number;
    readonly source: number;
    readonly isDue: boolean;
    readonly nodeCount: number;
    readonly linkCount: number;
  }) {
    this.message = options.message;
    this.topic = options.topic;
    this.sizeBytes = options.sizeBytes;
    this.id = options.id;
    this.source = options.source;
    this.isDue = options.isDue;
    this.fate = new Uint8Array(options.nodeCount);
    this.#known = new Uint32Array((options.linkCount >>> 5) + 1);
  }

  /** Notes that the other end of a link has the message. Links made since it began are left out. */
  note(link: number): void {
    const word = link >>> 5;
    if (word < this.#known.length) {
      this.#known[word] = (this.#known[word] as number) | (1 << (link & 31));
    }
  }

  isKnown(link: number): boolean {
    return (((this.#known[link >>> 5] ?? 0) >>> (link & 31)) & 1) === 1;
  }
}
