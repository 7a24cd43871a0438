/**
 * `claims.csv`: one line per answered claim, for spreadsheets and data frames (RFC 4180); and the
 * way back, for reports that are made later.
 */
import { AssayError } from '../../src/base/index.ts';
import type { ClaimRow } from '../metrics/claims.ts';

type Cell = string | number | boolean | undefined;

/** Columns in order; what a claim does not have, such as a verdict of an undrawn one, is empty. */
const CLAIM_COLUMNS: readonly (readonly [name: string, cell: (row: ClaimRow) => Cell])[] = [
  ['provider', (row) => row.provider],
  ['behaviour', (row) => row.behaviour],
  ['model', (row) => row.model],
  ['class', (row) => row.assuranceClass],
  ['round', (row) => row.round],
  ['index', (row) => row.index],
  ['variant', (row) => row.variant],
  ['wrong', (row) => row.isWrong],
  ['sealed', (row) => row.isSealed],
  ['drawn', (row) => row.drawn !== undefined],
  ['verdict', (row) => row.drawn?.outcome],
  ['level', (row) => row.drawn?.level],
  ['challenged_levels', (row) => row.drawn?.challengedLevels.join(' ')],
  ['level0_valid', (row) => row.drawn?.isCertifiedValidAtLevel0],
  ['answered_ms', (row) => row.answeredMs],
  ['certified_ms', (row) => row.drawn?.certifiedMs],
  ['final_ms', (row) => row.drawn?.finalMs],
];

/** Returns the file, with a header line. Times are ms of virtual time. */
export function claimsCsv(rows: readonly ClaimRow[]): string {
  const header = CLAIM_COLUMNS.map(([name]) => name).join(',');
  const lines = rows.map((row) => CLAIM_COLUMNS.map(([, cell]) => cellText(cell(row))).join(','));
  return `${[header, ...lines].join('\n')}\n`;
}

function cellText(cell: Cell): string {
  if (cell === undefined) return '';
  if (typeof cell === 'boolean') return cell ? '1' : '0';
  if (typeof cell === 'number') return String(Number(cell.toFixed(6)));
  return /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** What a report needs of a line; what a claim does not have is absent. */
export type ClaimLine = {
  readonly provider: number;
  readonly behaviour: string;
  readonly model: string;
  readonly round: number;
  readonly index: number;
  readonly variant: string;
  readonly isWrong: boolean;
  readonly isDrawn: boolean;
  readonly verdict: string | undefined;
  readonly level: number | undefined;
  readonly answeredMs: number;
  readonly finalMs: number | undefined;
};

/**
 * Reads the file; columns are found by name.
 * @param where its path, for errors
 * @throws AssayError result-unreadable if a line has not as many cells as the header, or words
 *   where numbers stand
 */
export function readClaims(text: string, where: string): readonly ClaimLine[] {
  const [header = [], ...lines] = csvRows(text);
  return lines.map((line, index) => {
    const isWhole =
      line.length === header.length &&
      NUMBERS.every((name) => isNumber(line[header.indexOf(name)]));
    if (!isWhole) throw damaged(`${where}:${index + 2}`);
    const cell = (name: string): string => line[header.indexOf(name)] ?? '';
    const number = (name: string): number | undefined =>
      cell(name) === '' ? undefined : Number(cell(name));
    return {
      provider: Number(cell('provider')),
      behaviour: cell('behaviour'),
      model: cell('model'),
      round: Number(cell('round')),
      index: Number(cell('index')),
      variant: cell('variant'),
      isWrong: cell('wrong') === '1',
      isDrawn: cell('drawn') === '1',
      verdict: cell('verdict') === '' ? undefined : cell('verdict'),
      level: number('level'),
      answeredMs: Number(cell('answered_ms')),
      finalMs: number('final_ms'),
    };
  });
}

/** Columns that no claim goes without. */
const NUMBERS = ['provider', 'round', 'index', 'answered_ms'];

function isNumber(cell: string | undefined): boolean {
  return cell !== undefined && cell !== '' && Number.isFinite(Number(cell));
}

function damaged(where: string): AssayError {
  return new AssayError({
    code: 'result-unreadable',
    where,
    message: 'is no line of a claim',
    remedy: 'Restore the file, or run the scenario again.',
  });
}

/** The cells of each line; a quoted cell may hold commas, quotes and line breaks. */
function csvRows(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain = '', end = ''] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g,
  )) {
    if (end === '' && row.length === 0 && plain === '' && quoted === undefined) break;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
