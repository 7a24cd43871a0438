/**
 * The inference engine of Assay: ONNX Runtime in killable child processes.
 *
 * Why processes: `run()` of the runtime blocks its thread, an 87-byte model can take gigabytes and
 * a 226-byte one never ends; only SIGKILL stops that. A child is started when it is needed, kept
 * for the next model, and replaced when it dies. Limits: a restart costs 0.2 s to 0.5 s.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, type BlobId, defined, utf8 } from '../../base/index.ts';
import {
  decodeTensors,
  encodeTensors,
  type OutputTensor,
  type Tensor,
} from '../../compare/index.ts';
import {
  type ExecutionResult,
  type InferenceEngine,
  type ModelHandle,
  orderInputs,
  type RunLimits,
} from '../engine.ts';
import { InferenceError } from '../error.ts';
import { executionClassOf, type OptimizationLevel } from './execution-class.ts';
import { decodeFailure, REPLY, REQUEST, slotFrame } from './frames.ts';
import { isFrame, type Reply, Sandbox } from './sandbox.ts';

/** How an engine runs; every field has a default. */
export type OnnxEngineOptions = {
  /** Networks pin `disabled`; another level is another execution class. */
  readonly optimization: OptimizationLevel;
  /** Child processes, at least 1; each runs one model at a time. */
  readonly concurrency: number;
  /** Largest `memoryBytes` that a run may ask for. */
  readonly memoryBytesMax: number;
  /** Model bytes that one child keeps loaded. */
  readonly cacheBytes: number;
  /** Bytes of all outputs of one run. */
  readonly outputBytesMax: number;
  /** Start of a child, or loading of a model. */
  readonly loadTimeoutMs: number;
  /** Runs that may wait; more are refused as `overload`. */
  readonly queueMax: number;
};

export const ONNX_ENGINE_DEFAULTS: OnnxEngineOptions = {
  optimization: 'disabled',
  concurrency: 1,
  memoryBytesMax: 4 * 1024 ** 3,
  cacheBytes: 512 * 1024 ** 2,
  outputBytesMax: 64 * 1024 ** 2,
  loadTimeoutMs: 60_000,
  queueMax: 4096,
};

/** Crashes of one model within `CRASH_WINDOW_MS` after which it is not tried again. */
const CRASHES_MAX = 5;
const CRASH_WINDOW_MS = 3_600_000;
/** Models whose crashes are remembered. */
const CRASH_RECORDS_MAX = 1000;

/** Working directories of open engines; those that nobody closed are removed at the end. */
const directories = new Set<string>();
process.once('exit', () => {
  for (const directory of directories) removeDirectory(directory);
});

function removeDirectory(directory: string): void {
  directories.delete(directory);
  rmSync(directory, { recursive: true, force: true });
}

/** Returns an engine; the first run starts its first child. */
export function openOnnxEngine(options: Partial<OnnxEngineOptions> = {}): InferenceEngine {
  return new OnnxEngine({ ...ONNX_ENGINE_DEFAULTS, ...options });
}

class OnnxEngine implements InferenceEngine {
  readonly executionClass: string;
  readonly #options: OnnxEngineOptions;
  readonly #directory: string;
  readonly #lanes: readonly Lane[];
  readonly #crashes = new Map<BlobId, number[]>();
  #isClosed = false;

