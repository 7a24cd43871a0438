/**
 * Does a node vote when it is drawn, and does it hear its neighbours? Both are counted in rounds,
 * so that a moment is no alarm.
 */

import { type Subject, type SubjectKey, subjectKey } from '../../base/index.ts';
import type { Report } from '../../core/index.ts';

/** Rounds that a drawn claim may stay without a vote, or a topic without neighbours. */
export const SILENT_ROUNDS_MAX = 6;
/** After so many rounds without being drawn again, a miss is no news. */
const FORGOTTEN_ROUNDS = 60;
/** Subjects remembered. [WIRE-4] */
const WAITING_MAX = 1_024;

export class VoteWatch {
  #latest = 0;
  /** Rounds in which subjects were drawn, oldest first. */
  readonly #waiting = new Map<SubjectKey, number>();
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
  drawn(subject: Subject): void {
    const key = subjectKey(subject);
    if (!this.#waiting.has(key)) this.#waiting.set(key, this.#latest);
    for (const [oldest, since] of this.#waiting) {
      const isKept = this.#latest - since <= FORGOTTEN_ROUNDS && this.#waiting.size <= WAITING_MAX;
      if (isKept) break;
      this.#waiting.delete(oldest);
    }
  }

  /** It said what it found, or others decided before it could: a node that catches up is late. */
  done(subject: Subject): void {
    this.#waiting.delete(subjectKey(subject));
  }

  /** Rounds since it was drawn and said nothing; 0 if all is well. */
  get silentRounds(): number {
    const waited = [...this.#waiting.values()].map((since) => this.#latest - since);
    const news = waited.filter((rounds) => rounds <= FORGOTTEN_ROUNDS);
    const rounds = Math.max(0, ...news);
    return rounds > SILENT_ROUNDS_MAX ? rounds : 0;
  }

  /** Topics of `emptyNow` that were empty for several rounds. */
  deserted(emptyNow: readonly string[]): readonly string[] {
    return emptyNow.filter((topic) => {
      const since = this.#emptySince.get(topic);
      return since !== undefined && this.#latest - since >= SILENT_ROUNDS_MAX / 2;
    });
  }
}

/** Whether a report ends the wait for this node's vote about a subject. */
export function isEnd(report: Report): report is Extract<Report, { readonly subject: Subject }> {
  return 'subject' in report && ENDS.includes(report.kind);
}

const ENDS: readonly string[] = ['committed', 'revealed', 'decided', 'unresolved', 'closed'];
