/**
 * Reads a trace line by line and checks it: version, order, kinds, and the fields that every reader
 * relies on. Takes both forms: JSON Lines, and a Chrome trace that carries the records.
 *
 * A last line that is torn is what a process leaves that was killed: it is left out, and said.
 */
import { TraceError } from './error.ts';
import { TRACE_FORMAT, type TraceRecord } from './records.ts';

/** How a Chrome trace of ours begins, and the line after which it has its records. */
export const CHROME_BEGIN = '{"traceEvents":[';
export const CHROME_RECORDS = '],"assay":[';
export const CHROME_END = ']}';

/** What is known of a trace when all its lines were read. */
export type TraceEnd = {
  readonly records: number;
  /** Whether the record `end` was there. */
  readonly isWhole: boolean;
  /** Whether the last line was cut off. */
  readonly isTorn: boolean;
};

/** Fields that each kind has: numbers, then texts; what is optional is not checked here. */
const FIELDS: Readonly<Record<TraceRecord['kind'], readonly [string[], string[]]>> = {
  start: [[], ['format', 'source', 'title', 'software', 'network']],
  node: [['node'], ['id', 'role']],
  link: [['a', 'b'], []],
  state: [['node'], []],
  fault: [[], ['what']],
  message: [['message', 'node', 'bytes'], []],
  delivery: [['message', 'node', 'from'], ['verdict']],
  committee: [['drawnBy'], ['batch', 'unit', 'weight', 'quorum']],
  distance: [['index', 'level', 'node'], ['batch']],
  work: [['node', 'work'], ['what']],
  done: [['node', 'work'], []],
  report: [['node'], ['what']],
  movement: [['node'], ['amount', 'reason']],
  end: [['records', 'leftOut'], []],
};

export class TraceReader {
  readonly #source: string;
  #line = 0;
  #records = 0;
  #part: 'begin' | 'lines' | 'events' | 'records' | 'over' = 'begin';
  #isEnded = false;
  /** The fault of the last line: an error only if it was not the last one. */
  #fault: TraceError | undefined;

  /** @param source name of the file, for errors */
  constructor(source: string) {
    this.#source = source;
  }

  /**
   * Takes the next line; returns its record, if it has one.
   * @throws TraceError trace-format, trace-record
   */
  take(line: string): TraceRecord | undefined {
    if (this.#fault !== undefined) throw this.#fault;
    this.#line += 1;
    if (this.#part === 'begin') {
      this.#part = line.startsWith(CHROME_BEGIN) ? 'events' : 'lines';
    }
    if (this.#part === 'lines') return line === '' ? undefined : this.#record(line);
    if (this.#part === 'events') {
      if (line === CHROME_RECORDS) this.#part = 'records';
      return undefined;
    }
    if (this.#part === 'over' || line === CHROME_END) {
      this.#part = 'over';
      return undefined;
    }
    return this.#record(line.endsWith(',') ? line.slice(0, -1) : line);
  }

  /**
   * Says what the trace was when there are no more lines.
   * @throws TraceError trace-format if there was no trace at all
   */
  end(): TraceEnd {
    if (this.#records === 0) throw this.#fault ?? this.#noTrace();
    return { records: this.#records, isWhole: this.#isEnded, isTorn: this.#fault !== undefined };
  }

  #record(line: string): TraceRecord | undefined {
    const value = parsed(line);
    const problem = this.#records === 0 ? startProblem(value) : recordProblem(value);
    if (problem === undefined && isRecord(value)) {
      this.#records += 1;
      this.#isEnded = value.kind === 'end';
      return value;
    }
    if (this.#records === 0) throw this.#noTrace(problem);
    this.#fault = new TraceError({
      code: 'trace-record',
      where: `${this.#source}:${this.#line}`,
      message: problem ?? 'is no record',
      remedy: 'The file was changed or damaged. Write the trace again.',
    });
    return undefined;
  }

  #noTrace(given?: string): TraceError {
    const isForeign = this.#part === 'events' || this.#part === 'records';
    const problem = given ?? (isForeign ? 'it has no records under `assay`' : 'it is empty');
    return new TraceError({
      code: 'trace-format',
      where: this.#line === 0 ? this.#source : `${this.#source}:${this.#line}`,
      message: `is no trace of Assay that this version reads: ${problem}`,
      remedy: `Write one with assay sim replay --trace; it begins with ${TRACE_FORMAT}.`,
    });
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // Not JSON: the caller says which line.
    return undefined;
  }
}

function startProblem(value: unknown): string | undefined {
  if (!isObject(value) || value['kind'] !== 'start') return 'its first record is not `start`';
  if (value['format'] === TRACE_FORMAT) return recordProblem(value);
  return `its format is ${JSON.stringify(value['format'])}, not ${JSON.stringify(TRACE_FORMAT)}`;
}

function recordProblem(value: unknown): string | undefined {
  if (!isObject(value)) return 'is not a JSON object';
  const { kind } = value;
  if (!isKind(kind)) return `has the kind ${JSON.stringify(kind)}, which there is not`;
  const [numbers, texts] = FIELDS[kind];
  const noNumber = ['at', ...numbers].find((name) => typeof value[name] !== 'number');
  if (noNumber !== undefined) return `has no number ${noNumber}`;
  const noText = texts.find((name) => typeof value[name] !== 'string');
  if (noText !== undefined) return `has no text ${noText}`;
  if (kind === 'message' && !isObject(value['content'])) return 'has no content';
  if (kind === 'committee' && !Array.isArray(value['holders'])) return 'has no holders';
  return undefined;
}

/** Of values in which `recordProblem` found nothing. */
function isRecord(value: unknown): value is TraceRecord {
  return isObject(value);
}

function isKind(kind: unknown): kind is TraceRecord['kind'] {
  return typeof kind === 'string' && Object.hasOwn(FIELDS, kind);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
