/**
 * Reads a recorded trace as it comes over the wire, some milliseconds at a time, so that the page
 * stays alive and shows how far it is. A line that is no record ends it with what was read so far.
 */
import type { TraceRecord } from '../../trace/index.ts';
import type { NetworkModel } from '../model/network-model.ts';

/** Ms of work between two breaths: less than a frame. */
const SLICE_MS = 12;
const LINE_END = 10;

/** What reading a trace tells while it is under way. */
export type Progress = (readBytes: number, totalBytes: number | undefined) => void;

/**
 * Reads the trace into the model.
 * @throws Error if the server gives none, or a line is no JSON; the model has what came before
 */
export async function readTrace(url: string, model: NetworkModel, progress: Progress) {
  const response = await fetch(url);
  if (!response.ok || response.body === null) {
    throw new Error(`the server gave no trace (${response.status})`);
  }
  const total = lengthOf(response.headers);
  const reader = response.body.getReader();
  const lines = new LineReader();
  let readBytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (value !== undefined) {
      readBytes += value.length;
      lines.add(value);
    }
    await applyLines(lines, model, () => progress(readBytes, total));
    if (done) break;
  }
  lines.finish();
  await applyLines(lines, model, () => progress(readBytes, total));
}

/** Bytes of a trace that is sent as it is: how long a compressed one becomes, nobody says. */
export function lengthOf(headers: Headers): number | undefined {
  if ((headers.get('content-encoding') ?? 'identity') !== 'identity') return undefined;
  return Number(headers.get('content-length')) || undefined;
}

async function applyLines(lines: LineReader, model: NetworkModel, breathe: () => void) {
  let sliceMs = performance.now();
  for (let line = lines.next(); line !== undefined; line = lines.next()) {
    if (line.trim() === '') continue;
    model.apply(JSON.parse(line) as TraceRecord);
    if (performance.now() - sliceMs < SLICE_MS) continue;
    breathe();
    await new Promise((resolve) => setTimeout(resolve));
    sliceMs = performance.now();
  }
}

/** Cuts bytes into lines of text. */
class LineReader {
  readonly #decoder = new TextDecoder();
  #bytes = new Uint8Array(0);
  #at = 0;

  add(bytes: Uint8Array): void {
    const rest = this.#bytes.subarray(this.#at);
    const joined = new Uint8Array(rest.length + bytes.length);
    joined.set(rest);
    joined.set(bytes, rest.length);
    this.#bytes = joined;
    this.#at = 0;
  }

  next(): string | undefined {
    const end = this.#bytes.indexOf(LINE_END, this.#at);
    if (end < 0) return undefined;
    const line = this.#decoder.decode(this.#bytes.subarray(this.#at, end));
    this.#at = end + 1;
    return line;
  }

  /** The last line need not end. */
  finish(): void {
    this.add(Uint8Array.of(LINE_END));
  }
}
