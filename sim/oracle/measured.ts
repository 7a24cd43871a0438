/**
 * Oracle `measured`: every output of the run comes from a real execution of a real model, once per
 * distinct (model, input, variant, execution class), through the sandboxed engine. The simulated
 * nodes are given those very tensors.
 */
import { readFile } from 'node:fs/promises';
import {
  AssayError,
  assert,
  type BlobId,
  type Digest,
  defined,
  type Measurement,
} from '../../src/base/index.ts';
import { encodeTensors, type Tensor } from '../../src/compare/index.ts';
import type { Scenario } from '../../src/config/index.ts';
import {
  buildModel,
  INPUT_SHAPES,
  type InferenceEngine,
  type ModelHandle,
  type ModelVariant,
  type OptimizationLevel,
  openModel,
  sampleInputs,
  structuredInputs,
  varyModel,
} from '../../src/inference/index.ts';
import { blobId } from '../../src/wire/index.ts';
import { RandomStream } from '../kernel/random.ts';
import type { WorkModel } from '../workload/requests.ts';
import { type Execution, type Oracle, OutputBook, REFERENCE } from './oracle.ts';

/** Bounds of one execution while the oracle is prepared: generous, the models were admitted. */
const RUN_LIMITS = { timeoutMs: 60_000, memoryBytes: 4 * 1024 ** 3 };

export type MeasuredOptions = {
  readonly seed: number;
  readonly sketchSize: number;
  readonly workload: Scenario['workload'];
  readonly oracle: Scenario['oracle'] & { kind: 'measured' };
  /** Substitutes that adversaries of the scenario run. */
  readonly variants: readonly string[];
  readonly openEngine: (optimization: OptimizationLevel) => InferenceEngine;
  readonly signal: AbortSignal | undefined;
};

/** A model of the workload with everything that will be run of it. */
type Prepared = {
  readonly reference: ModelHandle;
  readonly variants: ReadonlyMap<string, ModelHandle>;
  readonly inputs: ReadonlyMap<BlobId, readonly Tensor[]>;
  readonly share: number;
};

/**
 * Runs all models of a scenario on all its inputs, and returns the oracle that remembers.
 * @throws AssayError `execution-failed` if a model cannot be run, and what opening a model throws
 */
export async function prepareMeasuredOracle(options: MeasuredOptions): Promise<Oracle> {
  const machines = Object.entries(options.oracle.honestClasses)
    .filter(([, share]) => (share ?? 0) > 0)
    .map(([level, share]) => ({ level: level as OptimizationLevel, share: share ?? 0 }));
  const models = await Promise.all(options.workload.models.map((m) => prepare(options, m)));
  const book = new OutputBook(options.sketchSize);
  const digests = new Map<string, Digest>();
  const classes: { executionClass: string; share: number }[] = [];
  for (const [machine, { level, share }] of machines.entries()) {
    const engine = options.openEngine(level);
    try {
      // named by its level alone: the instruction set of this machine must not enter the draws
      classes.push({ executionClass: `measured/${level}`, share });
      for (const model of models) {
        await runAll({ engine, model, signal: options.signal }, (variant, input, outputs) => {
          const at = { model: model.reference.id, input, variant, machine };
          digests.set(executionKey(at), book.add(outputs));
        });
      }
    } finally {
      await engine.close();
    }
  }
  return new MeasuredOracle({ models, classes, digests, book });
}

class MeasuredOracle implements Oracle {
  readonly models: readonly WorkModel[];
  readonly machines: Oracle['machines'];
  readonly #digests: ReadonlyMap<string, Digest>;
  readonly #book: OutputBook;

  constructor(parts: {
    models: readonly Prepared[];
    classes: Oracle['machines'];
    digests: ReadonlyMap<string, Digest>;
    book: OutputBook;
  }) {
    this.models = parts.models.map(({ reference, inputs, share }) => ({
      model: reference.id,
      share,
      inputs: [...inputs.keys()],
    }));
    this.machines = parts.classes;
    this.#digests = parts.digests;
    this.#book = parts.book;
  }

