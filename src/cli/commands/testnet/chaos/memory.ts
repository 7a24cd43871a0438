/**
 * Does a process grow? A straight line through what was left of its heap after collections, by
 * least squares. All lives of all processes share one slope and have a level of their own each;
 * the beginning of a life is left out.
 */
import { readFileSync } from 'node:fs';
import { studentQuantile } from '../../../../theory/index.ts';

/** A look at a process. */
export type MemorySample = {
  readonly atMs: number;
  /** A life of a process: others have another one. */
  readonly life: string;
  readonly heapBytes: number;
  readonly rssBytes: number;
};

/** A slope with its 95 % interval, MiB per hour. */
export type Slope = {
  readonly mibPerHour: number;
  readonly low: number;
  readonly high: number;
  readonly samples: number;
  readonly lives: number;
};

const MIB = 1024 ** 2;
const HOUR_MS = 3_600_000;
const CONFIDENCE = 0.95;
/** Caches fill, code is compiled: not counted. Shorter lives tell nothing. */
export const WARM_UP_MS = 20 * 60_000;

/** Reads what a process wrote; lines that a kill tore are left out. */
export function readMemory(path: string, name: string): readonly MemorySample[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    const [, at, pid, heap, rss] = /^(\d+)(?:\.\d+)? (\d+) (\d+) (\d+)$/.exec(line) ?? [];
    if (rss === undefined) return [];
    const numbers = { atMs: Number(at), heapBytes: Number(heap), rssBytes: Number(rss) };
    return [{ ...numbers, life: `${name}/${pid}` }];
  });
}

/**
 * Returns how fast memory grows.
 * @returns `undefined` with fewer than three samples after warm-up in every life
 */
export function slopeOf(
  samples: readonly MemorySample[],
  { of, warmUpMs }: { readonly of: 'heapBytes' | 'rssBytes'; readonly warmUpMs: number },
): Slope | undefined {
  const byLife = new Map<string, MemorySample[]>();
  for (const sample of samples) {
    const life = byLife.get(sample.life) ?? [];
    byLife.set(sample.life, life);
    life.push(sample);
  }
  const lives = [...byLife.values()].map((all) => {
    const begin = Math.min(...all.map(({ atMs }) => atMs));
    return all
      .filter(({ atMs }) => atMs >= begin + warmUpMs)
      .map((sample) => ({ hours: sample.atMs / HOUR_MS, mib: sample[of] / MIB }));
  });
  const long = lives.filter((points) => points.length >= 3).map(centred);
  const points = long.flat();
  const degrees = points.length - long.length - 1;
  const xx = points.reduce((sum, { hours }) => sum + hours * hours, 0);
  if (degrees < 1 || xx === 0) return undefined;
  const slope = points.reduce((sum, { hours, mib }) => sum + hours * mib, 0) / xx;
  const left = points.reduce((sum, { hours, mib }) => sum + (mib - slope * hours) ** 2, 0);
  const half = studentQuantile(degrees, CONFIDENCE) * Math.sqrt(left / degrees / xx);
  const bounds = { low: slope - half, high: slope + half };
  return { mibPerHour: slope, ...bounds, samples: points.length, lives: long.length };
}

type Point = { readonly hours: number; readonly mib: number };

/** Points around their mean: the level of a life does not matter. */
function centred(points: readonly Point[]): readonly Point[] {
  const mean = (of: (point: Point) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const hours = mean((point) => point.hours);
  const mib = mean((point) => point.mib);
  return points.map((point) => ({ hours: point.hours - hours, mib: point.mib - mib }));
}