  constructor(options: OnnxEngineOptions) {
    assert(options.concurrency >= 1, 'an engine has a child at least');
    this.#options = options;
    this.executionClass = executionClassOf(options.optimization);
    this.#directory = mkdtempSync(join(tmpdir(), 'assay-sandbox-'));
    directories.add(this.#directory);
    const lane = (): Lane => new Lane(options, this.#directory);
    this.#lanes = Array.from({ length: options.concurrency }, lane);
  }

  async run(
    model: ModelHandle,
    inputs: readonly Tensor[],
    limits: RunLimits,
  ): Promise<ExecutionResult> {
    if (this.#isClosed) {
      throw new InferenceError({ code: 'engine-closed', message: 'the engine is closed' });
    }
    this.#checkLimits(limits);
    const ordered = orderInputs(model.report, inputs);
    const waiting = this.#lanes.reduce((sum, lane) => sum + lane.waiting, 0);
    if (waiting >= this.#options.queueMax) return failure('overload', 'too many runs are waiting');
    return this.#laneFor(model.id).enqueue(async (lane) => {
      if (this.#crashCount(model.id) >= CRASHES_MAX) {
        return failure('crash', `the model crashed ${CRASHES_MAX} times within an hour`);
      }
      const { result, died } = await lane.run(model, ordered, limits);
      if (died && result.kind === 'failure' && result.reason === 'crash') this.#noteCrash(model.id);
      return result;
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#lanes.map((lane) => lane.close()));
    removeDirectory(this.#directory);
  }

  #checkLimits({ timeoutMs, memoryBytes }: RunLimits): void {
    const { memoryBytesMax } = this.#options;
    // Timers hold 31 bits.
    if (timeoutMs > 0 && timeoutMs < 2 ** 31 && memoryBytes > 0 && memoryBytes <= memoryBytesMax) {
      return;
    }
    throw new InferenceError({
      code: 'limits-out-of-range',
      message: `a run of ${timeoutMs} ms and ${memoryBytes} bytes cannot be had`,
      remedy: `give up to 2^31 ms and ${memoryBytesMax} bytes`,
    });
  }

  /** The least busy lane, among equals one that has the model loaded. */
  #laneFor(model: BlobId): Lane {
    const cost = (lane: Lane): number => 2 * lane.waiting + (lane.hasLoaded(model) ? 0 : 1);
    const best = this.#lanes.reduce((a, b) => (cost(b) < cost(a) ? b : a));
    return defined(best, 'an engine has a lane');
  }

  #crashCount(model: BlobId): number {
    const since = performance.now() - CRASH_WINDOW_MS;
    return this.#crashes.get(model)?.filter((time) => time >= since).length ?? 0;
  }

  #noteCrash(model: BlobId): void {
    const times = [...(this.#crashes.get(model) ?? []), performance.now()].slice(-CRASHES_MAX);
    this.#crashes.delete(model);
    this.#crashes.set(model, times);
    const [oldest] = this.#crashes.keys();
    if (this.#crashes.size > CRASH_RECORDS_MAX && oldest !== undefined)
      this.#crashes.delete(oldest);
  }
}

type LaneResult = { readonly result: ExecutionResult; readonly died: boolean };

/** One child at a time, and the order of what it runs. */
class Lane {
  readonly #options: OnnxEngineOptions;
  readonly #directory: string;
  /** Models that the child holds, least recently used first. */
  readonly #loaded = new Map<BlobId, { readonly slot: number; readonly bytes: number }>();
  #sandbox: Sandbox | undefined;
  #nextSlot = 0;
  #runsOfChild = 0;
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;
  waiting = 0;

  constructor(options: OnnxEngineOptions, directory: string) {
    this.#options = options;
    this.#directory = directory;
  }

  hasLoaded(model: BlobId): boolean {
    return this.#loaded.has(model);
  }

  /** Calls `work` when all that was enqueued before is done. */
  async enqueue<T>(work: (lane: Lane) => Promise<T>): Promise<T> {
    this.waiting += 1;
    const turn = this.#last.then(() => work(this));
    this.#last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.waiting -= 1;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#sandbox?.close();
    await this.#last;
  }

  /** Memory that earlier models left in a used child must not count against this one. */
  async run(model: ModelHandle, inputs: readonly Tensor[], limits: RunLimits): Promise<LaneResult> {
    const isUsed = this.#sandbox?.isAlive === true && this.#runsOfChild > 0;
    const first = await this.#runOnce(model, inputs, limits);
    const isStarved = first.result.kind === 'failure' && first.result.reason === 'out-of-memory';
    if (!isUsed || !isStarved || this.#isClosed) return first;
    this.#sandbox?.kill('out-of-memory', 'the child held too much');
    return this.#runOnce(model, inputs, limits);
  }

  async #runOnce(
    model: ModelHandle,
    inputs: readonly Tensor[],
    limits: RunLimits,
  ): Promise<LaneResult> {
    const { loadTimeoutMs, outputBytesMax } = this.#options;
    const loadLimits = {
      timeoutMs: loadTimeoutMs,
      memoryBytes: limits.memoryBytes,
      replyBytesMax: 4096,
    };
    if (this.#isClosed) return { result: failure('crash', 'the engine was closed'), died: false };
    const sandbox = await this.#childFor(loadLimits);
    if (!sandbox.isAlive) return unexpected(await sandbox.request([], loadLimits), sandbox);
    this.#runsOfChild += 1;
    let slot = this.#use(model.id);
    if (slot === undefined) {
      slot = this.#makeRoom(sandbox, model);
      const frames = slotFrame(REQUEST.load, slot, loadContent(model));
      const loaded = await sandbox.request(frames, loadLimits);
      if (!isFrame(loaded, REPLY.loaded)) return unexpected(loaded, sandbox);
      this.#loaded.set(model.id, { slot, bytes: model.bytes.length });
    }
    const reply = await sandbox.request(slotFrame(REQUEST.run, slot, encodeTensors(inputs)), {
      ...limits,
      replyBytesMax: Math.max(4096, outputBytesMax),
    });
    if (!isFrame(reply, REPLY.outputs)) return unexpected(reply, sandbox);
    const result = readOutputs(model, reply.payload);
    if (result !== undefined) return { result, died: false };
    sandbox.kill('crash', 'the child sent outputs that are none of the model');
    return unexpected(await sandbox.request([], loadLimits), sandbox);
  }

  async #childFor(limits: Parameters<Sandbox['request']>[1]): Promise<Sandbox> {
    if (this.#sandbox?.isAlive === true) return this.#sandbox;
    this.#loaded.clear();
    this.#runsOfChild = 0;
    const { optimization, memoryBytesMax } = this.#options;
    const sandbox = new Sandbox({ optimization, memoryBytesMax, directory: this.#directory });
    this.#sandbox = sandbox;
    const ready = await sandbox.request([], limits);
    if (!isFrame(ready, REPLY.ready)) sandbox.kill('crash', 'the child did not start');
    return sandbox;
  }

  #use(model: BlobId): number | undefined {
    const entry = this.#loaded.get(model);
    if (entry === undefined) return undefined;
    this.#loaded.delete(model);
    this.#loaded.set(model, entry);
    return entry.slot;
  }

  /** Unloads what was not used for longest until the model fits, and returns a free slot. */
  #makeRoom(sandbox: Sandbox, model: ModelHandle): number {
    let total = model.bytes.length;
    for (const { bytes } of this.#loaded.values()) total += bytes;
    for (const [id, { slot, bytes }] of this.#loaded) {
      if (total <= this.#options.cacheBytes) break;
      sandbox.post(slotFrame(REQUEST.unload, slot, new Uint8Array()));
      this.#loaded.delete(id);
      total -= bytes;
    }
    this.#nextSlot = (this.#nextSlot + 1) % 2 ** 32;
    return this.#nextSlot;
  }
}

function loadContent(model: ModelHandle): Uint8Array {
  const id = utf8(model.id);
  const content = new Uint8Array(1 + id.length + model.bytes.length);
  content[0] = id.length;
  content.set(id, 1);
  content.set(model.bytes, 1 + id.length);
  return content;
}

/** Returns `undefined` unless the payload holds exactly the model's outputs, in order. */
function readOutputs(model: ModelHandle, payload: Uint8Array): ExecutionResult | undefined {
  if (payload.length < 8) return undefined;
  const executionMs = new DataView(payload.buffer, payload.byteOffset).getFloat64(0, true);
  const outputs = decodeTensors(payload.subarray(8));
  if (!(executionMs >= 0)) return undefined;
  const expected = model.report.outputs;
  const isExpected = (output: OutputTensor, index: number): boolean =>
    output.name === expected[index]?.name && output.type === expected[index]?.type;
  if (outputs?.length !== expected.length || !outputs.every(isExpected)) return undefined;
  return { kind: 'outputs', outputs, executionMs };
}

function failure(
  reason: Extract<ExecutionResult, { kind: 'failure' }>['reason'],
  detail: string,
): ExecutionResult {
  return { kind: 'failure', reason, detail };
}

/** What stands in the place of an expected frame: a failure told by the child, or its death. */
function unexpected(reply: Reply, sandbox: Sandbox): LaneResult {
  if (reply.kind === 'death') return { result: failure(reply.reason, reply.detail), died: true };
  if (reply.frameKind !== REPLY.failure) {
    sandbox.kill('crash', 'the child sent the wrong frame');
    return { result: failure('crash', 'the child sent the wrong frame'), died: true };
  }
  const { reason, detail } = decodeFailure(reply.payload);
  return { result: failure(reason, detail), died: false };
}
