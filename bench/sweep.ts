/**
 * A sweep on two processes against one: the wall time of the same runs, in turns, so that both see
 * the same machine. The aim: 1.8 times as fast on two free cores. Load by others shows in the CPU
 * time that a second of wall time gave.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manifestOf, PoolExecutor, planSweep, runSweep, SweepFolder } from '../sim/sweep/index.ts';
import { assert } from '../src/base/index.ts';
import { readDocument, resolveSweep } from '../src/config/index.ts';
import { print, quantile } from './report.ts';

const SWEEP = 'configs/sweeps/capture.yaml';
const TURNS = 3;
/** Runs of some hundred ms each: twelve of them, so that the last ones leave little idle. */
const SETTINGS = [
  'replicas=4',
  'set.durationRounds=2',
  'vary={ grid: { adversaries.0.share: [0.1, 0.2, 0.3] } }',
];

export async function bench(): Promise<void> {
  const document = readDocument(SWEEP);
  assert(typeof document.value === 'object', 'a sweep file is a map');
  // the number of runs must be the same in all turns
  const plain = { ...document, value: { ...document.value, until: undefined } };
  const sweep = resolveSweep(plain, SETTINGS);
  const plan = planSweep(sweep, { document: plain, version: '0.0.0' });
  const pools = [1, 2].map((jobs) => ({
    jobs,
    pool: new PoolExecutor(jobs),
    times: [] as number[],
  }));
  try {
    // the first turn starts the processes, and is not counted
    for (let turn = 0; turn <= TURNS; turn++) {
      for (const { pool, times } of pools) {
        const wallMs = await timed(plan, pool);
        if (turn > 0) times.push(wallMs);
      }
    }
  } finally {
    await Promise.all(pools.map(({ pool }) => pool.close()));
  }
  const medians = pools.map(({ jobs, times }) => {
    const median = quantile(times, 0.5);
    const name = `sweep/run/jobs=${jobs}`.padEnd(52);
    print(`${name} median ${Math.round(median)} ms, n=${TURNS}`);
    return median;
  });
  const [one = Number.NaN, two = Number.NaN] = medians;
  print(`${''.padEnd(52)}two processes are ${(one / two).toFixed(2)} times as fast as one`);
}

async function timed(plan: ReturnType<typeof planSweep>, executor: PoolExecutor): Promise<number> {
  const base = mkdtempSync(join(tmpdir(), 'assay-bench-'));
  try {
    const folder = SweepFolder.open(join(base, 'out'), plan, manifestOf(plan));
    const startedAt = performance.now();
    const signal = new AbortController().signal;
    await runSweep({ plan, folder, executor, keepGoing: false, signal });
    return performance.now() - startedAt;
  } finally {
    rmSync(base, { recursive: true });
  }
}
