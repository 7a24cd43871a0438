/**
 * A window of the kernel's calendar: 1,024 microseconds, and the order of events within it.
 */
import type { ChunkLists } from './chunk-lists.ts';
import type { Micros } from './queue.ts';
import { TICKS } from './tick-queue.ts';

/** Length of a window: events of a run that are this far apart are of different windows. */
export const WINDOW_US = TICKS;

/** Consecutive events of one kind in the open window, ordered. */
export type EventRun = {
  /** Start of the window: an event is at `startUs + (word & EVENT_TICK_MASK)`. */
  startUs: Micros;
  /** First integers of the events; the handler may overwrite its part of both arrays. */
  a: Int32Array;
  /** Kind, second integer from bit `EVENT_B_SHIFT` on, and microsecond, of each event. */
  words: Int32Array;
  /** The events are those from `from` to before `to`. */
  from: number;
  to: number;
};

/** Bits of a word that tell the microsecond of its window. */
export const EVENT_TICK_MASK = TICKS - 1;
/** Place of `b` in a word. */
export const EVENT_B_SHIFT = 10;

/** Events that the arrays hold at first. */
const ROOM = 4096;

/** The events of the open window that came before it was opened. */
export class OpenWindow {
  /** All of them; `from` and `to` are left to whoever hands them over. */
  readonly run: EventRun = {
    ...{ startUs: 0, from: 0, to: 0 },
    a: new Int32Array(ROOM),
    words: new Int32Array(ROOM),
  };
  readonly #counts = new Int32Array(TICKS);

  /** Takes the events of a list, ordered by microsecond; returns how many there are. */
  fill(lists: ChunkLists, list: number): number {
    const head = lists.take(list);
    const isShort = lists.next(head) < 0;
    const length = isShort
      ? (lists.end(head) - lists.begin(head)) >> 1
      : this.#countAll(lists, head);
    this.#reserve(length);
    const place = isShort ? insert : scatter;
    for (let chunk = head; chunk >= 0; chunk = lists.release(chunk)) {
      place({
        counts: this.#counts,
        pairs: lists.words,
        run: this.run,
        begin: lists.begin(chunk),
        end: lists.end(chunk),
      });
    }
    return length;
  }

  /** Counts the events of a list; `counts` becomes the place of the first one of each tick. */
  #countAll(lists: ChunkLists, head: number): number {
    const counts = this.#counts.fill(0);
    for (let chunk = head; chunk >= 0; chunk = lists.next(chunk)) {
      countTicks(counts, lists.words, lists.begin(chunk), lists.end(chunk));
    }
    let sum = 0;
    for (let tick = 0; tick < TICKS; tick++) {
      const count = counts[tick] as number;
      counts[tick] = sum;
      sum += count;
    }
    return sum;
  }

  #reserve(length: number): void {
    if (this.run.a.length >= length) return;
    this.run.a = new Int32Array(2 * length);
    this.run.words = new Int32Array(2 * length);
  }
}

/** A chunk of pairs to be put in order. */
type Placing = {
  /** For each tick, the place of its next event. */
  readonly counts: Int32Array;
  readonly pairs: Int32Array;
  readonly run: EventRun;
  readonly begin: number;
  readonly end: number;
};

function countTicks(counts: Int32Array, pairs: Int32Array, begin: number, end: number): void {
  for (let i = begin + 1; i < end; i += 2) {
    const tick = (pairs[i] as number) & EVENT_TICK_MASK;
    counts[tick] = (counts[tick] as number) + 1;
  }
}

/** Puts the events of one chunk of many to their counted places. */
function scatter({ counts, pairs, run, begin, end }: Placing): void {
  const { a, words } = run;
  for (let i = begin; i < end; i += 2) {
    const word = pairs[i + 1] as number;
    const tick = word & EVENT_TICK_MASK;
    const place = counts[tick] as number;
    counts[tick] = place + 1;
    a[place] = pairs[i] as number;
    words[place] = word;
  }
}

/** Puts the events of a lone chunk in order by insertion: to count ticks would take longer. */
function insert({ pairs, run, begin, end }: Placing): void {
  const { a, words } = run;
  for (let i = begin, length = 0; i < end; i += 2, length++) {
    const word = pairs[i + 1] as number;
    const tick = word & EVENT_TICK_MASK;
    let place = length;
    for (; place > 0; place--) {
      const before = words[place - 1] as number;
      if ((before & EVENT_TICK_MASK) <= tick) break;
      words[place] = before;
      a[place] = a[place - 1] as number;
    }
    a[place] = pairs[i] as number;
    words[place] = word;
  }
}
