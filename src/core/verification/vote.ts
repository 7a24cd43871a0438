/**
 * [VOTE-1] A vote is a pure function of two measurements, one's own and the provider's.
 */
import type { Comparator, Measurement, Verdict } from '../../base/index.ts';
import { compareMeasurements } from '../../compare/index.ts';

/** What a vote follows from. */
export type VoteBasis = {
  readonly own: Measurement;
  /** The claim is outside its manifest; known only where the leaf was opened. */
  readonly isMalformed: boolean;
  /** The provider's output with the signs of the level; absent if nobody served it. */
  readonly provider: Measurement | undefined;
  readonly comparator: Comparator;
  readonly sketchSize: number;
};

/** Returns the one vote that follows if the output deadline has passed, or the output is known. */
export function followingVote(basis: VoteBasis): Verdict {
  // [VOTE-3] malformed → invalid; empty, or no output → unavailable
  if (basis.own.kind === 'empty') return basis.isMalformed ? 'invalid' : 'unavailable';
  if (basis.provider === undefined) return 'unavailable';
  const { own, provider, comparator, sketchSize } = basis;
  return compareMeasurements(own, provider, comparator, sketchSize).verdict;
}

/**
 * Tells whether a revealed vote follows from the measurement beside it; `undefined` if that can't
 * be known yet. `unavailable` follows from any measurement. [VOTE-3]
 */
export function doesVoteFollow(
  verdict: Verdict,
  basis: VoteBasis & { readonly isOpened: boolean },
): boolean | undefined {
  if (verdict === 'unavailable') return true;
  if (basis.own.kind === 'empty') {
    if (verdict !== 'invalid') return false;
    return basis.isOpened ? basis.isMalformed : undefined;
  }
  if (basis.provider === undefined) return undefined;
  return followingVote(basis) === verdict;
}
