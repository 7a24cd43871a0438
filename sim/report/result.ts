/** placeholder */
import type { Simulation } from '../setup.ts';
export type RunResult = { digest: string };
export function summarise(s: Simulation): RunResult {
  return { digest: s.world.traceDigest() };
}
