/**
 * The event loop for millions of events: a calendar of windows, without an object per event.
 *
 * Time is cut into windows of 1,024 µs, and 1,024 windows are a block. An event waits
 * - in the open window, the one under way: in ticks of a microsecond (`TickQueue`);
 * - in this block or the next one: in the list of its window, as 8 bytes;
 * - in one of the 2,046 blocks after these (36 minutes): in the list of its block, as 16 bytes;
 * - beyond that: in a heap.
 * To enter a block moves what is due from the heap to lists of blocks, and the list of the block
 * after it to lists of windows. To open a window sorts its list by microsecond, counting (a short
 * list by insertion); what is pushed into the open window later is merged by time.
 *
 * Ties stay in order of insertion without a number that says so: each list is first in, first out,
 * counting is stable, and nothing is pushed to a list before what waited for it farther out was
 * moved there. So the order is that of `NaiveEventLoop`, which a property test holds it to.
 *
 * An event of a window is two words: `a`; kind (4 bits), `b` (18), microsecond of the window (10).
 *
 * The method is the calendar queue of Brown (CACM 1988) with windows as in a timing wheel of
 * Varghese and Lauck (SOSP 1987), cascades included.
 */
import { assert } from '../../src/base/index.ts';
import { ChunkLists } from './chunk-lists.ts';
import {
  EVENT_B_MAX,
  EVENT_KINDS_MAX,
  type EventHandler,
  type EventKind,
  type EventLoop,
} from './event-loop.ts';
import { EventQueue, type Micros } from './queue.ts';
import { TickQueue } from './tick-queue.ts';
import { EVENT_B_SHIFT, EVENT_TICK_MASK, type EventRun, OpenWindow, WINDOW_US } from './window.ts';

/** Takes a run of events. It plans nothing in the open window. */
export type RunHandler = (run: EventRun) => void;

const KIND_SHIFT = 28;
const WINDOW_SHIFT = 10;
const WINDOWS_PER_BLOCK = 1024;
const BLOCK_US = WINDOWS_PER_BLOCK * WINDOW_US;
/** Lists of windows: two blocks of them. */
const WINDOW_LISTS = 2 * WINDOWS_PER_BLOCK;
/** Lists of blocks; they follow those of windows. */
const BLOCK_LISTS = 2048;
/** Events at a time that the lists hold without growing, unless more are announced. */
const PENDING_HINT = 4096;

type Far = { readonly kind: EventKind; readonly a: number; readonly b: number };

