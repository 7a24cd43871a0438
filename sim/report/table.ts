/** The report of a run for a terminal, from 60 columns on. */
import { formatCount, formatDuration, formatPlural } from './format.ts';
import { isNarrow, type Layout, wrap } from './layout.ts';
import type { RunResult } from './result.ts';
import { type Section, sectionsOf, type Tone } from './sections.ts';

/** Below this, lines are longer than the terminal. */
const COLUMNS_MIN = 60;
/** Beyond this, lines are no easier to read. */
const COLUMNS_MAX = 80;

export type TableOptions = {
  /** Columns of the terminal. */
  readonly columns: number;
  readonly hasColour: boolean;
  /** Words of the command that gives the same result. */
  readonly replay: readonly string[];
  /** Folder that the results were written to. */
  readonly folder: string;
};

/** Returns the report, ending with a line break. */
export function reportTable(result: RunResult, options: TableOptions): string {
  const columns = Math.min(COLUMNS_MAX, Math.max(COLUMNS_MIN, options.columns));
  const layout = { columns };
  const sections = [...sectionsOf(result, layout), reproduce(result, layout, options)];
  const paint = options.hasColour ? coloured : (_: Style, text: string): string => text;
  const lines = [
    ...heading(result, layout).map((line, index) => (index === 0 ? paint('bold', line) : line)),
    ...sections.flatMap(({ title, verdict, lines: body }) => [
      '',
      paint('bold', title),
      ...wrap(layout, verdict.text).map((line) => paint(verdict.tone, line)),
      ...(body.length === 0 ? [] : ['', ...body]),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * Returns the words of a command as lines that can be copied into a shell.
 * @param columns words that do not fit go to a next line, after a backslash
 */
export function commandLines(words: readonly string[], columns: number): readonly string[] {
  const lines: string[] = [];
  let line = ' ';
  for (const word of grouped(words)) {
    if (line.trim() !== '' && line.length + 1 + word.length + 2 > columns) {
      lines.push(`${line} \\`);
      line = '   ';
    }
    line = `${line} ${word}`;
  }
  return [...lines, line];
}

/** Returns the words of a command as one line that can be copied into a shell. */
export function commandText(words: readonly string[]): string {
  return words.map(quoted).join(' ');
}

function heading(result: RunResult, layout: Layout): readonly string[] {
  const { population: p, scenario, seed, virtualMs, description } = result;
  const dishonest = (honest: number, all: number): string =>
    honest === all ? 'all honest' : `${formatCount(all - honest)} dishonest`;
  const down = p.downValidators === 0 ? '' : `, ${formatCount(p.downValidators)} down`;
  const facts =
    `${formatPlural(p.validators, 'validator')} ` +
    `(${dishonest(p.honestValidators, p.validators)}${down}), ` +
    `${formatPlural(p.providers, 'provider')} ` +
    `(${dishonest(p.honestProviders, p.providers)}), ` +
    `${formatDuration(virtualMs)} of virtual time`;
  return [
    `${scenario}, seed ${seed}`,
    ...(description === '' ? [] : wrap(layout, description)),
    ...wrap(layout, facts),
  ];
}

function reproduce(result: RunResult, layout: Layout, options: TableOptions): Section {
  const { checks, violations, ablated } = result.invariants;
  const broken = Object.entries(violations);
  const rules = ablated.length === 0 ? '' : ` Switched off: ${ablated.join(', ')}.`;
  const text =
    broken.length === 0
      ? `The promises of the protocol were checked ${formatCount(checks)} times and held.${rules}`
      : `Promises broke: ${broken.map(timesBroken).join(', ')}.${rules}`;
  return {
    title: 'Reproduce',
    verdict: { tone: broken.length === 0 ? 'good' : 'bad', text },
    lines: [
      ...commandLines(options.replay, layout.columns),
      '',
      ...digestLines(result.traceDigest, layout),
      ...wrap(layout, `results in ${options.folder}`),
    ],
  };
}

function timesBroken([invariant, count]: readonly [string, number]): string {
  return `${invariant} ${formatPlural(count, 'time')}`;
}

/** A digest is no text to break at spaces: where it is too long, half of it goes to a line. */
function digestLines(digest: string, layout: Layout): readonly string[] {
  if (!isNarrow(layout)) return [`  trace digest ${digest}`];
  const half = digest.length / 2;
  return [`  trace digest ${digest.slice(0, half)}`, `               ${digest.slice(half)}`];
}

/** Options stay with their values: `--seed 7` is one piece. */
function grouped(words: readonly string[]): readonly string[] {
  const pieces: string[] = [];
  for (const word of words) {
    const last = pieces.at(-1);
    const isValue = last !== undefined && /^--[a-z-]+$/.test(last) && !word.startsWith('--');
    if (isValue) pieces[pieces.length - 1] = `${last} ${quoted(word)}`;
    else pieces.push(quoted(word));
  }
  return pieces;
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

type Style = Tone | 'bold';

const STYLE_CODES: Readonly<Record<Style, string>> = {
  bold: '1',
  good: '32',
  bad: '31',
  plain: '',
};

function coloured(style: Style, text: string): string {
  const code = STYLE_CODES[style];
  return code === '' ? text : `\u001b[${code}m${text}\u001b[0m`;
}
