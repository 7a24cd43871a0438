/** The C program of `bench/sim.ts`: compiled where a compiler is there, fed with the same input. */
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawsOf, messageKey } from '../sim/network/flood.ts';
import { type Flood, type FloodRun, LINES, SIZE_BYTES } from './sim-flood.ts';

const SOURCE = 'bench/yardstick/flood.c';
/** Messages on their way at a time, and pairs in one chunk, of the C program. */
const SLOTS = 512;
const CHUNK_PAIRS = 31;

/** Compiles the yardstick; undefined where there is no compiler. */
export function compileYardstick(): { readonly dir: string; readonly program: string } | undefined {
  if (spawnSync('cc', ['--version']).status !== 0) return undefined;
  const dir = mkdtempSync(join(tmpdir(), 'assay-yardstick-'));
  const program = join(dir, 'flood');
  execFileSync('cc', ['-O3', '-march=native', '-o', program, SOURCE]);
  return { dir, program };
}

/** Writes what the yardstick reads, and returns the path of the file. */
export function writeYardstickInput(flood: Flood): string {
  const { nodes, messages, overlay, from, publishedUs } = flood;
  const { offsets, links } = overlay;
  const copyUs = Math.ceil((SIZE_BYTES * 8) / LINES.bandwidthMbps);
  const chunks = Math.ceil((nodes * Math.min(16, messages)) / CHUNK_PAIRS) + 8192;
  const { least, step } = drawsOf(LINES);
  const path = join(mkdtempSync(join(tmpdir(), 'assay-yardstick-')), 'input');
  const file = openSync(path, 'w');
  const parts = [
    Int32Array.from([nodes, links.length / 2, messages, copyUs, SLOTS, chunks]),
    Float64Array.from([least, step]),
    ...[offsets, links, from, publishedUs],
    Int32Array.from({ length: messages }, (_, id) => messageKey(LINES.seed, id)),
  ];
  for (const part of parts) writeSync(file, part);
  closeSync(file);
  return path;
}

/** Runs the yardstick once. */
export function runYardstick(program: string, input: string): FloodRun {
  const run: unknown = JSON.parse(execFileSync(program, [input], { encoding: 'utf8' }));
  if (!isFloodRun(run)) throw new Error('the yardstick says something else than a run');
  return run;
}

function isFloodRun(value: unknown): value is FloodRun {
  return typeof value === 'object' && value !== null && 'checksum' in value && 'copies' in value;
}
