/** What `measure()` costs by size of the output, with the network's 32 rows. */
import { measure } from '../src/compare/index.ts';
import { printTimes } from './report.ts';

const BEACON = Uint8Array.from({ length: 32 }, (_, index) => index);

export async function bench(): Promise<void> {
  for (const count of [10, 128, 1000, 10_000, 100_000, 1_000_000]) {
    const data = Float32Array.from({ length: count }, (_, i) => ((i * 7919) % 1000) / 500 - 1);
    const output = [{ name: 'y', type: 'float32', shape: [1, count], data } as const];
    const runs = Math.max(20, Math.min(2000, Math.floor(2_000_000 / count)));
    const times: number[] = [];
    for (let i = 0; i < runs + 10; i++) {
      const start = performance.now();
      measure(output, { beacon: BEACON, sketchSize: 32 });
      if (i >= 10) times.push(performance.now() - start);
    }
    printTimes(`compare/measure/elements=${count}`, times);
  }
}
