/**
 * A trace as text, in one of two forms. Text comes in chunks for whoever writes it, so that a trace
 * of any length takes little memory.
 *
 * The Chrome form is one JSON object, an event or record per line: `traceEvents` for Perfetto, and
 * after it the records themselves under the key `assay`, which viewers leave alone and our own
 * reader takes. Records are so put aside while events are written.
 */
import { ChromeEvents } from './chrome.ts';
import type { TraceSink } from './filter.ts';
import { recordLine } from './lines.ts';
import { CHROME_BEGIN, CHROME_END, CHROME_RECORDS } from './reader.ts';
import type { TraceRecord } from './records.ts';

/** Takes text; what is put aside follows after the rest. */
export interface TextSink {
  put(text: string): void;
  /** Puts text aside; the Chrome form alone needs it. */
  putAside(text: string): void;
  /** Appends what was put aside. */
  takeUp(): void;
}

/** Characters that are collected before they are handed on. */
const CHUNK_CHARS = 1 << 16;

/** The form of a trace file. */
export type TraceForm = 'records' | 'chrome';

/** Returns the form that goes with a file's name: `.jsonl` has records, `.json` Chrome events. */
export function formOf(path: string): TraceForm | undefined {
  if (path.endsWith('.jsonl')) return 'records';
  return path.endsWith('.json') ? 'chrome' : undefined;
}

/** Writes a trace as JSON Lines. */
export class RecordText implements TraceSink {
  readonly #sink: TextSink;
  #chunk = '';

  constructor(sink: TextSink) {
    this.#sink = sink;
  }

  write(record: TraceRecord): void {
    this.#chunk += `${recordLine(record)}\n`;
    if (this.#chunk.length >= CHUNK_CHARS) this.end();
  }

  /** Hands on what is left. */
  end(): void {
    this.#sink.put(this.#chunk);
    this.#chunk = '';
  }
}

/** Writes a trace as Chrome events, followed by its records. */
export class ChromeText implements TraceSink {
  readonly #sink: TextSink;
  readonly #events: ChromeEvents;
  #chunk = CHROME_BEGIN;
  #aside = '';
  #eventCount = 0;
  #recordCount = 0;

  constructor(sink: TextSink) {
    this.#sink = sink;
    this.#events = new ChromeEvents((event) => {
      this.#chunk += this.#eventCount === 0 ? `\n${event}` : `,\n${event}`;
      this.#eventCount += 1;
    });
  }

  write(record: TraceRecord): void {
    this.#events.add(record);
    this.#aside += `${this.#recordCount === 0 ? '' : ',\n'}${recordLine(record)}`;
    this.#recordCount += 1;
    if (this.#chunk.length >= CHUNK_CHARS) this.#handOn();
    if (this.#aside.length >= CHUNK_CHARS) this.#handAside();
  }

  /** Hands on what is left, records after events. */
  end(): void {
    this.#chunk += `\n${CHROME_RECORDS}\n`;
    this.#handOn();
    this.#handAside();
    this.#sink.takeUp();
    this.#sink.put(`\n${CHROME_END}\n`);
  }

  #handOn(): void {
    this.#sink.put(this.#chunk);
    this.#chunk = '';
  }

  #handAside(): void {
    this.#sink.putAside(this.#aside);
    this.#aside = '';
  }
}
