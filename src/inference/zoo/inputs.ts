/**
 * Inputs with structure, from a seed: on plain noise a random network gives one class for all, and
 * substituted models would look the same.
 */
import { unreachable } from '../../base/index.ts';
import { INPUT_SHAPES, type ModelKind } from './models.ts';
import { normals, seedFor, uniform } from './random.ts';

/**
 * Returns `count` inputs of a kind, each flat, of the shape `INPUT_SHAPES[kind]`:
 * clusters for `mlp`, coloured stripes and blobs for `conv`, sequences of words for `transformer`.
 */
export function structuredInputs(
  kind: ModelKind,
  options: { readonly seed: number; readonly count: number },
): Float32Array[] {
  return Array.from({ length: options.count }, (_, index) => {
    const next = uniform(seedFor(options.seed, `${kind}/${index}`));
    switch (kind) {
      case 'mlp':
        return clustered(options.seed, next);
      case 'conv':
        return picture(next);
      case 'transformer':
        return sentence(options.seed, next);
      default:
        return unreachable(kind);
    }
  });
}

const CLUSTERS = 24;

/** One of 24 centres, and noise of a quarter of its size. */
function clustered(seed: number, next: () => number): Float32Array {
  const [width = 0] = INPUT_SHAPES.mlp;
  const cluster = Math.floor(next() * CLUSTERS);
  const centre = normals(uniform(seedFor(seed, `centre/${cluster}`)), width, 1);
  const noise = normals(next, width, 0.25);
  return centre.map((value, i) => value + (noise[i] ?? 0));
}

/** Stripes of one period and direction, or a blob, in a colour on a background of another. */
function picture(next: () => number): Float32Array {
  const [channels = 0, height = 0, width = 0] = INPUT_SHAPES.conv;
  const colours = normals(next, channels, 1.5);
  const background = normals(next, channels, 1);
  const isStriped = next() < 0.5;
  const [across, down] = [next() * 2 - 1, next() * 2 - 1];
  const period = 2 + next() * 10;
  const [x0, y0, radius] = [next() * width, next() * height, 2 + next() * 12];
  const pixels = normals(next, channels * height * width, 0.05);
  return pixels.map((noise, i) => {
    const channel = Math.floor(i / (height * width));
    const x = i % width;
    const y = Math.floor(i / width) % height;
    const distance = (x - x0) * (x - x0) + (y - y0) * (y - y0);
    const phase = (x * across + y * down) / period;
    const inside = isStriped ? phase - Math.floor(phase) < 0.5 : distance < radius * radius;
    return noise + (background[channel] ?? 0) + (inside ? (colours[channel] ?? 0) : 0);
  });
}

const WORDS = 64;

/** A sequence of words of a small vocabulary, the same word always the same vector. */
function sentence(seed: number, next: () => number): Float32Array {
  const [positions = 0, width = 0] = INPUT_SHAPES.transformer;
  const values = new Float32Array(positions * width);
  for (let position = 0; position < positions; position++) {
    const word = Math.floor(next() * WORDS);
    const vector = normals(uniform(seedFor(seed, `word/${word}`)), width, 1);
    values.set(vector, position * width);
  }
  return values;
}
