/** `claims.csv`: one line per answered claim, for spreadsheets and data frames (RFC 4180). */
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
