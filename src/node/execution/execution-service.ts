/**
 * Runs models and measures outputs for a core: what `execute` and `measure-output` ask for becomes
 * an event. Inference happens in a process of its own, so that gossip never waits for it.
 *
 * [EXEC-2] Whatever goes wrong with this machine is an abstention. Only an input that nobody
 * serves, that is longer than the manifest allows, or that does not fit the model is the fault of
 * those who named it: `missing-input`.
 */
import type { AbstentionReason, BlobId, ModelManifest, NodeId } from '../../base/index.ts';
import {
  decodeTensors,
  measure,
  type OutputTensor,
  outputBlock,
  type Tensor,
  tensorsOfBlock,
} from '../../compare/index.ts';
import {
  type CoreEvent,
  type Effect,
  executionRounds,
  type Network,
  phaseRounds,
} from '../../core/index.ts';
import { type InferenceEngine, InferenceError } from '../../inference/index.ts';
import { blobId, blobIdOfDigest } from '../../wire/index.ts';
import type { Timeless } from '../runner/index.ts';
import { BoundedCache } from './bounded-cache.ts';
import type { ModelLibrary } from './model-library.ts';

/** Fetches a blob from peers. Rejects if nobody serves it before `signal` is aborted. */
export type FetchBlob = (
  id: BlobId,
  options: {
    /** Whom to ask first. */
    readonly first: readonly NodeId[];
    readonly sizeBytesMax: number;
    readonly signal: AbortSignal;
  },
) => Promise<Uint8Array>;

export type ExecutionOptions = {
  readonly network: Network;
  readonly engine: InferenceEngine;
  readonly models: ModelLibrary;
  readonly fetch: FetchBlob;
  /** Memory that one execution may take. */
  readonly memoryBytes: number;
};

/** What a run of a model yields. */
export type RunResult =
  | { readonly kind: 'outputs'; readonly outputs: readonly OutputTensor[] }
  | {
      readonly kind: 'failure';
      readonly reason: AbstentionReason | 'missing-input';
      readonly detail: string;
    };

/** Bytes of outputs kept for those who will ask for them, and for higher levels. */
const OUTPUT_BYTES_MAX = 64 * 1024 ** 2;
/** Bytes of an output that is fetched. */
const OUTPUT_FETCH_BYTES_MAX = 64 * 1024 ** 2;
/** Runs remembered by model and input. */
const RUNS_MAX = 4096;

export class ExecutionService {
  readonly #options: ExecutionOptions;
  /** Blocks of outputs by digest. */
  readonly #outputs = new BoundedCache<Uint8Array>(OUTPUT_BYTES_MAX);
  /** Digest of the output, by model and input: a higher level measures it again. */
  readonly #runs = new BoundedCache<string>(RUNS_MAX);

  constructor(options: ExecutionOptions) {
    this.#options = options;
  }

  get executionClass(): string {
    return this.#options.engine.executionClass;
  }

  /** The block of an output that this node computed or fetched, by the blob id of its digest. */
  output(id: BlobId): Uint8Array | undefined {
    return this.#outputs.get(id);
  }

  /** Keeps the block of an output, for those who will fetch it. */
  keep(block: Uint8Array): void {
    this.#outputs.set(blobId(block), block, block.length);
  }

  /** Runs a model of the network on the bytes of an input. Does not throw. */
  async run(manifest: ModelManifest, input: Uint8Array): Promise<RunResult> {
    if (input.length > manifest.inputBytesMax) {
      return missingInput(`the input has more than ${manifest.inputBytesMax} bytes`);
    }
    const inputs = decodeTensors(input);
    if (inputs === undefined) return missingInput('the input is no list of tensors');
    const model = await this.#options.models.find(manifest.model);
    if ('problem' in model) {
      return { kind: 'failure', reason: 'missing-model', detail: model.problem };
    }
    const result = await this.#runModel(model, inputs, manifest);
    if (result.kind === 'outputs') this.#remember(manifest.model, blobId(input), result.outputs);
    return result;
  }