export class Kernel implements EventLoop {
  readonly #handlers: EventHandler[] = [];
  readonly #runHandlers: (RunHandler | undefined)[] = [];
  readonly #lists: ChunkLists;
  readonly #ticks = new TickQueue();
  readonly #beyond = new EventQueue<Far>();
  /** Events in lists of windows and of blocks. */
  #inWindows = 0;
  #inBlocks = 0;
  /** The open window: `length` events of before it was opened, of which `cursor` were taken. */
  readonly #open = new OpenWindow();
  readonly #single: EventRun = {
    ...{ startUs: 0, from: 0, to: 1 },
    a: new Int32Array(1),
    words: new Int32Array(1),
  };
  #cursor = 0;
  #length = 0;
  #openUs: Micros = 0;
  /** Where lists of windows end: two blocks from the start of the open one. */
  #windowsEndUs: Micros = 2 * BLOCK_US;
  #now: Micros = 0;
  /** The same as 32-bit integers: `now` and the end of lists within the open window, its list. */
  #nowTick = 0;
  #nearUs = 2 * BLOCK_US;
  #openList = 0;
  #inRun = false;
  #taken = 0;

  /** @param pendingHint events that will wait at a time; more may, at the cost of copies */
  constructor({ pendingHint = PENDING_HINT }: { readonly pendingHint?: number } = {}) {
    this.#lists = new ChunkLists(WINDOW_LISTS + BLOCK_LISTS, pendingHint);
  }

  get now(): Micros {
    return this.#now;
  }

  get pending(): number {
    const open = this.#length - this.#cursor + this.#ticks.length;
    return open + this.#inWindows + this.#inBlocks + this.#beyond.length;
  }

  register(handler: EventHandler): EventKind {
    assert(this.#handlers.length < EVENT_KINDS_MAX, 'a loop has few kinds of events');
    this.#runHandlers.push(undefined);
    return this.#handlers.push(handler) - 1;
  }

  /**
   * Returns the kind of events that `handler` takes by runs: as many at once as lie in one window
   * without others between them. It must plan nothing in the open window, which is asserted:
   * events that follow each other after `WINDOW_US` or more never do.
   */
  registerRuns(handler: RunHandler): EventKind {
    const kind = this.register(() => assert(false, 'a kind of runs is not taken one by one'));
    this.#runHandlers[kind] = handler;
    return kind;
  }

  push(at: Micros, kind: EventKind, a: number, b: number): void {
    assert(Number.isSafeInteger(at) && at >= this.#now, 'no event lies in the past');
    assert(b >= 0 && b <= EVENT_B_MAX, 'the second integer of an event has 18 bits');
    const ahead = at - this.#openUs;
    if (at < this.#windowsEndUs && ahead >= WINDOW_US) this.#toWindow(at, kind, a, b);
    else this.#toElsewhere(at, kind, a, b);
  }

  pushAfter(delayUs: number, kind: EventKind, a: number, b: number): void {
    const ahead = this.#nowTick + delayUs;
    if (ahead >= WINDOW_US && ahead < this.#nearUs) {
      const list = (this.#openList + (ahead >> WINDOW_SHIFT)) & (WINDOW_LISTS - 1);
      const tick = ahead & EVENT_TICK_MASK;
      this.#lists.append(list, a, (kind << KIND_SHIFT) | (b << EVENT_B_SHIFT) | tick);
      this.#inWindows += 1;
    } else this.push(this.#now + delayUs, kind, a, b);
  }

  /** Events taken so far. */
  get taken(): number {
    return this.#taken;
  }

  run(count: number): boolean {
    const end = this.#taken + count;
    while (this.#taken < end) {
      if (this.#cursor === this.#length && this.#ticks.length === 0 && !this.#openNext()) {
        return false;
      }
      this.#taken += this.#step(end - this.#taken);
    }
    return this.pending > 0;
  }

  /** Takes the next event of the open window, or a run of up to `limit`; returns how many. */
  #step(limit: number): number {
    const { a, words } = this.#open.run;
    const ticks = this.#ticks;
    const first = ticks.first;
    const cursor = this.#cursor;
    if (cursor < this.#length) {
      const word = words[cursor] as number;
      if ((word & EVENT_TICK_MASK) <= first) {
        const kind = word >>> KIND_SHIFT;
        const runHandler = this.#runHandlers[kind];
        if (runHandler !== undefined) return this.#takeRun(runHandler, limit);
        this.#cursor = cursor + 1;
        this.#take(a[cursor] as number, word);
        return 1;
      }
    }
    const [x, y] = [ticks.x, ticks.y];
    ticks.drop();
    const runHandler = this.#runHandlers[y >>> KIND_SHIFT];
    if (runHandler === undefined) this.#take(x, y);
    else {
      this.#single.a[0] = x;
      this.#single.words[0] = y;
      this.#call(runHandler, this.#single);
    }
    return 1;
  }

  #take(a: number, word: number): void {
    this.#nowTick = word & EVENT_TICK_MASK;
    this.#now = this.#openUs + this.#nowTick;
    this.#handlers[word >>> KIND_SHIFT]?.(a, (word >>> EVENT_B_SHIFT) & EVENT_B_MAX);
  }

  /** Takes events of one kind that nothing parts, up to `limit`; returns how many. */
  #takeRun(handler: RunHandler, limit: number): number {
    const { run } = this.#open;
    const from = this.#cursor;
    const first = this.#ticks.first;
    const kind = (run.words[from] as number) >>> KIND_SHIFT;
    const most = Math.min(this.#length, from + limit);
    let to = from + 1;
    for (; to < most; to++) {
      const word = run.words[to] as number;
      if (word >>> KIND_SHIFT !== kind || (word & EVENT_TICK_MASK) > first) break;
    }
    run.from = from;
    run.to = to;
    this.#cursor = to;
    this.#call(handler, run);
    return to - from;
  }

  /** Time is that of the first event during the call, and of the last one after it. */
  #call(handler: RunHandler, run: EventRun): void {
    const first = (run.words[run.from] as number) & EVENT_TICK_MASK;
    const last = (run.words[run.to - 1] as number) & EVENT_TICK_MASK;
    run.startUs = this.#openUs;
    this.#nowTick = first;
    this.#now = this.#openUs + first;
    this.#inRun = true;
    handler(run);
    this.#inRun = false;
    this.#nowTick = last;
    this.#now = this.#openUs + last;
  }

  #toWindow(at: Micros, kind: EventKind, a: number, b: number): void {
    this.#lists.append(windowList(at), a, wordOf(at, kind, b));
    this.#inWindows += 1;
  }

  /** Plans an event in the open window, in a block to come, or beyond. */
  #toElsewhere(at: Micros, kind: EventKind, a: number, b: number): void {
    const ahead = at - this.#openUs;
    if (ahead < WINDOW_US) {
      assert(!this.#inRun, 'a handler of runs plans nothing in the open window');
      this.#ticks.push(ahead, a, wordOf(at, kind, b));
    } else if (at < this.#windowsEndUs + (BLOCK_LISTS - 2) * BLOCK_US) {
      this.#toBlock(at, kind, a, b);
    } else this.#beyond.push(at, { kind, a, b });
  }

  /** Two pairs, because the place in a block takes 20 bits. */
  #toBlock(at: Micros, kind: EventKind, a: number, b: number): void {
    const list = blockList(Math.floor(at / BLOCK_US));
    this.#lists.append(list, a, wordOf(at, kind, b));
    this.#lists.append(list, windowList(at), 0);
    this.#inBlocks += 1;
  }

  /** Opens the next window that has events; tells whether there is one. */
  #openNext(): boolean {
    let windowUs = this.#openUs + WINDOW_US;
    if (this.#inWindows === 0) {
      const block = this.#nextBlock();
      if (block === undefined) return false;
      windowUs = block * BLOCK_US;
    }
    for (; ; windowUs += WINDOW_US) {
      if (windowUs >= this.#windowsEndUs - BLOCK_US) this.#enter(windowUs);
      if (!this.#lists.isEmpty(windowList(windowUs))) break;
    }
    this.#openUs = windowUs;
    this.#openList = windowList(windowUs);
    this.#nearUs = this.#windowsEndUs - windowUs;
    this.#cursor = 0;
    this.#length = this.#open.fill(this.#lists, windowList(windowUs));
    this.#inWindows -= this.#length;
    return true;
  }

  /** The first block after those in lists of windows that has events. */
  #nextBlock(): number | undefined {
    const from = this.#windowsEndUs / BLOCK_US;
    if (this.#inBlocks > 0) {
      let block = from;
      while (this.#lists.isEmpty(blockList(block))) block += 1;
      return block;
    }
    const beyond = this.#beyond.nextTime;
    return beyond === undefined ? undefined : Math.floor(beyond / BLOCK_US);
  }

  /** Makes the block that starts at `blockUs` the one under way, and moves what comes nearer. */
  #enter(blockUs: Micros): void {
    this.#windowsEndUs = blockUs + 2 * BLOCK_US;
    const blocksEndUs = this.#windowsEndUs + (BLOCK_LISTS - 2) * BLOCK_US;
    for (;;) {
      const at = this.#beyond.nextTime;
      if (at === undefined || at >= blocksEndUs) break;
      const event = this.#beyond.pop();
      assert(event !== undefined, 'a queue with a next time has an event');
      const { kind, a, b } = event.payload;
      if (at < this.#windowsEndUs) this.#toWindow(at, kind, a, b);
      else this.#toBlock(at, kind, a, b);
    }
    this.#spread(blockUs / BLOCK_US);
    this.#spread(blockUs / BLOCK_US + 1);
  }

  /** Moves the events of a block to the lists of their windows. */
  #spread(block: number): void {
    const lists = this.#lists;
    for (let chunk = lists.take(blockList(block)); chunk >= 0; chunk = lists.release(chunk)) {
      for (let i = lists.begin(chunk); i < lists.end(chunk); i += 4) {
        const { words } = lists;
        const [a, word, list] = [words[i], words[i + 1], words[i + 2]] as [number, number, number];
        lists.append(list, a, word);
        this.#inBlocks -= 1;
        this.#inWindows += 1;
      }
    }
  }
}

/** Bit operations take integers modulo 2^32, whatever their size up to 2^53. */
function wordOf(at: Micros, kind: EventKind, b: number): number {
  return (kind << KIND_SHIFT) | (b << EVENT_B_SHIFT) | (at & EVENT_TICK_MASK);
}

/** The list of the window that holds a time. */
function windowList(at: Micros): number {
  return (at / WINDOW_US) & (WINDOW_LISTS - 1);
}

function blockList(block: number): number {
  return WINDOW_LISTS + (block & (BLOCK_LISTS - 1));
}
