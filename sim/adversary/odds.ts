/**
 * What who thinks of selling a vote expects: the probability that the verdict is bought, if all
 * who sell at all sell. Sums and products only, so that every machine decides alike.
 *
 * Limit: levels are taken as independent draws of seats, as the closed forms take them.
 */
import type { ProtocolParameters } from '../../src/base/index.ts';

/** A ladder of levels, and who sells. */
export type Sale = {
  readonly parameters: Pick<ProtocolParameters, 'levels' | 'slashSeats'>;
  /** Level that is judged, and the last one. */
  readonly level: number;
  readonly lastLevel: number;
  /** Members of the pool: a level with as many seats is decided by stake. */
  readonly poolSize: number;
  /** Share of stake that sells, 0..1. */
  readonly share: number;
  readonly wants: 'accept-wrong' | 'convict-right';
  /** Whether dissent starts the next level [QUORUM-2], small levels take no money [QUORUM-4]. */
  readonly isDissentHeard: boolean;
  readonly isMoneySafe: boolean;
};

/** Returns the probability that the verdict is the bought one, from `level` on. */
export function boughtShare(sale: Sale): number {
  const { parameters, level, lastLevel, poolSize, share } = sale;
  const seats = parameters.levels[level] ?? 0;
  const isWhole = seats >= poolSize;
  const captured = isWhole ? Number(3 * share > 2) : upperTail(seats, share, quorumOf(seats));
  if (level >= lastLevel) return captured;
  const decided = decidedShare(sale, { seats, isWhole, captured });
  return decided + (1 - decided) * boughtShare({ ...sale, level: level + 1 });
}

/** How often this level ends with the bought verdict. */
function decidedShare(
  { share, parameters, wants, isDissentHeard, isMoneySafe }: Sale,
  level: { readonly seats: number; readonly isWhole: boolean; readonly captured: number },
): number {
  const { seats, isWhole, captured } = level;
  if (wants === 'convict-right') {
    // [QUORUM-4] what a small level says against the provider is not final
    const isHeavy = !isMoneySafe || isWhole || seats >= parameters.slashSeats;
    return isHeavy ? captured : 0;
  }
  return isDissentHeard ? upperTail(seats, share, seats) : captured;
}

function quorumOf(seats: number): number {
  return Math.floor((2 * seats) / 3) + 1;
}

/** P[X ≥ least], X binomial: the law is built up seat by seat. */
function upperTail(seats: number, share: number, least: number): number {
  let law = [1];
  for (let n = 0; n < seats; n++) {
    law = Array.from({ length: n + 2 }, (_, x) => {
      return (law[x] ?? 0) * (1 - share) + (law[x - 1] ?? 0) * share;
    });
  }
  return law.slice(least).reduce((sum, probability) => sum + probability, 0);
}
