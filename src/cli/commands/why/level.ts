/** One level of a claim as a table: its holders, what each did, and its certificates. */
import { type NodeId, unreachable } from '../../../base/index.ts';
import type { HolderExplanation, LevelExplanation } from '../../../receipt/index.ts';
import { paragraph } from '../receipt/layout.ts';
import { type Column, tableLines } from '../status/table.ts';

/** Digits of a short id, and of a short digest. */
const SHORT_DIGITS = 8;

const COLUMNS: readonly Column[] = [
  { title: 'validator', rank: 0 },
  { title: 'weight', isRight: true, rank: 0 },
  { title: 'did', rank: 0 },
  { title: 'vote', rank: 0 },
  { title: 'output', rank: 1 },
  { title: 'run as', rank: 2 },
];

/** The beginning of an id. */
export function shortId(id: NodeId): string {
  return id.slice(0, SHORT_DIGITS);
}

/** An amount with separators. */
export function amount(value: bigint): string {
  return value.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}

/** The level in lines of at most `columns`. */
export function levelLines(level: LevelExplanation, columns: number): readonly string[] {
  const { holders, quorum, weight, unit, drawnBy, isLast, certificates, challengers } = level;
  const title =
    `Level ${level.level}${isLast ? ', the last' : ''}: ${holders.length} validators, drawn by ` +
    `round ${drawnBy}; quorum ${amount(quorum)} of ${amount(weight)} ${unit}`;
  const rows = holders.map((holder) => cells(holder, level).map((text) => ({ text })));
  const facts = [
    ...strongest(certificates).map(
      (each) => `Certificate: ${each.verdict} by ${amount(each.weight)} ${unit}.`,
    ),
    ...(challengers.length === 0
      ? []
      : [`Challenged by ${challengers.map(shortId).join(', ')}: they found another answer.`]),
  ];
  return [
    ...paragraph(title, columns),
    ...tableLines({ columns: COLUMNS, rows, width: columns }),
    ...facts.flatMap((each) => paragraph(each, columns)),
  ];
}

/** Anybody may aggregate: of several certificates of one verdict, the one with most weight. */
function strongest(certificates: LevelExplanation['certificates']) {
  return certificates.filter(
    (each, i) =>
      !certificates.some(
        ({ verdict, weight }, j) =>
          verdict === each.verdict && (weight > each.weight || (weight === each.weight && j < i)),
      ),
  );
}

function cells(holder: HolderExplanation, level: LevelExplanation): readonly string[] {
  const { state } = holder;
  const first = [shortId(holder.id), share(holder.weight, level), state.kind];
  switch (state.kind) {
    case 'revealed': {
      const output = state.outputDigest?.slice(0, SHORT_DIGITS) ?? 'none';
      return [...first, state.verdict, output, state.executionClass];
    }
    case 'abstained':
      return [...first, state.reason];
    case 'contradictory':
      return [...first, 'two votes: evidence'];
    case 'committed':
    case 'missing':
      return first;
    default:
      return unreachable(state);
  }
}

/** Seats as they are; stake, which has many digits, as a part of the level. */
function share(weight: bigint, level: LevelExplanation): string {
  if (level.unit === 'seats' || level.weight === 0n) return amount(weight);
  const tenths = (1000n * weight) / level.weight;
  return `${tenths / 10n}.${tenths % 10n} %`;
}
