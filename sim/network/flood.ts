/**
 * Floods: every node forwards a message once, when it first has it, to all its neighbours but the
 * one it came from. Events of the run's loop, without an object per copy.
 *
 * A copy leaves when the uplink of the sender, which sends one copy after the other, is through
 * with it. It arrives after the delay of its link with jitter; a lost one a heartbeat later, when
 * lazy gossip repairs it. Jitter and loss are drawn by hash of message and link, so that no order
 * matters.
 *
 * Because the arrival is known when a copy is sent, a copy that comes no earlier than another one
 * to the same node is counted, but becomes no event: a fifth of them remain, and the outcome
 * is the same, as long as nothing at the receiver depends on later copies. Under `LinkConditions`,
 * where nodes may fail on the way, all copies to nodes that have none yet become events.
 *
 * Times are integers relative to an epoch that follows virtual time, so that they fit 32 bits.
 */
import { AssayError, assert } from '../../src/base/index.ts';
import type { EventKind, EventLoop } from '../kernel/event-loop.ts';
import { EVENT_B_MAX } from '../kernel/event-loop.ts';
import type { Micros } from '../kernel/queue.ts';
import { hashUniform } from '../kernel/random.ts';
import { type LinkConditions, LOST } from './model.ts';
import { NO_WAY_BACK, NODE_MASK, type Overlay } from './overlay.ts';

/** GossipSub's heartbeat: how long until IHAVE and IWANT repair a lost copy. */
export const REPAIR_US = 1_000_000;

/** Nothing known: no copy is on its way. */
const NEVER = 2 ** 31 - 1;
/** Earlier than any arrival: the node has the message. */
const TAKEN = -1;
/** When times relative to the epoch are this late, the epoch moves. */
const EPOCH_SPAN_US = 2 ** 29;
/** The latest time at which a copy may leave: with the longest delay it still fits 31 bits. */
const DEPARTURE_MAX_US = 2 ** 30;
/** Jitter is drawn with 24 bits. */
const DRAW_BITS = 24;
/** Names the draws of floods. */
const FLOOD = 0x666c6f6f;

/** Who hears a topic: nodes of an overlay, and what the run calls them. */
export type Graph = {
  /** With measured links. */
  readonly overlay: Overlay;
  /** Node of the run for each node of the overlay; the same if absent. */
  readonly nodes: Int32Array | undefined;
};

/** A message on its way. */
export type Flight = {
  readonly graph: Graph;
  /** Running number of the message in the run. */
  readonly id: number;
  /** Time that a copy takes to leave, 0 with unlimited uplinks. */
  readonly copyUs: number;
  /** Names the draws of the message. */
  readonly key: number;
  /** Per node of the overlay: `TAKEN`, the earliest arrival known, or `NEVER`. */
  readonly best: Int32Array;
  /** Its events that wait. */
  pending: number;
};

export type FloodOptions = {
  readonly loop: EventLoop;
  readonly nodeCount: number;
  readonly seed: number;
  /** Random part of each delay, relative to it, 0..1: delays spread over 1 ± jitter/2. */
  readonly jitter: number;
  /** Share of copies lost on a link, 0..0.9. */
  readonly lossShare: number;
  /** Uplink of each node in Mbit/s; unlimited if absent. */
  readonly bandwidthMbps: number | undefined;
  readonly conditions: LinkConditions | undefined;
};

export class Flood {
  readonly #options: FloodOptions;
  readonly #draws: Draws;
  readonly #isLimited: boolean;
  /** When the uplink of each node is free, relative to the epoch. */
  readonly #uplinkFree: Int32Array;
  readonly #flights: (Flight | undefined)[] = [];
  readonly #freeSlots: number[] = [];
  /** Arrays of finished floods over all nodes, for the next ones. */
  readonly #spare: Int32Array[] = [];
  readonly #kind: EventKind;
  #epoch: Micros = 0;

  /** @param kind of the events of copies: the first word of a link, and the flight's slot */
  constructor(options: FloodOptions, kind: EventKind) {
    const { nodeCount, bandwidthMbps } = options;
    this.#options = options;
    this.#kind = kind;
    this.#draws = drawsOf(options);
    this.#isLimited = bandwidthMbps !== undefined;
    this.#uplinkFree = new Int32Array(this.#isLimited ? nodeCount : 0);
  }

  /** Time that a message of this size takes to leave, rounded up; 0 with unlimited uplinks. */
  copyUs(sizeBytes: number): number {
    const { bandwidthMbps } = this.#options;
    if (bandwidthMbps === undefined) return 0;
    return Math.min(DEPARTURE_MAX_US, Math.ceil((sizeBytes * 8) / bandwidthMbps)) | 0;
  }

  flight(slot: number): Flight {
    const flight = this.#flights[slot];
    assert(flight !== undefined, 'a slot in use holds a flight');
    return flight;
  }

