/** Who runs a unit of work: this process, others beside it, or machines elsewhere. */
import { AssayError } from '../../src/base/index.ts';
import { parseConfigText } from '../../src/config/index.ts';
import { InvariantViolation } from '../../src/invariants/index.ts';
import type { Metric } from '../metrics/metric.ts';
import { kindOf } from './experiment.ts';

/** Everything that a worker needs to know, as plain data. */
export type RunUnit = {
  /** Id of the cell and seed: the same unit always comes out the same. */
  readonly key: string;
  /** Resolved configuration as YAML. */
  readonly config: string;
  readonly seed: number;
};

/** How a run ended: with metrics, or with what it threw. Plain data, no times. */
export type Outcome =
  | { readonly status: 'done'; readonly digest: string; readonly metrics: readonly Metric[] }
  | { readonly status: 'failed'; readonly code: string; readonly message: string };

/** Runs units, several at once. */
export interface Executor {
  /** Units that are given to it at the same time. */
  readonly slots: number;
  /**
   * Runs one unit. A run that fails is an outcome.
   * @throws SweepError if it can run nothing any more; what `signal` was aborted with
   */
  run(unit: RunUnit, signal: AbortSignal): Promise<Outcome>;
  /** Lets go of processes and connections; units that still run are dropped. */
  close(): Promise<void>;
}

/** Code of a run that broke a promise of the protocol. */
export const VIOLATED = 'invariant-violated';

/**
 * Runs one unit in this process.
 * @throws what `signal` was aborted with
 */
export async function runUnit(unit: RunUnit, signal: AbortSignal): Promise<Outcome> {
  try {
    const document = parseConfigText(unit.config, `run ${unit.key}`);
    const { digest, metrics } = await kindOf(document).prepare(document, []).run(unit.seed, signal);
    return { status: 'done', digest, metrics };
  } catch (error) {
    signal.throwIfAborted();
    return { status: 'failed', code: codeOf(error), message: messageOf(error) };
  }
}

/** Runs units one by one in this process. */
export class InlineExecutor implements Executor {
  readonly slots = 1;

  run(unit: RunUnit, signal: AbortSignal): Promise<Outcome> {
    return runUnit(unit, signal);
  }

  async close(): Promise<void> {}
}

function codeOf(error: unknown): string {
  if (error instanceof InvariantViolation) return VIOLATED;
  return error instanceof AssayError ? error.detail.code : 'run-threw';
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0] ?? '';
}
