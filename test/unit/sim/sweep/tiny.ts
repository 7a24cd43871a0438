/** A sweep whose runs take milliseconds, for tests of everything around runs. */
import type { Executor, Outcome, RunUnit } from '../../../../sim/sweep/executor.ts';
import { planSweep, type SweepPlan } from '../../../../sim/sweep/plan.ts';
import { parseConfigText, resolveSweep } from '../../../../src/config/index.ts';

/** The base of the sweeps, to be indented by two. */
export const TINY_BASE = `
  name: tiny
  durationRounds: 2
  network: { latency: { kind: constant, delayMs: 20 }, jitter: 0 }
  validators: { count: 10 }
  providers: { count: 2, stake: 1000000000 }
  workload: { claimsPerRound: 2, classes: { full: 1 } }
  oracle: { kind: modelled }
  adversaries:
    - { behaviour: substitute-model, share: 0.5 }
  parameters: { roundMs: 1000, levels: [7, 128] }
`;

/** Returns a sweep over the tiny scenario with more keys. */
export function tinyText(keys: string, name = 'tiny-sweep'): string {
  return `name: ${name}\nbase:${TINY_BASE}${keys}\n`;
}

/** Plans a sweep over the tiny scenario. */
export function tinyPlan(
  keys: string,
  options: { version?: string; name?: string } = {},
): SweepPlan {
  const document = parseConfigText(tinyText(keys, options.name), 'sweep.yaml');
  return planSweep(resolveSweep(document), { document, version: options.version ?? '1.0.0' });
}

/** An executor that runs nothing: outcomes come from a function of the unit. */
export class StubExecutor implements Executor {
  readonly slots: number;
  readonly units: RunUnit[] = [];
  readonly #outcomeOf: (unit: RunUnit, index: number) => Outcome | Promise<Outcome>;

  constructor(
    slots: number,
    outcomeOf: (unit: RunUnit, index: number) => Outcome | Promise<Outcome> = countedOutcome,
  ) {
    this.slots = slots;
    this.#outcomeOf = outcomeOf;
  }

  async run(unit: RunUnit): Promise<Outcome> {
    this.units.push(unit);
    const index = this.units.length - 1;
    await new Promise((resolve) => setImmediate(resolve));
    return this.#outcomeOf(unit, index);
  }

  async close(): Promise<void> {}
}

/** A rate that depends on the seed alone: some events in a hundred trials. */
export function countedOutcome({ seed }: RunUnit): Outcome {
  const expected = { value: null, reason: '' };
  const metric = {
    kind: 'rate',
    name: 'wrongAccepted',
    count: seed % 100,
    of: 100,
    expected,
  } as const;
  const latency = { kind: 'value', name: 'latencyMsP50', unit: 'ms', value: seed % 1000 } as const;
  return { status: 'done', digest: `${seed}`, metrics: [metric, latency] };
}
