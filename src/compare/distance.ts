/**
 * [COMPARE-1] [VOTE-1] Whether two measurements say the same: the verdict is a pure function of the
 * validator's own sketch, the provider's, and the comparator of the manifest.
 *
 * Total and symmetric: any two measurements give a verdict, in either order the same. Comparisons
 * are written `!(d <= t)`, because a NaN distance must never pass. Only + − × ÷ and square root,
 * which IEEE 754 rounds correctly, so that every machine finds the same verdict.
 */
import { type Comparator, equalBytes, type Measurement, type TensorSketch } from '../base/index.ts';
import { finitePart } from './measure.ts';
import { numbersOf, type Tensor } from './tensor.ts';

/** What a comparison finds. */
export type Comparison = {
  readonly verdict: 'valid' | 'invalid' | 'inconclusive';
  /** Largest distance of a tensor: 0 for a match, `Infinity` where there is nothing to measure. */
  readonly distance: number;
};

const MATCH: Comparison = { verdict: 'valid', distance: 0 };
const MISMATCH: Comparison = { verdict: 'invalid', distance: Number.POSITIVE_INFINITY };

/**
 * [VOTE-1] Returns the verdict on the provider's measurement. An empty measurement has nothing to
 * compare: `inconclusive`, which costs nobody a stake; [VOTE-3] decides such cases before.
 * @param sketchSize rows of the sketches, as in `measure`
 */
export function compareMeasurements(
  own: Measurement,
  provider: Measurement,
  comparator: Comparator,
  sketchSize: number,
): Comparison {
  if (own.kind === 'empty' || provider.kind === 'empty') {
    return { verdict: 'inconclusive', distance: Number.POSITIVE_INFINITY };
  }
  // [COMPARE-2] Equal level digests are a match without arithmetic.
  if (equalBytes(own.levelDigest, provider.levelDigest)) return MATCH;
  if (comparator.kind === 'exact') return MISMATCH;
  const scales = { whole: comparator.scale, sketched: comparator.scale * Math.sqrt(sketchSize) };
  const distance = largestDistance(own.tensors, provider.tensors, (a, b) =>
    sketchDistance(a, b, a.whole ? scales.whole : scales.sketched),
  );
  if (distance <= comparator.tolerance) return { verdict: 'valid', distance };
  if (!(distance <= comparator.rejection)) return { verdict: 'invalid', distance };
  return { verdict: 'inconclusive', distance };
}

/**
 * Returns the true distance of two outputs, which sketches estimate: per tensor
 * ‖a−b‖ / max(‖a‖, ‖b‖, scale), the largest; `Infinity` if types, shapes, strings or the places of
 * non-finite values differ.
 * @param scale norm below which differences count absolutely, at least 0
 */
export function relativeRms(a: readonly Tensor[], b: readonly Tensor[], scale = 0): number {
  return largestDistance(a, b, (left, right) => {
    if (left.type === 'string' || right.type === 'string') {
      return sameItems(left.data, right.data) ? 0 : Number.POSITIVE_INFINITY;
    }
    const leftPart = finitePart(numbersOf(left));
    const rightPart = finitePart(numbersOf(right));
    if (!sameItems(leftPart.kinds ?? [], rightPart.kinds ?? [])) return Number.POSITIVE_INFINITY;
    return relativeDistance(leftPart.values, rightPart.values, scale);
  });
}

type Shaped = { readonly type: string; readonly shape: readonly number[] };

/** [COMPARE-1] Types and shapes must agree; the largest tensor counts. */
function largestDistance<T extends Shaped>(
  a: readonly T[],
  b: readonly T[],
  distanceOf: (a: T, b: T) => number,
): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined || left.type !== right.type || !sameItems(left.shape, right.shape)) {
      return Number.POSITIVE_INFINITY;
    }
    const distance = distanceOf(left, right);
    if (!(distance <= largest)) largest = distance;
    // A NaN would be overtaken by the next tensor; nothing may pass after it.
    if (Number.isNaN(largest)) return Number.POSITIVE_INFINITY;
  }
  return largest;
}

function sketchDistance(a: TensorSketch, b: TensorSketch, scale: number): number {
  // [COMPARE-1] Masks of non-finite values are compared first.
  if (!equalBytes(a.mask, b.mask)) return Number.POSITIVE_INFINITY;
  if (a.whole !== b.whole || a.values.length !== b.values.length) return Number.POSITIVE_INFINITY;
  return relativeDistance(a.values, b.values, scale);
}

/**
 * Returns ‖a−b‖ / max(‖a‖, ‖b‖, scale); 0/0 is 0; NaN if a value is not finite. All values are
 * divided by the largest first, so that squares neither overflow nor vanish.
 */
function relativeDistance(a: ArrayLike<number>, b: ArrayLike<number>, scale: number): number {
  const unit = Math.max(largestMagnitude(a), largestMagnitude(b));
  if (unit === 0) return 0;
  let squaresA = 0;
  let squaresB = 0;
  let squaresDifference = 0;
  for (let i = 0; i < a.length; i++) {
    const x = (a[i] as number) / unit;
    const y = (b[i] as number) / unit;
    squaresA += x * x;
    squaresB += y * y;
    squaresDifference += (x - y) * (x - y);
  }
  const norm = Math.max(Math.sqrt(squaresA), Math.sqrt(squaresB), scale / unit);
  return Math.sqrt(squaresDifference) / norm;
}

function largestMagnitude(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    largest = Math.max(largest, Math.abs(values[i] as number));
  }
  return largest;
}

function sameItems(a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
