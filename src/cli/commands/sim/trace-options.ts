/** Options of commands that write a trace, and what they mean. */
import type { TraceFile, TraceOptions } from '../../../../sim/index.ts';
import { AssayError } from '../../../base/index.ts';
import {
  formOf,
  type TraceFilter,
  type TraceForm,
  type TraceRecord,
} from '../../../trace/index.ts';
import { TEXT } from '../../io.ts';
import { readVersion } from '../../version.ts';

/** Records that are kept if no other number is given: about 250 MB as JSON Lines. */
const RECORDS_MAX = 2_000_000;
const CLAIM = /^b[a-z2-7]{10,}(\/\d+)?$/;
const KINDS: readonly TraceRecord['kind'][] = [
  ...(['link', 'state', 'fault', 'message', 'delivery', 'committee'] as const),
  ...(['distance', 'work', 'done', 'report', 'movement'] as const),
];

const LIST = { ...TEXT, array: true, default: [] as string[] } as const;

/** Options of `sim run` and `sim replay`. */
export const TRACE_OPTIONS = {
  trace: { ...TEXT, describe: 'Write a trace: t.json for Perfetto, t.jsonl for programs' },
  'trace-format': {
    choices: ['chrome', 'records'] as const,
    describe: 'Form of the trace, if the name does not tell',
  },
  claim: { ...LIST, describe: 'Trace only this batch, or batch/index; repeatable' },
  node: { ...LIST, describe: 'Trace only this node, by number or id; repeatable' },
  from: { ...TEXT, describe: 'Trace only from here on, virtual ms' },
  to: { ...TEXT, describe: 'Trace only before, virtual ms' },
  without: { ...LIST, describe: 'Leave out kinds of records, such as delivery' },
  limit: { ...TEXT, default: String(RECORDS_MAX), describe: 'Records of the trace at the most' },
} as const;

/** The options as the command line gives them. */
export type TraceValues = {
  readonly trace?: string | undefined;
  readonly traceFormat?: TraceForm | undefined;
  readonly claim: readonly string[];
  readonly node: readonly string[];
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly without: readonly string[];
  readonly limit: string;
};

/** A trace that is asked for. */
export type AskedTrace = {
  readonly path: string;
  readonly form: TraceForm;
  readonly options: Omit<TraceOptions, 'sink'>;
};

/**
 * Returns what trace is asked for, if any.
 * @throws AssayError trace-form, not-a-claim, not-a-time, not-a-kind, no-trace
 */
export function askedTrace(values: TraceValues): AskedTrace | undefined {
  const filter = filterOf(values);
  const { trace: path } = values;
  if (path === undefined) {
    if (filter === undefined) return undefined;
    throw fault('no-trace', '--claim, --node, --from, --to, --without', {
      message: 'say what a trace keeps, and no trace is written',
      remedy: 'Add --trace t.json or --trace t.jsonl.',
    });
  }
  const form = values.traceFormat ?? formOf(path);
  if (form === undefined) {
    throw fault('trace-form', `--trace ${path}`, {
      message: 'does not tell the form of the trace',
      remedy: 'Use a name that ends in .json (Perfetto) or .jsonl (records), or --trace-format.',
    });
  }
  const recordsMax = wholeNumber('--limit', values.limit);
  const kept = filter === undefined ? {} : { filter };
  return { path, form, options: { ...kept, recordsMax, software: readVersion() } };
}

/** Returns what is said of a trace that was written. */
export function traceLine(
  { path, form }: AskedTrace,
  { records, leftOut }: { readonly records: number; readonly leftOut: number },
  { recordsMax = RECORDS_MAX }: { readonly recordsMax?: number | undefined },
): string {
  const count = (n: number): string => n.toLocaleString('en-US');
  const isCut = records >= recordsMax;
  const why = isCut ? 'the limit; raise it with --limit, or narrow with --claim, --node, --to' : '';
  const left = leftOut === 0 ? '' : `, ${count(leftOut)} left out${isCut ? ` by ${why}` : ''}`;
  const view = `npx assay sim view ${path}`;
  const where = form === 'chrome' ? `${view}, or ui.perfetto.dev` : view;
  return `trace: ${count(records)} records${left}\n  look at it: ${where}\n`;
}

/**
 * Runs something that writes a trace, and ends its file: also if the run failed in a way that its
 * trace explains. An interrupted run leaves none.
 */
export async function withTrace<T>(
  file: TraceFile | undefined,
  at: {
    readonly run: () => Promise<T>;
    readonly isKept: (error: unknown) => boolean;
    readonly signal: AbortSignal;
  },
): Promise<T> {
  const { run, isKept, signal } = at;
  try {
    const result = await run();
    signal.throwIfAborted();
    file?.end();
    return result;
  } catch (error) {
    if (isKept(error)) file?.end();
    else file?.discard();
    throw error;
  }
}

function filterOf(values: TraceValues): TraceFilter | undefined {
  const { claim, node, without } = values;
  for (const each of claim) {
    if (CLAIM.test(each)) continue;
    throw fault('not-a-claim', `--claim ${each}`, {
      message: 'is no batch and no leaf of one',
      remedy: 'A batch is bafy…, a leaf bafy…/3; a whole trace or the explorer has them.',
    });
  }
  const kinds = without.flatMap((each) => each.split(',')).map(kindNamed);
  const fromMs = values.from === undefined ? {} : { fromMs: milliseconds('--from', values.from) };
  const toMs = values.to === undefined ? {} : { toMs: milliseconds('--to', values.to) };
  const filter: TraceFilter = {
    ...(claim.length === 0 ? {} : { claims: claim }),
    ...(node.length === 0 ? {} : { nodes: node }),
    ...{ ...fromMs, ...toMs },
    ...(kinds.length === 0 ? {} : { without: kinds }),
  };
  return Object.keys(filter).length === 0 ? undefined : filter;
}

function kindNamed(name: string): TraceRecord['kind'] {
  const kind = KINDS.find((each) => each === name);
  if (kind !== undefined) return kind;
  throw fault('not-a-kind', `--without ${name}`, {
    message: 'is no kind of record that can be left out',
    remedy: `There is ${KINDS.join(', ')}.`,
  });
}

function milliseconds(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw fault('not-a-time', `${option} ${text}`, {
    message: 'is no time',
    remedy: 'Give virtual milliseconds from the beginning of the run, such as 12500.',
  });
}

function wholeNumber(option: string, text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw fault('not-a-number', `${option} ${text}`, {
    message: 'is no number of records',
    remedy: `Give a whole number from 1; without it, ${RECORDS_MAX}.`,
  });
}

function fault(code: string, where: string, detail: { message: string; remedy: string }) {
  return new AssayError({ code, where, ...detail });
}
