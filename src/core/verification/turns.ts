/** Levels that wait for their turn to publish a certificate. [CERT-1] */
import type { TimeMs } from '../../base/index.ts';
import type { LevelState, SubjectState } from './state.ts';

/** A level of a subject. */
export type Place = { readonly subject: SubjectState; readonly level: LevelState };

export class Turns {
  readonly #places = new Map<LevelState, Place>();
  /** The first turn of all. */
  #next: TimeMs | undefined;

  /** When the first turn comes. */
  get next(): TimeMs | undefined {
    return this.#next;
  }

  /** Notes a level, if it has a turn. */
  add(place: Place): void {
    const at = place.level.publishAt;
    if (at === undefined) return;
    this.#places.set(place.level, place);
    if (this.#next === undefined || at < this.#next) this.#next = at;
  }

  delete(level: LevelState): void {
    this.#places.delete(level);
  }

  /** Calls `publish` for each level whose turn has come; it takes the turn away. */
  take(now: TimeMs, publish: (place: Place) => void): void {
    if (this.#next === undefined || now < this.#next) return;
    this.#next = undefined;
    for (const place of [...this.#places.values()]) {
      publish(place);
      if (place.level.publishAt === undefined) this.#places.delete(place.level);
      else this.add(place);
    }
  }
}
