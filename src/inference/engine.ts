/**
 * What the rest of Assay knows of inference: give a model and inputs, get outputs or the reason why
 * there are none. Everything that can go wrong with a machine is an abstention, never a verdict.
 */
import { type AbstentionReason, type BlobId, formatDetail } from '../base/index.ts';
import type { OutputTensor, Tensor } from '../compare/index.ts';
import { InferenceError } from './error.ts';
import type { ModelReport } from './model-report.ts';

/** A model that passed inspection: its id, its bytes, what goes in and out. */
export type ModelHandle = {
  readonly id: BlobId;
  readonly bytes: Uint8Array;
  readonly report: ModelReport;
};

/** Bounds of one execution. */
export type RunLimits = {
  /**
   * Wall-clock time of the execution alone, above 0; starting and loading have limits of their own.
   */
  readonly timeoutMs: number;
  /** Resident memory that the executing process may reach, runtime and cached models included. */
  readonly memoryBytes: number;
};

/** [EXEC-2] Outputs in the model's order, or why there are none. */
export type ExecutionResult =
  | {
      readonly kind: 'outputs';
      readonly outputs: readonly OutputTensor[];
      /** Time the model itself ran, as the executing process says. */
      readonly executionMs: number;
    }
  | { readonly kind: 'failure'; readonly reason: AbstentionReason; readonly detail: string };

/** Runs models. One per process is enough; calls may overlap and are queued. */
export interface InferenceEngine {
  /** Execution class of all results, e.g. `ort-1.30.0/cpu/disabled/avx2`. */
  readonly executionClass: string;
  /**
   * [EXEC-1] Runs a model once. Resource failures are results, not exceptions.
   * @throws InferenceError if the inputs do not fit the model (`input-…`), or after `close`
   */
  run(model: ModelHandle, inputs: readonly Tensor[], limits: RunLimits): Promise<ExecutionResult>;
  /** Ends all executions and frees everything; twice is harmless. */
  close(): Promise<void>;
}

/**
 * Checks inputs against what a model asks for, and returns them in its order.
 * @throws InferenceError with `input-missing`, `input-unknown`, `input-type` or `input-shape`
 */
export function orderInputs(report: ModelReport, inputs: readonly Tensor[]): Tensor[] {
  const known = new Map(inputs.map((input) => [input.name, input]));
  const names = report.inputs.map(({ name }) => name);
  for (const { name } of inputs) {
    if (names.includes(name)) continue;
    throw new InferenceError({
      code: 'input-unknown',
      message: `the model has no input \`${name}\``,
      remedy: `its inputs are ${names.map((known) => `\`${known}\``).join(', ')}`,
    });
  }
  return report.inputs.map((expected) => {
    const input = known.get(expected.name);
    const expectation = `expected ${formatValue(expected.type, expected.shape)}`;
    if (input === undefined) {
      throw inputFault('input-missing', expected.name, `is missing; ${expectation}`);
    }
    const found = `${expectation}, found ${formatValue(input.type, input.shape)}`;
    if (input.type !== expected.type) throw inputFault('input-type', expected.name, found);
    const { shape } = expected;
    const fits =
      shape === undefined ||
      (shape.length === input.shape.length &&
        shape.every((size, axis) => typeof size === 'string' || size === input.shape[axis]));
    if (!fits) throw inputFault('input-shape', expected.name, found);
    return input;
  });
}

function inputFault(code: string, name: string, message: string): InferenceError {
  return new InferenceError({ code, message: `input \`${name}\`: ${message}` });
}

/** Returns e.g. `float32 [N, 3, 32, 32]`, or `int64 scalar`. */
export function formatValue(type: string, shape: readonly (number | string)[] | undefined): string {
  if (shape === undefined) return `${type} of any rank`;
  return shape.length === 0 ? `${type} scalar` : `${type} [${shape.join(', ')}]`;
}

/** Returns an inspected model as one that may run. */
export function admit(bytes: Uint8Array, report: ModelReport): ModelHandle {
  const [first] = report.refusals;
  if (first === undefined) return { id: report.model, bytes, report };
  const reasons = report.refusals.map((refusal) => formatDetail(refusal)).join('\n');
  throw new InferenceError({ code: 'model-refused', message: `the model is refused: ${reasons}` });
}
