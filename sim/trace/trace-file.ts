/**
 * A trace on disk: written while the run goes on, in big chunks, beside its place; renamed into it
 * when the run is over. A run that is interrupted leaves nothing behind.
 */
import { closeSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { AssayError } from '../../src/base/index.ts';
import {
  ChromeText,
  RecordText,
  type TextSink,
  type TraceForm,
  type TraceRecord,
  type TraceSink,
} from '../../src/trace/index.ts';

/** Bytes copied at a time from what was put aside. */
const COPY_BYTES = 1 << 20;

export class TraceFile implements TraceSink {
  readonly #path: string;
  readonly #text: RecordText | ChromeText;
  readonly #files: FilePair;

  /**
   * Begins a file; what is there stays until `end`.
   * @throws AssayError trace-unwritable
   */
  constructor(path: string, form: TraceForm) {
    this.#path = path;
    this.#files = new FilePair(path);
    this.#text = form === 'chrome' ? new ChromeText(this.#files) : new RecordText(this.#files);
  }

  write(record: TraceRecord): void {
    this.#text.write(record);
  }

  /** Finishes the file and puts it in its place. @throws AssayError trace-unwritable */
  end(): void {
    this.#text.end();
    this.#files.close();
    attempt(this.#path, () => renameSync(this.#files.partial, this.#path));
  }

  /** Removes what was written. */
  discard(): void {
    this.#files.close();
    rmSync(this.#files.partial, { force: true });
  }
}

/** A file and what is put aside for its end. */
class FilePair implements TextSink {
  readonly partial: string;
  readonly #path: string;
  readonly #main: number;
  #aside: number | undefined;
  #isClosed = false;

  constructor(path: string) {
    this.#path = path;
    this.partial = `${path}.${process.pid}.tmp`;
    this.#main = attempt(path, () => openSync(this.partial, 'w'));
  }

  put(text: string): void {
    attempt(this.#path, () => writeAll(this.#main, text));
  }

  putAside(text: string): void {
    const name = `${this.partial}.aside`;
    attempt(this.#path, () => {
      this.#aside ??= openSync(name, 'w+');
      // the name goes at once: whatever happens, the file does too
      rmSync(name, { force: true });
      writeAll(this.#aside, text);
    });
  }

  takeUp(): void {
    const aside = this.#aside;
    if (aside === undefined) return;
    const buffer = Buffer.alloc(COPY_BYTES);
    attempt(this.#path, () => {
      for (let at = 0; ; ) {
        const length = readSync(aside, buffer, 0, COPY_BYTES, at);
        if (length === 0) return;
        at += length;
        for (let from = 0; from < length; ) {
          from += writeSync(this.#main, buffer, from, length - from);
        }
      }
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#main);
    if (this.#aside !== undefined) closeSync(this.#aside);
  }
}

function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

function attempt<T>(path: string, operation: () => T): T {
  try {
    return operation();
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    const detail = {
      code: 'trace-unwritable',
      where: path,
      message: `the trace cannot be written (${reason})`,
      remedy: 'Choose another file, in a folder that exists, with enough room.',
    };
    throw new AssayError(detail, { cause });
  }
}
