/**
 * How well a sketch of m sums tells the distance of two outputs, [MEASURE-1].
 *
 * The sums are ±1 projections, close to normal for outputs of many numbers: the sketched distance
 * over the true one follows √(χ²_m / m) if the norm is known, √F(m, m) if it comes from sketches.
 * Limit: measured never worse than this for sparse and heavy-tailed errors; single-number errors
 * are sketched without any error.
 */
import { requireAmount, requireCount } from './arguments.ts';
import { chiSquareLower, chiSquareUpper, fisherUpper } from './distributions.ts';

/** A sketched distance set against a limit. */
export type SketchedDistance = {
  /** Numbers in the sketch, a multiple of 2. */
  readonly size: number;
  /** Limit over true distance, above 0. */
  readonly limitRatio: number;
  /** Whether the norm that the distance is divided by is known exactly or sketched too. */
  readonly norm: 'known' | 'sketched';
};

/** Returns P[sketched distance > limit]. */
export function sketchExceeds({ size, limitRatio, norm }: SketchedDistance): number {
  const square = checkedSquare(size, limitRatio);
  return norm === 'known' ? chiSquareUpper(size, size * square) : fisherUpper(size, square);
}

/** Returns P[sketched distance ≤ limit]. */
export function sketchWithin({ size, limitRatio, norm }: SketchedDistance): number {
  const square = checkedSquare(size, limitRatio);
  if (square === 0) return 0;
  // 1/F has the law of F when both degrees of freedom are the same.
  return norm === 'known' ? chiSquareLower(size, size * square) : fisherUpper(size, 1 / square);
}

function checkedSquare(size: number, limitRatio: number): number {
  requireCount(size / 2, 'size / 2', { min: 1 });
  requireAmount(limitRatio, 'limitRatio');
  return limitRatio * limitRatio;
}
