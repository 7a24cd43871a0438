/**
 * What travels on links: copies of messages and control. Connections keep order; what a closed
 * connection still carries is lost.
 */
import type { EventKind, EventLoop } from '../../kernel/event-loop.ts';
import { PayloadTable } from '../../kernel/payload-table.ts';
import type { Micros } from '../../kernel/queue.ts';
import type { Carrier } from '../carrier.ts';
import { LOST, type Topic } from '../model.ts';
import { type Link, type Links, OPEN } from './links.ts';
import { type Live, NOWHERE } from './live.ts';

/** What gossip says besides messages. */
export type Control<Message> =
  | { readonly kind: 'subscribe' | 'graft'; readonly topic: Topic }
  | { readonly kind: 'prune'; readonly topic: Topic; readonly backoffUs: Micros }
  | { readonly kind: 'ihave'; readonly topic: Topic; readonly lives: readonly Live<Message>[] }
  | { readonly kind: 'iwant' | 'idontwant'; readonly lives: readonly Live<Message>[] };

/** Bytes of control on the wire: a topic name and the frame around it; an id of 20 bytes. */
const CONTROL_BYTES = 40;
const ID_BYTES = 22;
/** Control has random draws of its own, far from the numbers of messages. */
const CONTROL_IDS = 0x40000000;

export type TrafficOptions<Message> = {
  readonly loop: EventLoop;
  readonly links: Links;
  readonly carrier: Carrier;
  readonly onCopy: (link: Link, live: Live<Message>) => void;
  readonly onControl: (link: Link, control: Control<Message>) => void;
  readonly controlled: (messages: number, bytes: number) => void;
};

export class Traffic<Message> {
  readonly #options: TrafficOptions<Message>;
  readonly #lives = new PayloadTable<Live<Message>>();
  readonly #controls = new PayloadTable<Control<Message>>();
  readonly #copy: EventKind;
  readonly #received: EventKind;
  readonly #control: EventKind;
  #spreading: Live<Message>[] = [];
  #said = 0;

  constructor(options: TrafficOptions<Message>) {
    const { loop } = options;
    this.#options = options;
    this.#copy = loop.register((link, slot) => this.#arrive(link, slot));
    this.#received = loop.register((link, slot) => this.#take(link, slot));
    this.#control = loop.register((link, slot) => {
      const control = this.#controls.take(slot);
      if (options.links.state[link ^ 1] === OPEN) options.onControl(link, control);
    });
  }

  /** Messages that spread or may be asked for. */
  get spreadingCount(): number {
    return this.#spreading.length;
  }

  /** Begins to spread a message. */
  begin(live: Live<Message>): void {
    live.slot = this.#lives.add(live);
    this.#spreading.push(live);
  }

  /** Forgets messages that no event names and that nobody took since `before`. */
  sweep(before: Micros): void {
    this.#spreading = this.#spreading.filter((live) => {
      if (live.references > 0 || live.usedAt >= before) return true;
      this.#lives.take(live.slot);
      live.slot = NOWHERE;
      return false;
    });
  }

  /** Returns a message by its slot. */
  live(slot: number): Live<Message> {
    return this.#lives.get(slot);
  }

  /** Puts a copy on a link. */
  copy(link: Link, live: Live<Message>): void {
    const { loop, links, carrier } = this.#options;
    const { id, sizeBytes } = live;
    if (live.slot === NOWHERE) return;
    const [from, to] = [links.from[link] as number, links.to[link] as number];
    const again = carrier.duplicates(from, to, { id, at: loop.now });
    for (let i = 0; i <= again; i++) {
      const arrival = carrier.arrival(from, to, { id, sizeBytes, at: loop.now });
      if (arrival === LOST) continue;
      live.references += 1;
      loop.push(this.#inOrder(link, arrival), this.#copy, link, live.slot);
    }
  }

  /** Says something on a link. */
  say(link: Link, control: Control<Message>): void {
    const { loop, links, carrier, controlled } = this.#options;
    const ids = 'lives' in control ? control.lives.length : 0;
    const sizeBytes = CONTROL_BYTES + ids * ID_BYTES;
    controlled(1, sizeBytes);
    this.#said += 1;
    const parcel = { id: CONTROL_IDS + this.#said, sizeBytes, at: loop.now };
    const [from, to] = [links.from[link] as number, links.to[link] as number];
    const arrival = carrier.arrival(from, to, parcel);
    if (arrival === LOST) return;
    loop.push(this.#inOrder(link, arrival), this.#control, link, this.#controls.add(control));
  }

  #inOrder(link: Link, arrival: Micros): Micros {
    const { links } = this.#options;
    const at = Math.max(arrival, links.lastArrival[link] as number);
    links.lastArrival[link] = at;
    return at;
  }

  #arrive(link: Link, slot: number): void {
    const { loop, links, carrier } = this.#options;
    if (!carrier.hasDownlinks) return this.#take(link, slot);
    const { sizeBytes } = this.#lives.get(slot);
    const at = carrier.received(links.to[link] as number, { at: loop.now, sizeBytes });
    if (at === loop.now) this.#take(link, slot);
    else loop.push(at, this.#received, link, slot);
  }

  #take(link: Link, slot: number): void {
    const { links, onCopy } = this.#options;
    const live = this.#lives.get(slot);
    live.references -= 1;
    if (links.state[link ^ 1] === OPEN) onCopy(link, live);
  }
}
