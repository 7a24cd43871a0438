/**
 * What executions yield in a simulation: outputs of models, honest and substituted, and what a
 * validator measures of them. The truth of a run: an answer is wrong if it is not that of the
 * reference.
 */
import {
  type BlobId,
  type Digest,
  defined,
  type Measurement,
  toHex,
} from '../../src/base/index.ts';
import { measure, type OutputTensor, outputDigest } from '../../src/compare/index.ts';
import type { WorkModel } from '../workload/requests.ts';

/** What is executed: the reference model, or a substitute by name. */
export type Execution = {
  readonly model: BlobId;
  readonly input: BlobId;
  readonly variant: string;
  /** Index of the honest execution class, 0 .. classes−1. */
  readonly machine: number;
};

/** For whom and what a reference is run: only the modelled oracle errs at random. */
export type RunContext = {
  readonly beacon: Uint8Array;
  /** Validator, subject and level: names the draw. */
  readonly drawn: string;
  /** What the provider answered. */
  readonly claimed: Digest;
};

export const REFERENCE = 'reference';
/** The variant of an output that was at hand: it runs nothing. */
export const CACHED = 'cached';

export interface Oracle {
  readonly models: readonly WorkModel[];
  /** Execution classes of honest machines, with their shares. */
  readonly machines: readonly { readonly executionClass: string; readonly share: number }[];
  /** Digest of the output of an execution. */
  output(execution: Execution): Digest;
  /** Digest of an output at relative rms `distance` from what validators find. */
  nearby(execution: Omit<Execution, 'variant'>, distance: number): Digest;
  /** What a machine measures when it runs the reference. */
  run(execution: Omit<Execution, 'variant'>, at: RunContext): Measurement;
  /** What anybody measures of an output that was served; `undefined` if nobody has it. */
  measure(digest: Digest, beacon: Uint8Array): Measurement | undefined;
}

/** Outputs by digest, and their measurements by beacon, each computed once. */
export class OutputBook {
  readonly #sketchSize: number;
  readonly #outputs = new Map<string, readonly OutputTensor[]>();
  readonly #measured = new WeakMap<Uint8Array, Map<string, Measurement>>();

  constructor(sketchSize: number) {
    this.#sketchSize = sketchSize;
  }

  add(tensors: readonly OutputTensor[]): Digest {
    const digest = outputDigest(tensors);
    this.#outputs.set(toHex(digest), tensors);
    return digest;
  }

  /**
   * Adds an output at relative rms `distance` from a known one: its floats, scaled. Sketches see
   * that distance without blur: nobody can stay nearer to a tolerance. Other types are kept.
   */
  nearby(digest: Digest, distance: number): Digest {
    const tensors = defined(this.#outputs.get(toHex(digest)), 'an output nearby has an original');
    return this.add(tensors.map((tensor) => scaled(tensor, 1 + distance)));
  }

  /** @param beacon the same array object for one beacon, so that results are shared */
  measure(digest: Digest, beacon: Uint8Array): Measurement | undefined {
    const key = toHex(digest);
    const tensors = this.#outputs.get(key);
    if (tensors === undefined) return undefined;
    const known = this.#measured.get(beacon) ?? new Map<string, Measurement>();
    this.#measured.set(beacon, known);
    const before = known.get(key);
    if (before !== undefined) return before;
    const measurement = measure(tensors, { beacon, sketchSize: this.#sketchSize });
    known.set(key, measurement);
    return measurement;
  }
}

function scaled(tensor: OutputTensor, factor: number): OutputTensor {
  if (tensor.type !== 'float32' && tensor.type !== 'float64') return tensor;
  const data = tensor.data.map((value) => value * factor);
  return tensor.type === 'float32'
    ? { ...tensor, type: 'float32', data: Float32Array.from(data) }
    : { ...tensor, type: 'float64', data: Float64Array.from(data) };
}