  /** Ends all floods that have no events left. */
  closeFinished(): void {
    for (let slot = 0; slot < this.#flights.length; slot++) {
      if (this.#flights[slot]?.pending === 0) this.close(slot);
    }
  }

  /** When the uplink of each node is free, relative to the epoch; empty if unlimited. */
  get uplinkFree(): Int32Array {
    return this.#uplinkFree;
  }

  /** Prepares the flood of a message and returns its slot. */
  open(
    graph: Graph,
    { id, sizeBytes }: { readonly id: number; readonly sizeBytes: number },
  ): number {
    const { nodeCount } = graph.overlay;
    const isWhole = nodeCount === this.#options.nodeCount;
    const best = (isWhole ? this.#spare.pop() : undefined) ?? new Int32Array(nodeCount);
    const slot = this.#freeSlots.pop() ?? this.#flights.length;
    assert(slot <= EVENT_B_MAX, 'fewer than 2^18 messages are on their way at a time');
    this.#flights[slot] = {
      graph,
      id,
      copyUs: this.copyUs(sizeBytes),
      key: messageKey(this.#options.seed, id),
      best: best.fill(NEVER),
      pending: 0,
    };
    return slot;
  }

  /** Ends a flood that has no events left. */
  close(slot: number): void {
    const { best, pending } = this.flight(slot);
    assert(pending === 0, 'a flood ends when no copy is on its way');
    if (best.length === this.#options.nodeCount) this.#spare.push(best);
    this.#flights[slot] = undefined;
    this.#freeSlots.push(slot);
  }

  /** Puts a message to one node on the sender's uplink; returns how long until it has left. */
  queueUs(sender: number, now: Micros, sizeBytes: number): number {
    if (!this.#isLimited) return 0;
    const copyUs = this.copyUs(sizeBytes);
    const at = this.relative(now);
    return this.#depart(sender, at, copyUs) + copyUs - at;
  }

  /** Returns a time relative to the epoch, which moves if it must. */
  relative(at: Micros): number {
    if (at - this.#epoch > EPOCH_SPAN_US) this.#moveEpoch(at);
    // says that it is a 32-bit integer, as all that is computed from it
    return (at - this.#epoch) | 0;
  }

  /** Tells whether a copy is the first one that a node gets, and notes that it has the message. */
  takes(best: Int32Array, node: number, at: number): boolean {
    if ((best[node] as number) < at) return false;
    best[node] = TAKEN;
    return true;
  }

  /** Lets a node that was down take copies that are sent from now on. */
  forget(nodeOfRun: number): void {
    for (const flight of this.#flights) {
      if (flight === undefined) continue;
      const { nodes } = flight.graph;
      const node = nodes === undefined ? nodeOfRun : nodes.indexOf(nodeOfRun);
      if (node >= 0 && flight.best[node] !== TAKEN) flight.best[node] = NEVER;
    }
  }

  /**
   * Sends the copies of a node that has the message, and returns how many leave.
   * @param node of the overlay; @param at relative to the epoch
   * @param back place among the node's links of the one it came by; `NO_WAY_BACK` for none
   */
  forward(slot: number, node: number, at: number, back: number): number {
    const flight = this.#flights[slot] as Flight;
    const { nodes, overlay } = flight.graph;
    const first = overlay.offsets[node] as number;
    const end = overlay.offsets[node + 1] as number;
    const copies = end - first - (back === NO_WAY_BACK ? 0 : 1);
    let departure = at;
    if (this.#isLimited) {
      const sender = nodes === undefined ? node : (nodes[node] as number);
      departure = this.#depart(sender, at, copies * flight.copyUs);
    }
    if (this.#options.conditions !== undefined) {
      return copies + this.#sendUnder(this.#options.conditions, { slot, node, departure, back });
    }
    this.#send(slot, departure, first, end, first + back);
    return copies;
  }

  /** Takes the uplink of a node for a while; returns from when on. */
  #depart(sender: number, at: number, lastsUs: number): number {
    const free = this.#uplinkFree[sender] as number;
    const departure = free > at ? free : at;
    if (departure + lastsUs > DEPARTURE_MAX_US) throw overloaded(sender);
    this.#uplinkFree[sender] = departure + lastsUs;
    return departure;
  }

  /** Sends copies by the links from `first` to before `end`, but not by `skip`. */
  #send(slot: number, departure: number, first: number, end: number, skip: number): void {
    const flight = this.#flights[slot] as Flight;
    const { best, key, copyUs } = flight;
    const { links } = flight.graph.overlay;
    const { least, step, lossLimit } = this.#draws;
    const { loop } = this.#options;
    const kind = this.#kind;
    const now = loop.now - this.#epoch;
    let leaves = departure;
    let planned = 0;
    for (let link = first; link < end; link++) {
      if (link === skip) continue;
      leaves += copyUs;
      const draw = linkDraw(key, link);
      const factor = least + (draw >>> (32 - DRAW_BITS)) * step;
      let arrival = leaves + (((links[2 * link + 1] as number) * factor) | 0);
      if (lossLimit > 0) arrival += repairUs(draw, lossLimit);
      const word = links[2 * link] as number;
      const to = word & NODE_MASK;
      if (arrival >= (best[to] as number)) continue;
      best[to] = arrival;
      planned += 1;
      loop.pushAfter(arrival - now, kind, word, slot);
    }
    flight.pending += planned;
  }

  /**
   * As `#send`, asking for each copy what faults do to it. Every copy to a node that has none yet
   * becomes an event, because the node may be down when the first one comes.
   * @returns how many copies the network made by itself
   */
  #sendUnder(
    conditions: LinkConditions,
    {
      slot,
      node,
      departure,
      back,
    }: Readonly<Record<'slot' | 'node' | 'departure' | 'back', number>>,
  ): number {
    const { loop } = this.#options;
    const flight = this.flight(slot);
    const { best, key, copyUs, id } = flight;
    const { overlay, nodes } = flight.graph;
    const first = overlay.offsets[node] as number;
    const end = overlay.offsets[node + 1] as number;
    const nodeOf = (each: number): number => (nodes === undefined ? each : (nodes[each] as number));
    let leaves = departure;
    let duplicates = 0;
    for (let link = first; link < end; link++) {
      if (link === first + back) continue;
      leaves += copyUs;
      const word = overlay.links[2 * link] as number;
      const to = word & NODE_MASK;
      const on = [nodeOf(node), nodeOf(to), this.#epoch + leaves, id] as const;
      const extra = conditions.extraUs(...on);
      duplicates += conditions.duplicates(...on);
      if (extra === LOST || best[to] === TAKEN) continue;
      const delay = linkUs(this.#draws, key, link, overlay.links[2 * link + 1] as number);
      flight.pending += 1;
      loop.push(this.#epoch + leaves + delay + extra, this.#kind, word, slot);
    }
    return duplicates;
  }

  #moveEpoch(at: Micros): void {
    const shift = at - this.#epoch;
    this.#epoch = at;
    moveAll(this.#uplinkFree, shift);
    for (const flight of this.#flights) if (flight !== undefined) moveAll(flight.best, shift);
  }
}

/** How the delays of links are drawn. */
export type Draws = {
  /** A delay is multiplied by `least`, and `step` for each unit of a draw. */
  readonly least: number;
  readonly step: number;
  /** Draws below this lose a copy. */
  readonly lossLimit: number;
};

/** Returns how delays are drawn for jitter and losses of these shares. */
export function drawsOf({ jitter, lossShare }: Pick<FloodOptions, 'jitter' | 'lossShare'>): Draws {
  return {
    least: 1 - jitter / 2,
    step: jitter / 2 ** DRAW_BITS,
    lossLimit: Math.round(lossShare * 2 ** DRAW_BITS),
  };
}

/** Returns what names the draws of a message. */
export function messageKey(seed: number, id: number): number {
  return Math.floor(hashUniform(seed, id, FLOOD, 0) * 2 ** 32) | 0;
}

/** Time of a copy on a link: drawn by message and link. @param key of the message */
export function linkUs(draws: Draws, key: number, link: number, delayUs: number): number {
  const draw = linkDraw(key, link);
  const us = (delayUs * (draws.least + (draw >>> (32 - DRAW_BITS)) * draws.step)) | 0;
  return us + repairUs(draw, draws.lossLimit);
}

/** 32 random bits of a message on a link. */
function linkDraw(key: number, link: number): number {
  const x = Math.imul(link ^ key, 0x85ebca6b);
  return Math.imul((x ^ (x >>> 15)) + key, 0xc2b2ae35);
}

/** How much later a copy comes that may be lost. */
function repairUs(draw: number, lossLimit: number): number {
  let x = Math.imul(draw ^ (draw >>> 16), 0x9e3779b1);
  x = Math.imul(x ^ (x >>> 13), 0x85ebca6b);
  return x >>> (32 - DRAW_BITS) < lossLimit ? REPAIR_US : 0;
}

/** Makes times relative to a later epoch; what is before it is all the same. */
function moveAll(times: Int32Array, shift: number): void {
  for (let i = 0; i < times.length; i++) {
    const time = times[i] as number;
    if (time !== TAKEN && time !== NEVER) times[i] = Math.max(0, time - shift);
  }
}

function overloaded(node: number): AssayError {
  return new AssayError({
    code: 'uplink-overloaded',
    where: 'network.bandwidthMbps',
    message: `the uplink of node ${node} is more than ten minutes behind with its messages`,
    remedy: 'Give nodes more bandwidth, or send fewer or smaller messages.',
  });
}
