/**
 * What moves on the map: messages that nodes said and hops that they made, in columns of numbers,
 * because a trace has a million of them. In order of time, so that those of a moment are found by
 * halving. Bounded for live networks: the oldest half is dropped when there are too many.
 */
import type { MessageContent } from '../../trace/index.ts';
import { countUpTo } from './series.ts';

/** What a message is about, as the map colours it. */
export const TRAFFIC_KINDS = ['batch', 'vote', 'verdict', 'beacon', 'evidence', 'other'] as const;
export type TrafficKind = (typeof TRAFFIC_KINDS)[number];

const KIND_OF: Readonly<Record<MessageContent['type'], TrafficKind>> = {
  header: 'batch',
  openings: 'batch',
  output: 'batch',
  bundle: 'vote',
  beacon: 'beacon',
  certificate: 'verdict',
  evidence: 'evidence',
  proposal: 'other',
  confirmation: 'other',
  step: 'other',
  settlement: 'other',
  query: 'other',
  request: 'other',
  promise: 'other',
};

/** Returns the number of the kind of a message in `TRAFFIC_KINDS`. */
export function kindNumber(type: MessageContent['type']): number {
  return TRAFFIC_KINDS.indexOf(KIND_OF[type]);
}

const CAPACITY_FIRST = 4_096;

/** One hop, or, if `from` is `to`, something that was said. */
export type Hop = {
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly kind: number;
};

/** Hops in order of time. */
export class Traffic {
  readonly #max: number;
  #at = new Float64Array(CAPACITY_FIRST);
  #from = new Int32Array(CAPACITY_FIRST);
  #to = new Int32Array(CAPACITY_FIRST);
  #kind = new Uint8Array(CAPACITY_FIRST);
  #length = 0;
  #dropped = 0;

  /** @param max hops that are kept at least; twice as many at most */
  constructor(max: number) {
    this.#max = max;
  }

  add({ at, from, to, kind }: Hop): void {
    if (this.#length >= 2 * this.#max) this.#dropOldest();
    if (this.#length === this.#at.length) this.#grow();
    const last = this.#length === 0 ? at : (this.#at[this.#length - 1] as number);
    this.#at[this.#length] = Math.max(at, last);
    this.#from[this.#length] = from;
    this.#to[this.#length] = to;
    this.#kind[this.#length] = kind;
    this.#length += 1;
  }

  /** How many up to `at`, dropped ones among them. */
  countAt(at: number): number {
    return this.#dropped + countUpTo(this.#at, at, this.#length);
  }

  /** Calls `visit` for hops after `from` up to `to`, at most about `max`, evenly taken out. */
  visit(
    span: { readonly from: number; readonly to: number; readonly max: number },
    visit: (hop: Hop) => void,
  ): void {
    const first = countUpTo(this.#at, span.from, this.#length);
    const end = countUpTo(this.#at, span.to, this.#length);
    const step = Math.max(1, Math.ceil((end - first) / span.max));
    for (let i = first + ((step - (first % step)) % step); i < end; i += step) {
      visit({
        at: this.#at[i] as number,
        from: this.#from[i] as number,
        to: this.#to[i] as number,
        kind: this.#kind[i] as number,
      });
    }
  }

  #grow(): void {
    const size = 2 * this.#at.length;
    const copy = <T extends Float64Array | Int32Array | Uint8Array>(old: T, grown: T): T => {
      grown.set(old);
      return grown;
    };
    this.#at = copy(this.#at, new Float64Array(size));
    this.#from = copy(this.#from, new Int32Array(size));
    this.#to = copy(this.#to, new Int32Array(size));
    this.#kind = copy(this.#kind, new Uint8Array(size));
  }

  #dropOldest(): void {
    const over = this.#length - this.#max;
    for (const column of [this.#at, this.#from, this.#to, this.#kind]) {
      column.copyWithin(0, over, this.#length);
    }
    this.#length -= over;
    this.#dropped += over;
  }
}
