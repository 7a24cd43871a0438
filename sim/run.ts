/** `run(scenario, seed) → result`: one simulation from beginning to end. */
import type { Scenario } from '../src/config/index.ts';
import { openOnnxEngine } from '../src/inference/index.ts';
import { judgeEnd } from './checker/end.ts';
import { prepareMeasuredOracle } from './oracle/measured.ts';
import { ModelledOracle } from './oracle/modelled.ts';
import type { Oracle } from './oracle/oracle.ts';
import { type RunResult, summarise } from './report/result.ts';
import { createSimulation, type Simulation } from './setup.ts';
import type { TraceOptions } from './trace/run-trace.ts';
import type { World } from './world.ts';

/** Events between two looks at progress and abortion. */
const SLICE_EVENTS = 20_000;

export type RunOptions = {
  readonly scenario: Scenario;
  readonly seed: number;
  /** Prepared before, to be shared by runs of one scenario and oracle seed; made if absent. */
  readonly oracle?: Oracle;
  readonly signal?: AbortSignal;
  /** Told now and then how far the run is. */
  readonly onProgress?: (progress: RunProgress) => void;
  /** Who is told everything that happens; the run is the same without. */
  readonly trace?: TraceOptions | undefined;
};

/** How far a run is. */
export type RunProgress = {
  readonly events: number;
  readonly virtualMs: number;
  /** Claims that were drawn, and those of them that not every honest validator has decided. */
  readonly drawn: number;
  readonly open: number;
};

export type Run = { readonly simulation: Simulation; readonly result: RunResult };

/**
 * Runs a scenario.
 * @throws InvariantViolation if the protocol broke a promise; what `signal` was aborted with;
 *   AssayError if a model cannot be run
 */
export async function runScenario(options: RunOptions): Promise<Run> {
  const { scenario, seed, signal, onProgress } = options;
  const oracle = options.oracle ?? (await prepareOracle(scenario, seed, signal));
  const simulation = createSimulation(scenario, seed, oracle, options.trace);
  const { world, recorder } = simulation;
  while (await runSlice(world)) {
    signal?.throwIfAborted();
    onProgress?.({
      events: world.eventCount,
      virtualMs: world.now,
      drawn: recorder.subjects.size,
      open: recorder.openCount,
    });
    // lets a signal handler run
    await new Promise((resolve) => setImmediate(resolve));
  }
  judgeEnd(simulation);
  simulation.runTrace?.end(simulation);
  return { simulation, result: summarise(simulation) };
}

/** Runs a number of events; tells whether there is more to do. */
async function runSlice(world: World): Promise<boolean> {
  if (!world.isSettling) return world.run(SLICE_EVENTS);
  for (let i = 0; i < SLICE_EVENTS; i++) {
    const isMore = world.run(1);
    await world.settle();
    if (!isMore) return false;
  }
  return true;
}

/** Prepares what executions of a scenario yield: real ones once, or a model of them. */
export async function prepareOracle(
  scenario: Scenario,
  seed: number,
  signal?: AbortSignal,
): Promise<Oracle> {
  const { oracle, workload, parameters } = scenario;
  const shared = { seed, workload, sketchSize: parameters.sketchSize };
  if (oracle.kind === 'modelled') return new ModelledOracle({ ...shared, oracle });
  return prepareMeasuredOracle({
    ...shared,
    oracle,
    variants: variantsOf(scenario),
    openEngine: (optimization) => openOnnxEngine({ optimization }),
    signal,
  });
}

/** Substitutes that adversaries of a scenario run. */
function variantsOf({ adversaries }: Scenario): readonly string[] {
  const variants = adversaries.flatMap((a) => ('variant' in a ? [a.variant] : []));
  return [...new Set(variants)].sort();
}
