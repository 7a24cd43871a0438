/**
 * Does a node vote when it is drawn, and does it hear its neighbours? Both are counted in rounds,
 * so that a moment is no alarm.
 */

/** Rounds that a drawn claim may stay without a vote, or a topic without neighbours. */
export const SILENT_ROUNDS_MAX = 6;
/** After so many rounds without being drawn again, a miss is no news. */
const FORGOTTEN_ROUNDS = 60;

export class VoteWatch {
  #latest = 0;
  #waitingSince: number | undefined;
  readonly #emptySince = new Map<string, number>();

  /** A round began. @param emptyTopics topics in which no neighbour is */
  tick(latest: number, emptyTopics: readonly string[]): void {
    this.#latest = Math.max(this.#latest, latest);
    for (const topic of this.#emptySince.keys()) {
      if (!emptyTopics.includes(topic)) this.#emptySince.delete(topic);
    }
    for (const topic of emptyTopics) {
      if (!this.#emptySince.has(topic)) this.#emptySince.set(topic, this.#latest);
    }
  }

  /** The node was drawn and begins to execute. */
  drawn(): void {
    const isForgotten = this.#latest - (this.#waitingSince ?? this.#latest) > FORGOTTEN_ROUNDS;
    if (isForgotten) this.#waitingSince = undefined;
    this.#waitingSince ??= this.#latest;
  }

  /** It committed to what it found, or revealed it. */
  voted(): void {
    this.#waitingSince = undefined;
  }

  /** Rounds since it was drawn and said nothing; 0 if all is well. */
  get silentRounds(): number {
    const rounds = this.#latest - (this.#waitingSince ?? this.#latest);
    return rounds > SILENT_ROUNDS_MAX && rounds <= FORGOTTEN_ROUNDS ? rounds : 0;
  }

  /** Topics of `emptyNow` that were empty for several rounds. */
  deserted(emptyNow: readonly string[]): readonly string[] {
    return emptyNow.filter((topic) => {
      const since = this.#emptySince.get(topic);
      return since !== undefined && this.#latest - since >= SILENT_ROUNDS_MAX / 2;
    });
  }
}
