/** Does the work of `assay doctor`. */
import { readNetworkFile } from '../../../network-file/index.ts';
import { examine, type Finding } from '../../../node/index.ts';
import { NotValidError } from '../../failure.ts';
import { type Answer, type Io, printAnswer } from '../../io.ts';
import { networkPathIn } from '../../network-path.ts';
import { type Colour, painter, type Terminal, terminalOf } from '../../terminal.ts';
import { readVersion } from '../../version.ts';
import { paragraph } from '../receipt/layout.ts';

export type DoctorValues = {
  readonly dir: string;
  readonly net: string | undefined;
  readonly listen: string | undefined;
  readonly offline: boolean;
  readonly json: boolean;
  readonly io: Io;
};

const COLUMNS = { min: 60, max: 100 } as const;

/**
 * Examines a node and prints what was found.
 * @throws NotValidError not-fit if something failed; ConfigError, NetworkFileError
 */
export async function runDoctor(values: DoctorValues): Promise<void> {
  const { dir: directory, listen, offline, json, io } = values;
  const net = networkPathIn(values);
  const file = net === undefined ? undefined : readNetworkFile(net);
  const findings = await examine({
    directory,
    file,
    isOnline: !offline,
    ...(listen === undefined ? {} : { listen }),
    softwareVersion: `assay/${readVersion()}`,
    signal: io.signal,
  });
  printAnswer(io, findingsAnswer(findings, terminalOf(process.stdout)), json);
  const failures = findings.filter(({ outcome }) => outcome === 'failed');
  if (failures.length === 0) return;
  throw new NotValidError({
    code: 'not-fit',
    message: `not fit to run: ${failures.map(({ check }) => check).join(', ')}`,
    remedy: 'What to do stands below each.',
  });
}

const MARKS: Readonly<Record<Finding['outcome'], readonly [word: string, colour: Colour]>> = {
  ok: ['ok', 'green'],
  warning: ['look', 'yellow'],
  failed: ['FAILED', 'red'],
  skipped: ['-', 'yellow'],
};
const WORD_COLUMNS = 8;

/** What was found, a line or more for each thing. */
export function findingsAnswer(findings: readonly Finding[], terminal: Terminal): Answer {
  const paint = painter(terminal);
  const columns = Math.min(COLUMNS.max, Math.max(COLUMNS.min, terminal.columns()));
  const width = Math.max(...findings.map(({ check }) => check.length)) + 2;
  const indent = ' '.repeat(WORD_COLUMNS);
  const lines = findings.flatMap(({ check, outcome, detail, remedy }) => {
    const [word, colour] = MARKS[outcome];
    const told = paragraph(detail, columns - WORD_COLUMNS - width);
    const [first = '', ...more] = told;
    return [
      paint(colour, word) + ' '.repeat(WORD_COLUMNS - word.length) + check.padEnd(width) + first,
      ...more.map((line) => `${indent}${' '.repeat(width)}${line}`),
      ...(remedy === undefined
        ? []
        : paragraph(remedy, columns - WORD_COLUMNS - 4).map((line) => `${indent}  > ${line}`)),
    ];
  });
  const count = (outcome: Finding['outcome']): number =>
    findings.filter((finding) => finding.outcome === outcome).length;
  const summary = `${count('failed')} failed, ${count('warning')} to look at, ${count('ok')} ok`;
  return { json: { isFit: count('failed') === 0, findings }, lines: [...lines, '', summary] };
}
