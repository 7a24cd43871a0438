/**
 * Event logs of nodes as a judge reads them: all lives of a node in one file, several files merged
 * by time, and what was never sent left out.
 *
 * A line is written before its effects are run. When a process is killed, the last records may not
 * have become durable, and what follows them was not sent: the guard with which the next life
 * begins tells. [GUARD-1]
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { AssayError, subjectKey } from '../../base/index.ts';
import { type GuardRecord, type ProviderEvent, slotKey } from '../../core/index.ts';
import {
  type Decode,
  type EventLogHead,
  type EventLogLine,
  readEventLogLine,
  type ToldEffect,
} from '../runner/index.ts';

/** A start of a node, a step with the effects that were run, or a line that cannot be read. */
export type LogEntry =
  | { readonly kind: 'unreadable'; readonly atMs: number; readonly number: number }
  | { readonly kind: 'head'; readonly atMs: number; readonly head: EventLogHead }
  | {
      readonly kind: 'step';
      readonly atMs: number;
      readonly event: ProviderEvent;
      readonly ran: readonly ToldEffect[];
    };

/** Records older than this when a process was killed were durable: no disk takes so long. */
const TAIL_MS = 5_000;
/** Lines of the last life that may lie in that time. */
const TAIL_LINES_MAX = 20_000;

/**
 * Reads the log of a node, in order. A process that is killed may leave a torn line; more lines
 * that cannot be read than lives are for the judge to complain of.
 */
export async function* readNodeLog(path: string, decode: Decode): AsyncGenerator<LogEntry> {
  const unsent = await unsentEffects(path, decode);
  let number = 0;
  let atMs = 0;
  for await (const line of linesOf(path)) {
    number += 1;
    const read = readLine(line, number, decode);
    if (read === undefined) {
      yield { kind: 'unreadable', atMs, number };
      continue;
    }
    if (read.kind === 'head') {
      yield { kind: 'head', atMs, head: read.head };
      continue;
    }
    atMs = read.event.now;
    const first = unsent.get(number);
    const ran = first === undefined ? read.told : read.told.slice(0, first);
    yield { kind: 'step', atMs, event: read.event, ran };
  }
}

/** Merges logs by time; entries of one log stay in their order. */
export async function* mergeLogs<K>(
  logs: ReadonlyMap<K, AsyncGenerator<LogEntry>>,
): AsyncGenerator<readonly [log: K, entry: LogEntry]> {
  const next = new Map<K, LogEntry>();
  const advance = async (key: K, log: AsyncGenerator<LogEntry>): Promise<void> => {
    const { value, done } = await log.next();
    if (done === true) next.delete(key);
    else next.set(key, value);
  };
  for (const [key, log] of logs) await advance(key, log);
  while (next.size > 0) {
    let earliest: readonly [K, LogEntry] | undefined;
    for (const pair of next) {
      if (earliest === undefined || pair[1].atMs < earliest[1].atMs) earliest = pair;
    }
    if (earliest === undefined) return;
    yield earliest;
    const log = logs.get(earliest[0]);
    if (log !== undefined) await advance(earliest[0], log);
  }
}

/** The first effect that was not run, by number of the line, for lines of which there is one. */
async function unsentEffects(path: string, decode: Decode): Promise<ReadonlyMap<number, number>> {
  const unsent = new Map<number, number>();
  let tail: string[] = [];
  let number = 0;
  for await (const line of linesOf(path)) {
    number += 1;
    if (!line.startsWith(HEAD_BEGIN)) {
      tail.push(line);
      if (tail.length > 2 * TAIL_LINES_MAX) tail = tail.slice(-TAIL_LINES_MAX);
      continue;
    }
    const read = readLine(line, number, decode);
    if (read?.kind === 'head') noteUnsent(unsent, { tail, number, guard: read.head.guard, decode });
    tail = [];
  }
  return unsent;
}

/** Goes back from the end of a life to the last record that the next life has. */
function noteUnsent(
  unsent: Map<number, number>,
  at: {
    readonly tail: readonly string[];
    readonly number: number;
    readonly guard: readonly GuardRecord[];
    readonly decode: Decode;
  },
): void {
  const durable = new Set(at.guard.map(nameOf));
  let lastMs: number | undefined;
  for (let back = 1; back <= at.tail.length; back += 1) {
    const line = at.tail[at.tail.length - back] ?? '';
    const number = at.number - back;
    const read = readLine(line, number, at.decode);
    if (read === undefined) continue;
    if (read.kind === 'head') return;
    lastMs ??= read.event.now;
    if (read.event.now < lastMs - TAIL_MS) return;
    const isLost = (effect: ToldEffect): boolean =>
      effect.kind === 'persist' && !durable.has(nameOf(effect.record));
    const isKept = (effect: ToldEffect): boolean => effect.kind === 'persist' && !isLost(effect);
    const first = read.told.slice(read.told.findLastIndex(isKept) + 1).findIndex(isLost);
    if (first >= 0) {
      const index = read.told.findLastIndex(isKept) + 1 + first;
      // what comes after a record that was lost was not run either
      for (let later = number + 1; later < at.number; later += 1) unsent.set(later, 0);
      unsent.set(number, index);
    }
    if (read.told.some(isKept)) return;
  }
}

const HEAD_BEGIN = '{"format":';

/** What a record is about: a guard holds one of each. */
function nameOf(record: GuardRecord): string {
  switch (record.kind) {
    case 'ack':
    case 'header':
      return `${record.kind}/${slotKey(record.slot)}/${record.batch}`;
    case 'promise':
      return `promise/${slotKey(record.slot)}/${record.index}`;
    case 'confirm':
      return `confirm/${record.number}`;
    default:
      return `${record.kind}/${subjectKey(record.subject)}/${record.level}`;
  }
}

/** Reads a line; none if it cannot be read. */
function readLine(line: string, number: number, decode: Decode): EventLogLine | undefined {
  try {
    return readEventLogLine(line, { number, decode });
  } catch (error) {
    if (error instanceof AssayError) return undefined;
    throw error;
  }
}

function linesOf(path: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
}