  output(execution: Execution): Digest {
    return defined(this.#digests.get(executionKey(execution)), 'all executions were prepared');
  }

  nearby(execution: Omit<Execution, 'variant'>, distance: number): Digest {
    return this.#book.nearby(this.output({ ...execution, variant: REFERENCE }), distance);
  }

  run(execution: Omit<Execution, 'variant'>, { beacon }: { beacon: Uint8Array }): Measurement {
    const digest = this.output({ ...execution, variant: REFERENCE });
    return defined(this.#book.measure(digest, beacon), 'a prepared output is measured');
  }

  measure(digest: Digest, beacon: Uint8Array): Measurement | undefined {
    return this.#book.measure(digest, beacon);
  }
}

function executionKey({ model, input, variant, machine }: Execution): string {
  return `${model}/${input}/${variant}/${machine}`;
}

type Run = {
  readonly engine: InferenceEngine;
  readonly model: Prepared;
  readonly signal: AbortSignal | undefined;
};

async function runAll(
  { engine, model, signal }: Run,
  take: (variant: string, input: BlobId, outputs: Parameters<OutputBook['add']>[0]) => void,
): Promise<void> {
  const handles = [[REFERENCE, model.reference] as const, ...model.variants];
  for (const [variant, handle] of handles) {
    for (const [input, tensors] of model.inputs) {
      signal?.throwIfAborted();
      const result = await engine.run(handle, tensors, RUN_LIMITS);
      if (result.kind === 'outputs') {
        take(variant, input, result.outputs);
        continue;
      }
      throw new AssayError({
        code: 'execution-failed',
        where: `model ${handle.id} (${variant})`,
        message: `it could not be run: ${result.reason}, ${result.detail}`,
        remedy: 'try it alone with `assay model run`',
      });
    }
  }
}

type ModelConfig = Scenario['workload']['models'][number];

async function prepare(options: MeasuredOptions, config: ModelConfig): Promise<Prepared> {
  const bytes = await modelBytes(config);
  const reference = openNamed(bytes, config);
  const variants = new Map<string, ModelHandle>();
  for (const variant of options.variants) {
    const varied =
      config.model === 'file'
        ? varyModel(bytes, { variant: variant as ModelVariant, seed: options.seed })
        : buildModel(config.model, { seed: config.seed, variant: variant as ModelVariant });
    variants.set(variant, openModel(varied));
  }
  const inputs = new Map<BlobId, readonly Tensor[]>();
  for (const tensors of inputTensors(config, reference, options)) {
    inputs.set(blobId(encodeTensors(tensors)), tensors);
  }
  return { reference, variants, inputs, share: config.share };
}

/** Opens a model; a refusal names the file that the scenario brought. */
function openNamed(bytes: Uint8Array, config: ModelConfig): ModelHandle {
  try {
    return openModel(bytes);
  } catch (error) {
    if (!(error instanceof AssayError) || config.model !== 'file') throw error;
    const remedy = `see \`assay model inspect ${config.path}\``;
    throw new AssayError({ remedy, ...error.detail, where: config.path }, { cause: error });
  }
}

async function modelBytes(config: ModelConfig): Promise<Uint8Array> {
  if (config.model !== 'file') return buildModel(config.model, { seed: config.seed });
  try {
    return await readFile(config.path);
  } catch (cause) {
    const detail = {
      code: 'model-unreadable',
      where: config.path,
      message: 'the model of the scenario cannot be read',
      remedy: 'give the path of an ONNX file, relative to the working directory',
    };
    throw new AssayError(detail, { cause });
  }
}

function inputTensors(
  config: ModelConfig,
  { report }: ModelHandle,
  { seed, workload }: MeasuredOptions,
): readonly (readonly Tensor[])[] {
  const count = workload.distinctInputs;
  if (config.model === 'file') {
    const random = new RandomStream(seed, `inputs/${config.path}`);
    return Array.from({ length: count }, () => sampleInputs(report, random));
  }
  const [input] = report.inputs;
  assert(input !== undefined, 'a model of the zoo has an input');
  const shape = [1, ...INPUT_SHAPES[config.model]];
  return structuredInputs(config.model, { seed: config.seed, count }).map((data) => [
    { name: input.name, type: 'float32', shape, data },
  ]);
}
