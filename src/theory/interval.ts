/**
 * Intervals for a rate that was counted: k events in n independent trials.
 *
 * Wilson is short and good for ordinary rates; Clopper–Pearson never covers less than it says,
 * which is what rare events need. Sources: Wilson (1927); Clopper and Pearson (1934).
 */
import { requireConfidence, requireCount } from './arguments.ts';
import { binomialLower, binomialUpper } from './distributions.ts';
import { bisect, normalQuantile } from './special.ts';

/** What was counted. */
export type Counted = {
  readonly events: number;
  readonly trials: number;
  /** Wanted coverage, between 0 and 1, e.g. 0.95. */
  readonly confidence: number;
};

/** From low to high, both in 0..1. */
export type Interval = { readonly low: number; readonly high: number };

/** Returns Wilson's score interval; all of 0..1 if there was no trial. */
export function wilsonInterval({ events, trials, confidence }: Counted): Interval {
  requireCounted({ events, trials, confidence });
  if (trials === 0) return { low: 0, high: 1 };
  const square = normalQuantile(confidence) ** 2;
  const scale = trials + square;
  const center = (events + square / 2) / scale;
  const misses = trials - events;
  const spread = Math.sqrt(square * ((events * misses) / trials + square / 4)) / scale;
  return {
    low: events === 0 ? 0 : center - spread,
    high: events === trials ? 1 : center + spread,
  };
}

/** Returns the exact interval of Clopper and Pearson; all of 0..1 if there was no trial. */
export function clopperPearsonInterval({ events, trials, confidence }: Counted): Interval {
  requireCounted({ events, trials, confidence });
  const outside = (1 - confidence) / 2;
  const law = (probability: number) => ({ trials, probability });
  const low = { low: 0, high: 1, isBelow: (p: number) => binomialUpper(law(p), events) < outside };
  const high = { low: 0, high: 1, isBelow: (p: number) => binomialLower(law(p), events) > outside };
  return {
    low: events === 0 ? 0 : bisect(low),
    high: events === trials ? 1 : bisect(high),
  };
}

/**
 * Returns the rate that no event in `trials` trials excludes: −ln(1−confidence)/n, about 3/n at
 * 95 %. A little above the exact bound, never above 1.
 */
export function ruleOfThree({
  trials,
  confidence,
}: {
  readonly trials: number;
  readonly confidence: number;
}): number {
  requireCounted({ events: 0, trials, confidence });
  return trials === 0 ? 1 : Math.min(1, -Math.log1p(-confidence) / trials);
}

function requireCounted({ events, trials, confidence }: Counted): void {
  requireCount(trials, 'trials', { min: 0 });
  requireCount(events, 'events', { min: 0, max: trials });
  requireConfidence(confidence);
}
