/**
 * Calendars in use: subjects with the same drawing beacon and execution time share one. [TIME-5]
 */
import type { ModelManifest, Round, SubjectKey, TimeMs } from '../../base/index.ts';
import type { BeaconLog } from '../beacon-log.ts';
import { Calendar, type Milestone, phaseRounds } from '../calendar.ts';
import type { Context } from '../context.ts';
import { executionRounds } from '../network.ts';

type Entry = { readonly calendar: Calendar; readonly subjects: Set<SubjectKey> };

/** A milestone that passed, and for whom. */
export type Passed = { readonly milestone: Milestone; readonly subjects: readonly SubjectKey[] };

const NOTHING: readonly Passed[] = [];

export class CalendarBook {
  readonly #entries = new Map<string, Entry>();
  readonly #keys = new Map<Calendar, string>();
  /** The next deadline, as long as nothing changed that it depends on. */
  #next: { readonly additions: number; readonly at: TimeMs | undefined } | undefined;

  /** Returns the calendar of a subject that `first` draws, and counts the subject in. */
  enter(
    { network }: Context,
    manifest: ModelManifest,
    { first, subject }: { first: Round; subject: SubjectKey },
  ): Calendar {
    const e = executionRounds(network, manifest);
    const key = `${first}/${e}`;
    const known = this.#entries.get(key);
    if (known !== undefined) {
      known.subjects.add(subject);
      return known.calendar;
    }
    this.#next = undefined;
    const { parameters } = network;
    const calendar = new Calendar(first, phaseRounds(parameters, e), parameters.roundMs);
    this.#entries.set(key, { calendar, subjects: new Set([subject]) });
    this.#keys.set(calendar, key);
    return calendar;
  }

  leave(calendar: Calendar, subject: SubjectKey): void {
    const key = this.#keys.get(calendar);
    const entry = key === undefined ? undefined : this.#entries.get(key);
    if (key === undefined || entry === undefined) return;
    entry.subjects.delete(subject);
    if (entry.subjects.size > 0) return;
    this.#next = undefined;
    this.#entries.delete(key);
    this.#keys.delete(calendar);
  }

  /** Passes every milestone that is due, one calendar after the other. */
  advance(context: Context): Iterable<Passed> {
    const due = this.nextDeadline(context.beacons);
    return due === undefined || due > context.now ? NOTHING : this.#advance(context);
  }

  *#advance(context: Context): Generator<Passed> {
    this.#next = undefined;
    for (const { calendar, subjects } of [...this.#entries.values()]) {
      for (;;) {
        const milestone = calendar.advance(context.now, context.beacons);
        if (milestone === undefined) break;
        yield { milestone, subjects: [...subjects] };
      }
    }
  }

  nextDeadline(beacons: BeaconLog): TimeMs | undefined {
    const { additions } = beacons;
    if (this.#next?.additions === additions) return this.#next.at;
    let next: TimeMs | undefined;
    for (const { calendar } of this.#entries.values()) {
      const at = calendar.nextDeadline(beacons);
      if (at !== undefined && (next === undefined || at < next)) next = at;
    }
    this.#next = { additions, at: next };
    return next;
  }
}
