/**
 * Who does not forward: the rule of real nodes (`src/node/libp2p/relay-watch.ts`) over links. What
 * is due goes to the whole mesh, so a neighbour in it that did not send us what we accepted missed
 * it; four misses more than deliveries cost points until they are made up for.
 */
import type { Micros } from '../../kernel/queue.ts';
import type { Link } from './links.ts';

const MISSED_LIMIT = 4;
const MISSED_MAX = 8;
/** Messages judged until a neighbour outside of the mesh is forgiven one miss. */
const FORGIVEN_EVERY = 4;

/** What is due: which neighbours sent it. */
export type Owed = { isKnown(link: Link): boolean };

type Due = {
  readonly owed: Owed;
  readonly judgedAt: Micros;
  readonly expected: readonly Link[];
};

/** What one node watches. */
export class RelayWatch {
  readonly #windowUs: Micros;
  readonly #due: Due[] = [];
  readonly #missed = new Map<Link, number>();
  #meshBefore: readonly Link[] = [];
  #judged = 0;

  /** @param windowUs within which a message counts as forwarded */
  constructor(windowUs: Micros) {
    this.#windowUs = windowUs;
  }

  /** The node accepted or published what its mesh, now and before, owes it. */
  accepted(owed: Owed, mesh: readonly Link[], now: Micros): void {
    const expected = mesh.filter((link) => this.#meshBefore.includes(link));
    this.#due.push({ owed, judgedAt: now + this.#windowUs, expected });
    this.#meshBefore = [...mesh];
  }

  /** Counts what is due by now. */
  tick(mesh: readonly Link[], now: Micros): void {
    for (let next = this.#due[0]; next !== undefined && next.judgedAt <= now; next = this.#due[0]) {
      this.#due.shift();
      for (const link of next.expected) {
        if (mesh.includes(link)) this.#add(link, next.owed.isKnown(link) ? -1 : 1);
      }
      this.#judged += 1;
      if (this.#judged % FORGIVEN_EVERY !== 0) continue;
      for (const link of this.#missed.keys()) if (!mesh.includes(link)) this.#add(link, -1);
    }
  }

  /** Whether a neighbour is punished. */
  isPunished(link: Link): boolean {
    return (this.#missed.get(link) ?? 0) >= MISSED_LIMIT;
  }

  #add(link: Link, change: number): void {
    const missed = Math.min(MISSED_MAX, (this.#missed.get(link) ?? 0) + change);
    if (missed > 0) this.#missed.set(link, missed);
    else this.#missed.delete(link);
  }
}
