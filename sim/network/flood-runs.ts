/**
 * Floods that nobody interrupts: whole runs of events at a time, for networks of a million nodes.
 *
 * Nothing is done with a message but to forward it, and every link takes longer than a window of
 * the kernel: then what a run of events causes lies behind the run, and its work can be arranged
 * by memory. First all copies are told apart, those that come first from those that do not; then
 * those nodes forward, in the same order. On large networks each block of them is preceded by
 * short loops that only read what will be needed, so that the processor fetches many lines of
 * memory at once instead of one after the other: a gain at a million nodes, a loss below
 * some ten thousands.
 */
import { assert } from '../../src/base/index.ts';
import { EVENT_B_MAX } from '../kernel/event-loop.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Micros } from '../kernel/queue.ts';
import { EVENT_B_SHIFT, EVENT_TICK_MASK, type EventRun, WINDOW_US } from '../kernel/window.ts';
import { Flood, type FloodOptions, type Graph } from './flood.ts';
import type { Posted } from './model.ts';
import { NO_WAY_BACK, NODE_BITS, NODE_MASK, type Overlay } from './overlay.ts';

/** From this many nodes on, memory is read ahead. */
const READ_AHEAD_NODES = 50_000;
/** Nodes that forward between two times of reading ahead. */
const BLOCK = 32;

/** Whoever counts what floods deliver. */
export interface DeliveryCounter {
  /** A message arrives at a node that had not got it. @param id of the message */
  delivered(id: number, node: number, at: Micros): void;
  /** A node puts copies of a message on its links. */
  sent(id: number, copies: number): void;
}

export type FloodRunsOptions = Omit<FloodOptions, 'loop' | 'nodeCount' | 'conditions'> & {
  readonly kernel: Kernel;
  /** With measured links, the least of which takes `leastLinkUs`. */
  readonly overlay: Overlay;
  readonly leastLinkUs: number;
  readonly counter: DeliveryCounter;
};

export class FloodRuns {
  readonly #kernel: Kernel;
  readonly #flood: Flood;
  readonly #graph: Graph;
  readonly #counter: DeliveryCounter;
  readonly #readsAhead: boolean;
  readonly #begins = new Int32Array(BLOCK);
  readonly #ends = new Int32Array(BLOCK);
  /** What was read ahead, so that reading is not left out. */
  #read = 0;

  constructor({ kernel, overlay, leastLinkUs, counter, ...lines }: FloodRunsOptions) {
    const { nodeCount } = overlay;
    this.#kernel = kernel;
    this.#graph = { overlay, nodes: undefined };
    this.#counter = counter;
    this.#readsAhead = nodeCount >= READ_AHEAD_NODES;
    const kind = kernel.registerRuns((run) => this.#take(run));
    this.#flood = new Flood({ ...lines, loop: kernel, nodeCount, conditions: undefined }, kind);
    assert(fitsRuns(leastLinkUs, lines.jitter), 'what a run causes lies behind it');
  }

  /** Gossips a message. */
  publish(from: number, message: Posted): void {
    const slot = this.#flood.open(this.#graph, message);
    const at = this.#flood.relative(this.#kernel.now);
    const flight = this.#flood.flight(slot);
    this.#flood.takes(flight.best, from, at);
    this.#counter.sent(message.id, this.#flood.forward(slot, from, at, NO_WAY_BACK));
    // a lone node sends nothing whose arrival could end the flood
    if (flight.pending === 0) this.#flood.close(slot);
  }

  #take(run: EventRun): void {
    const startAt = this.#flood.relative(run.startUs);
    const end = this.#keepFirst(run, startAt);
    for (let from = run.from; from < end; from += BLOCK) {
      const to = Math.min(end, from + BLOCK);
      if (this.#readsAhead) this.#readAhead(run, from, to);
      this.#forward(run, from, to, startAt);
    }
    this.#flood.closeFinished();
  }

  /** Moves the copies that come first to the front of the run; returns their end. */
  #keepFirst({ startUs, a, words, from, to }: EventRun, startAt: number): number {
    const flood = this.#flood;
    const counter = this.#counter;
    let end = from;
    for (let i = from; i < to; i++) {
      const link = a[i] as number;
      const word = words[i] as number;
      const slot = (word >>> EVENT_B_SHIFT) & EVENT_B_MAX;
      const tick = word & EVENT_TICK_MASK;
      const node = link & NODE_MASK;
      const flight = flood.flight(slot);
      flight.pending -= 1;
      if (!flood.takes(flight.best, node, startAt + tick)) continue;
      counter.delivered(flight.id, node, startUs + tick);
      a[end] = link;
      words[end] = word;
      end += 1;
    }
    return end;
  }

  #forward({ a, words }: EventRun, from: number, to: number, startAt: number): void {
    const flood = this.#flood;
    const counter = this.#counter;
    for (let i = from; i < to; i++) {
      const link = a[i] as number;
      const word = words[i] as number;
      const slot = (word >>> EVENT_B_SHIFT) & EVENT_B_MAX;
      const at = startAt + (word & EVENT_TICK_MASK);
      const copies = flood.forward(slot, link & NODE_MASK, at, link >>> NODE_BITS);
      counter.sent(flood.flight(slot).id, copies);
    }
  }

  /** Reads all that a block of nodes will need, one kind of memory at a time. */
  #readAhead({ a, words }: EventRun, from: number, to: number): void {
    const { offsets, links } = this.#graph.overlay;
    const uplinkFree = this.#flood.uplinkFree;
    const begins = this.#begins;
    const ends = this.#ends;
    let read = 0;
    for (let i = from; i < to; i++) {
      const node = (a[i] as number) & NODE_MASK;
      begins[i - from] = offsets[node] as number;
      ends[i - from] = offsets[node + 1] as number;
      read ^= uplinkFree[node] as number;
    }
    for (let i = 0; i < to - from; i++) {
      read ^=
        (links[2 * (begins[i] as number)] as number) ^
        (links[2 * (ends[i] as number) - 1] as number);
    }
    for (let i = from; i < to; i++) {
      const slot = ((words[i] as number) >>> EVENT_B_SHIFT) & EVENT_B_MAX;
      const { best } = this.#flood.flight(slot);
      const end = ends[i - from] as number;
      for (let link = begins[i - from] as number; link < end; link++) {
        read ^= best[(links[2 * link] as number) & NODE_MASK] as number;
      }
    }
    this.#read ^= read;
  }
}

/** Tells whether no link with this least delay is through within a window. */
export function fitsRuns(leastLinkUs: number, jitter: number): boolean {
  return Math.floor(leastLinkUs * (1 - jitter / 2)) >= WINDOW_US;
}
