/**
 * The few special functions that the distributions need, and sums that keep their digits in tails.
 *
 * Probabilities down in the tails are 1e-300 and less, and the answers differ by their exponent:
 * so every mass is computed as a logarithm by the saddle point expansion (no difference of large
 * logarithms), and every tail is a sum of positive ratios around its greatest term.
 * Source: C. Loader, "Fast and Accurate Computation of Binomial Probabilities" (2000).
 * Limit: relative error of a mass about (1 + |ln mass|) · 2^-52.
 */

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);
/** Below this, Stirling's series is not yet exact to the last bit of a double. */
const STIRLING_SERIES_FROM = 16;
const STIRLING_ERRORS = Array.from({ length: STIRLING_SERIES_FROM }, (_, n) => stirlingExact(n));
/** A term this much smaller than the sum no longer changes it, nor does the geometric rest. */
const NEGLIGIBLE = 2 ** -70;

/**
 * Returns ln n! − ln(√(2πn) (n/e)^n), the error of Stirling's formula; 0 for n = 0.
 * @param n integer, at least 0
 */
export function stirlingError(n: number): number {
  const listed = STIRLING_ERRORS[n];
  if (listed !== undefined) return listed;
  const square = n * n;
  const inner = (1 / 1680 - 1 / (1188 * square)) / square;
  return (1 / 12 - (1 / 360 - (1 / 1260 - inner) / square) / square) / n;
}

/**
 * Returns x ln(x/mean) + mean − x without cancellation: how far x is from its mean, in nats.
 * @param x at least 0
 * @param mean above 0
 */
export function deviance(x: number, mean: number): number {
  if (x === 0) return mean;
  const difference = x - mean;
  if (Math.abs(difference) >= 0.1 * (x + mean)) return x * Math.log(x / mean) - difference;
  const v = difference / (x + mean);
  let sum = difference * v;
  let power = 2 * x * v;
  for (let j = 1; ; j++) {
    power *= v * v;
    const next = sum + power / (2 * j + 1);
    if (next === sum) return sum;
    sum = next;
  }
}

/** Returns ln √(2πx): the width of a mass at x. */
export function logWidth(x: number): number {
  return HALF_LOG_TWO_PI + 0.5 * Math.log(x);
}

/**
 * Returns the logarithm of a share by whichever of the share and its rest keeps more digits.
 * @param share 0..1
 * @param rest 1 − share, given because it may be known more exactly
 */
export function logShare(share: number, rest: number): number {
  return rest < 0.5 ? Math.log1p(-rest) : Math.log(share);
}

/** A part of a distribution over integers with one peak. */
export type Tail = {
  readonly from: number;
  readonly to: number;
  /** Where the whole distribution is greatest. */
  readonly mode: number;
  readonly logMass: (x: number) => number;
  /** mass(x + 1) / mass(x) */
  readonly ratio: (x: number) => number;
};

/** Returns the logarithm of the sum of all masses from `from` to `to`; −∞ if there are none. */
export function logTail(tail: Tail): number {
  const { from, to, ratio } = tail;
  if (from > to) return Number.NEGATIVE_INFINITY;
  const peak = Math.min(Math.max(tail.mode, from), to);
  let sum = 1;
  for (let x = peak, term = 1; x < to && term > sum * NEGLIGIBLE; x++) {
    term *= ratio(x);
    sum += term;
  }
  for (let x = peak, term = 1; x > from && term > sum * NEGLIGIBLE; x--) {
    term /= ratio(x - 1);
    sum += term;
  }
  return tail.logMass(peak) + Math.log(sum);
}

/**
 * Returns z with P[|Z| ≤ z] = `confidence` for a standard normal Z.
 * @param confidence between 0 and 1
 */
export function normalQuantile(confidence: number): number {
  const outside = 1 - confidence;
  return bisect({ low: 0, high: 40, isBelow: (z) => complementaryError(z / Math.SQRT2) > outside });
}

/**
 * Returns the place where `isBelow` turns from true to false, to the last bit.
 * @param isBelow true below the place, false above
 */
export function bisect(search: {
  readonly low: number;
  readonly high: number;
  readonly isBelow: (x: number) => boolean;
}): number {
  let { low, high } = search;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (search.isBelow(middle)) low = middle;
    else high = middle;
  }
}

/** Returns erfc(x) for x ≥ 0: a power series up to 2, then the continued fraction. */
function complementaryError(x: number): number {
  const scale = Math.exp(-x * x) / Math.sqrt(Math.PI);
  if (x < 2) {
    let term = 2 * x;
    let sum = term;
    for (let n = 1; term > sum * NEGLIGIBLE; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return 1 - scale * sum;
  }
  let fraction = x;
  for (let n = 100; n >= 1; n--) fraction = x + n / 2 / fraction;
  return scale / fraction;
}

function stirlingExact(n: number): number {
  if (n === 0) return 0;
  let factorial = 1;
  for (let i = 2; i <= n; i++) factorial *= i;
  return Math.log(factorial) - logWidth(n) - n * Math.log(n) + n;
}
