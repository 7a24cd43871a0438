/**
 * Rates as a report states them: counted, with an interval, and the closed form beside it.
 *
 * Wilson is short and good for ordinary rates; for rare and for nearly certain events it covers
 * less than it says, so there the exact interval of Clopper and Pearson is used. Trials are pooled
 * over the run. Limit: both take trials for independent; leaves judged by one validator set are
 * nearly so, because each has its own draw of seats.
 */
import { clopperPearsonInterval, wilsonInterval } from '../../src/theory/index.ts';

/** Coverage of all intervals. */
export const CONFIDENCE = 0.95;

/** Fewer events, or fewer non-events, than this count as rare: np ≥ 5 is the usual bound. */
const RARE_COUNT = 5;

/** What a closed form says that a rate is. `value` is absent where none applies: `reason`. */
export type Expected =
  | {
      readonly value: number;
      /** The formula, with its numbers. */
      readonly form: string;
      /** Whether the rate must come out at it, or only below or above. */
      readonly kind: 'exact' | 'upper-bound' | 'lower-bound' | 'approximation';
    }
  | { readonly value: null; readonly reason: string };

/** A share of events among trials. `share`, `low` and `high` are 0..1; absent without trials. */
export type Rate = {
  readonly count: number;
  readonly of: number;
  readonly share: number | null;
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
  readonly method: 'wilson' | 'clopper-pearson';
  readonly expected: Expected;
};

/**
 * Returns the rate of `count` events in `of` trials.
 * @throws TheoryError argument-out-of-range if `count` is above `of`
 */
export function rateOf(count: number, of: number, expected: Expected): Rate {
  const isRare = count < RARE_COUNT || of - count < RARE_COUNT;
  const counted = { events: count, trials: of, confidence: CONFIDENCE };
  const { low, high } = isRare ? clopperPearsonInterval(counted) : wilsonInterval(counted);
  return {
    count,
    of,
    share: of === 0 ? null : count / of,
    low,
    high,
    confidence: CONFIDENCE,
    method: isRare ? 'clopper-pearson' : 'wilson',
    expected,
  };
}

/** Says that no closed form applies, and why. */
export function notExpected(reason: string): Expected {
  return { value: null, reason };
}
