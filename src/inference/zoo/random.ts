/**
 * Numbers from a seed that are the same on every machine: a 32-bit integer generator and sums of
 * uniform numbers (Irwin-Hall), because the language leaves the last bits of `Math.log` and
 * `Math.cos` open, which the usual normal generators need.
 */

/** Returns a generator of uniform numbers in [0, 1) with 32 bits (mulberry32). */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Returns `count` float32 numbers, about normal, of mean 0: sums of twelve uniform numbers.
 * @param deviation standard deviation
 */
export function normals(next: () => number, count: number, deviation: number): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let k = 0; k < 12; k++) sum += next();
    values[i] = (sum - 6) * deviation;
  }
  return values;
}

/** Returns a seed for one purpose, so that a new purpose shifts no other. */
export function seedFor(seed: number, purpose: string): number {
  let hash = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0;
  for (let i = 0; i < purpose.length; i++) {
    hash = Math.imul(hash ^ purpose.charCodeAt(i), 0x01000193) >>> 0;
  }
  return (hash ^ (hash >>> 15)) >>> 0;
}
