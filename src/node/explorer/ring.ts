/**
 * The latest records of a live trace, as lines, numbered, within a number of bytes; and what
 * somebody needs who comes later: nodes, links that are up, and what was told once.
 *
 * Numbers begin at the time of day in microseconds, so that those of an earlier process are known
 * to be none of this one's.
 */
import { recordLine, type TraceRecord } from '../../trace/index.ts';

/** Number of a record. */
export type Sequence = number;

export type RingOptions = {
  /** Bytes of records that are kept. */
  readonly bytesMax?: number;
  /** Unix time of the first record, for its number. */
  readonly nowMs: number;
};

/** Records and their places; `next` is where to go on. */
export type Batch = { readonly lines: readonly string[]; readonly next: Sequence };

type Entry = { readonly line: string; readonly kind: 'base' | 'told-once' | 'other' };

const BYTES_MAX = 32 * 1024 ** 2;
/** Bytes of committees, headers and openings that are kept beyond the ring. */
const KEPT_BYTES_MAX = 8 * 1024 ** 2;
/** Entries that are dropped at a time from the front of a list. */
const COMPACT_AT = 4_096;

export class RecordRing {
  readonly #bytesMax: number;
  readonly #kept = new LineQueue();
  readonly #base = new Map<string, string>();
  #entries: Entry[] = [];
  /** Entries at the front that are gone. */
  #gone = 0;
  #bytes = 0;
  /** Number of the first entry that is there. */
  #first: Sequence;

  constructor({ bytesMax = BYTES_MAX, nowMs }: RingOptions) {
    this.#bytesMax = bytesMax;
    this.#first = Math.floor(nowMs * 1000);
  }

  /** Number of the next record. */
  get next(): Sequence {
    return this.#first + this.#entries.length - this.#gone;
  }

  push(record: TraceRecord): void {
    const line = recordLine(record);
    this.#entries.push({ line, kind: kindOf(record) });
    this.#bytes += line.length;
    this.#noteBase(record, line);
    while (this.#bytes > this.#bytesMax) this.#drop();
  }

  /** Whether the records from `from` on are all there, and no other process numbered them. */
  has(from: Sequence): boolean {
    return from >= this.#first && from <= this.next;
  }

  /** Returns up to `count` records from `from` on; those of `isBase` are left out on demand. */
  read(from: Sequence, count: number, { withoutBase }: { readonly withoutBase: boolean }): Batch {
    const start = this.#gone + from - this.#first;
    const entries = this.#entries.slice(start, start + count);
    const lines = entries.filter(({ kind }) => !withoutBase || kind !== 'base');
    return { lines: lines.map(({ line }) => line), next: from + entries.length };
  }

  /**
   * Returns what comes before the records of the ring for somebody who is new: the start, nodes,
   * links that are up, committees and openings of before. What follows is read from `from` on,
   * without base up to `next`.
   */
  preface(): { readonly lines: readonly string[]; readonly from: Sequence } {
    return { lines: [...this.#base.values(), ...this.#kept.lines()], from: this.#first };
  }

  /** What is true until it is said otherwise, by what it is about. */
  #noteBase(record: TraceRecord, line: string): void {
    if (record.kind === 'start') this.#base.set('start', line);
    if (record.kind === 'node') this.#base.set(`node/${record.node}`, line);
    if (record.kind !== 'link') return;
    const key = `link/${record.a}/${record.b}`;
    if (record.isUp) this.#base.set(key, line);
    else this.#base.delete(key);
  }

  #drop(): void {
    const entry = this.#entries[this.#gone];
    if (entry === undefined) return;
    this.#gone += 1;
    this.#first += 1;
    this.#bytes -= entry.line.length;
    if (entry.kind === 'told-once') this.#kept.add(entry.line);
    if (this.#gone < COMPACT_AT) return;
    this.#entries = this.#entries.slice(this.#gone);
    this.#gone = 0;
  }
}

/** Lines, the oldest of which go when there are too many bytes. */
class LineQueue {
  readonly #lines = new Set<string>();
  #bytes = 0;

  add(line: string): void {
    if (this.#lines.has(line)) return;
    this.#lines.add(line);
    this.#bytes += line.length;
    for (const oldest of this.#lines) {
      if (this.#bytes <= KEPT_BYTES_MAX) break;
      this.#lines.delete(oldest);
      this.#bytes -= oldest.length;
    }
  }

  lines(): Iterable<string> {
    return this.#lines;
  }
}

function kindOf(record: TraceRecord): Entry['kind'] {
  switch (record.kind) {
    case 'start':
    case 'node':
    case 'link':
      return 'base';
    case 'committee':
      return 'told-once';
    case 'message':
      return ['header', 'openings'].includes(record.content.type) ? 'told-once' : 'other';
    default:
      return 'other';
  }
}