  /**
   * Answers `execute`: the model runs, or the reason why not. Does not reject: whatever breaks on
   * this machine is an abstention, and the core hears of the end of all work. [EXEC-2]
   */
  async execute(effect: Effect & { kind: 'execute' }): Promise<Timeless<CoreEvent>> {
    return await this.#execute(effect).catch(() => ({
      kind: 'execution-failed',
      id: effect.id,
      reason: 'crash',
    }));
  }

  async #execute(effect: Effect & { kind: 'execute' }): Promise<Timeless<CoreEvent>> {
    const { id, model, input, beacon } = effect;
    const failed = (reason: AbstentionReason | 'missing-input'): Timeless<CoreEvent> => ({
      kind: 'execution-failed',
      id,
      reason,
    });
    const { network } = this.#options;
    const manifest = network.modelById.get(model);
    if (manifest === undefined) return failed('missing-model');
    const known = this.#outputs.get(this.#runs.get(`${model}/${input}`) ?? '');
    let outputs = known === undefined ? undefined : tensorsOfBlock(known);
    if (outputs === undefined) {
      const bytes = effect.inlineInput ?? (await this.#fetchInput(input, manifest));
      if (bytes === undefined) return failed('missing-input');
      const result = await this.run(manifest, bytes);
      if (result.kind === 'failure') return failed(result.reason);
      outputs = [...result.outputs];
    }
    const { sketchSize } = network.parameters;
    const measurement = measure(outputs, { beacon, sketchSize });
    const { executionClass } = this;
    return { kind: 'execution-finished', id, measurement, executionClass };
  }

  /** [SAMPLE-2] Answers `measure-output`: fetched by its digest from whoever may serve it. */
  async measureOutput(
    effect: Effect & { kind: 'measure-output' },
    holders: readonly NodeId[],
    manifest: ModelManifest | undefined,
  ): Promise<Timeless<CoreEvent>> {
    const { id, digest, beacon } = effect;
    const { network, fetch } = this.#options;
    const output = blobIdOfDigest(digest);
    const block =
      this.#outputs.get(output) ??
      (await fetch(output, {
        first: holders,
        sizeBytesMax: OUTPUT_FETCH_BYTES_MAX,
        signal: AbortSignal.timeout(levelMs(network, manifest)),
      }).catch(() => undefined));
    const tensors = block === undefined ? undefined : tensorsOfBlock(block);
    if (block === undefined || tensors === undefined) return { kind: 'output-measured', id };
    this.keep(block);
    const { sketchSize } = network.parameters;
    const measurement = measure(tensors, { beacon, sketchSize });
    return { kind: 'output-measured', id, measurement };
  }

  #remember(model: BlobId, input: BlobId, outputs: readonly OutputTensor[]): void {
    const block = outputBlock(outputs);
    this.keep(block);
    this.#runs.set(`${model}/${input}`, blobId(block), 1);
  }

  async #runModel(
    model: Parameters<InferenceEngine['run']>[0],
    inputs: readonly Tensor[],
    manifest: ModelManifest,
  ): Promise<RunResult> {
    const { engine, network, memoryBytes } = this.#options;
    const rounds = executionRounds(network, manifest) + network.parameters.commitRounds;
    const timeoutMs = rounds * network.parameters.roundMs;
    try {
      return await engine.run(model, inputs, { timeoutMs, memoryBytes });
    } catch (error) {
      if (!(error instanceof InferenceError)) throw error;
      const isInput = error.detail.code.startsWith('input-');
      const detail = error.message;
      return { kind: 'failure', reason: isInput ? 'missing-input' : 'crash', detail };
    }
  }

  async #fetchInput(id: BlobId, manifest: ModelManifest): Promise<Uint8Array | undefined> {
    const { openRounds, roundMs } = this.#options.network.parameters;
    const signal = AbortSignal.timeout(openRounds * roundMs);
    const sizeBytesMax = manifest.inputBytesMax;
    return await this.#options
      .fetch(id, { first: [], sizeBytesMax, signal })
      .catch(() => undefined);
  }
}

function missingInput(detail: string): RunResult {
  return { kind: 'failure', reason: 'missing-input', detail };
}

/** Time from the drawing beacon to the end of a level: later, a measurement helps nobody. */
function levelMs(network: Network, manifest: ModelManifest | undefined): number {
  const rounds = manifest === undefined ? 1 : executionRounds(network, manifest);
  const lengths = phaseRounds(network.parameters, rounds);
  return lengths.reduce((sum, length) => sum + length, 0) * network.parameters.roundMs;
}
