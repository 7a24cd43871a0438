/**
 * Calendars in use: subjects with the same drawing beacon and execution time share one. [TIME-5]
 */
import type { ModelManifest, Round, TimeMs } from '../../base/index.ts';
import type { BeaconLog } from '../beacon-log.ts';
import { Calendar, type Milestone, phaseRounds } from '../calendar.ts';
import type { Context } from '../context.ts';
import { executionRounds } from '../network.ts';
import type { SubjectState } from './state.ts';

type Entry = { readonly key: string; readonly subjects: Set<SubjectState> };

/** A milestone that passed, and for whom. */
export type Passed = { readonly milestone: Milestone; readonly subjects: readonly SubjectState[] };

const NOTHING: readonly Passed[] = [];

export class CalendarBook {
  readonly #calendars = new Map<string, Calendar>();
  readonly #entries = new Map<Calendar, Entry>();
  /** The next deadline, as long as nothing changed that it depends on. */
  #next: { readonly additions: number; readonly at: TimeMs | undefined } | undefined;

  /** Returns the calendar of subjects that `first` draws. */
  of({ network }: Context, manifest: ModelManifest, first: Round): Calendar {
    const e = executionRounds(network, manifest);
    const key = `${first}/${e}`;
    const known = this.#calendars.get(key);
    if (known !== undefined) return known;
    const { parameters } = network;
    const calendar = new Calendar(first, phaseRounds(parameters, e), parameters.roundMs);
    this.#next = undefined;
    this.#calendars.set(key, calendar);
    this.#entries.set(calendar, { key, subjects: new Set() });
    return calendar;
  }

  /** Counts a subject in, which follows a calendar of this book. */
  enter(subject: SubjectState): void {
    this.#entries.get(subject.calendar)?.subjects.add(subject);
  }

  leave(subject: SubjectState): void {
    const entry = this.#entries.get(subject.calendar);
    if (entry === undefined) return;
    entry.subjects.delete(subject);
    if (entry.subjects.size > 0) return;
    this.#next = undefined;
    this.#entries.delete(subject.calendar);
    this.#calendars.delete(entry.key);
  }

  /** Passes every milestone that is due, one calendar after the other. */
  advance(context: Context): Iterable<Passed> {
    const due = this.nextDeadline(context.beacons);
    return due === undefined || due > context.now ? NOTHING : this.#advance(context);
  }

  *#advance(context: Context): Generator<Passed> {
    this.#next = undefined;
    for (const [calendar, { subjects }] of [...this.#entries]) {
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
    for (const calendar of this.#entries.keys()) {
      const at = calendar.nextDeadline(beacons);
      if (at !== undefined && (next === undefined || at < next)) next = at;
    }
    this.#next = { additions, at: next };
    return next;
  }
}
