/** A trace in a file, checked before it is shown, and its records as lines. */
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { createInterface } from 'node:readline';
import {
  CHROME_BEGIN,
  CHROME_END,
  CHROME_RECORDS,
  type StartRecord,
  type TraceEnd,
  TraceError,
  TraceReader,
} from '../../trace/index.ts';

/** A trace that was read through. */
export type Recorded = TraceEnd & {
  readonly path: string;
  readonly start: StartRecord;
};

/**
 * Reads a trace through.
 * @throws TraceError trace-missing, trace-format, trace-record
 */
export async function readRecorded(path: string): Promise<Recorded> {
  const reader = new TraceReader(path);
  let start: StartRecord | undefined;
  for await (const line of linesOf(path)) {
    const record = reader.take(line);
    if (record?.kind === 'start') start ??= record;
  }
  const end = reader.end();
  if (start === undefined) throw new Error('a trace that was read has a start');
  return { path, start, ...end };
}

/** The records of a checked trace, as lines with their ends, in chunks. */
export async function* recordLines({ path, isTorn }: Recorded): AsyncGenerator<string> {
  const isChrome = beginOf(path) === CHROME_BEGIN;
  let isRecords = !isChrome;
  let chunk = '';
  let last: string | undefined;
  for await (const line of linesOf(path)) {
    if (isChrome && !isRecords) {
      isRecords = line === CHROME_RECORDS;
      continue;
    }
    if (last !== undefined) chunk += `${last}\n`;
    last = undefined;
    if (line === '' || line === CHROME_END) continue;
    last = line.endsWith(',') ? line.slice(0, -1) : line;
    if (chunk.length < CHUNK_CHARS) continue;
    yield chunk;
    chunk = '';
  }
  yield isTorn || last === undefined ? chunk : `${chunk}${last}\n`;
}

const CHUNK_CHARS = 65_536;

function beginOf(path: string): string {
  const file = openSync(path, 'r');
  const buffer = Buffer.alloc(CHROME_BEGIN.length);
  try {
    return buffer.subarray(0, readSync(file, buffer)).toString();
  } finally {
    closeSync(file);
  }
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const input = createReadStream(path, 'utf8');
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      yield line;
    }
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    const detail = {
      code: 'trace-missing',
      where: path,
      message: `cannot be read (${reason})`,
      remedy: 'Name a file that assay sim replay --trace wrote.',
    };
    throw new TraceError(detail, { cause });
  }
}
