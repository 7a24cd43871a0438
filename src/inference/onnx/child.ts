/**
 * The child process that holds ONNX Runtime: the only module that imports it, and an entry point.
 *
 * It reads one request at a time, blocking, because it has nothing else to do and a model that runs
 * blocks its thread anyway. It ends when the parent closes the channel; should the parent die while
 * a model runs, a second thread notices and kills the process.
 */
import { readSync, writeSync } from 'node:fs';
import { argv, exit } from 'node:process';
import { Worker } from 'node:worker_threads';
import { env, InferenceSession, Tensor as RuntimeTensor } from 'onnxruntime-node';
import { type AbstentionReason, assert, defined, TENSOR_TYPES } from '../../base/index.ts';
import { decodeTensors, encodeTensors, type Tensor, typedTensor } from '../../compare/index.ts';
import { contentId } from '../content-id.ts';
import { encodeFailure, FRAME_FD, FRAME_HEAD_BYTES, frameHead, REPLY, REQUEST } from './frames.ts';

const ORPHAN_CHECK_MS = 1000;
const sessions = new Map<number, InferenceSession>();
/** The overloads of the binding pair types with arrays one by one; a union fits none of them. */
const makeRuntimeTensor = RuntimeTensor as unknown as new (
  type: string,
  data: Tensor['data'],
  dims: readonly number[],
) => RuntimeTensor;

/** Kills the process when its parent is gone; works while the main thread is inside a model. */
const ORPHAN_WATCH = `
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  }, ${ORPHAN_CHECK_MS});
`;

await main(argv[2] ?? 'disabled');

async function main(optimization: string): Promise<void> {
  // Warnings about other people's models are no business of ours.
  env.logLevel = 'fatal';
  new Worker(ORPHAN_WATCH, { eval: true }).unref();
  send(REPLY.ready, new Uint8Array());
  for (;;) {
    const request = readFrame();
    if (request === undefined) exit(0);
    const slot = new DataView(request.payload.buffer).getUint32(0, true);
    await serve(request.kind, slot, request.payload.subarray(4), optimization);
  }
}

async function serve(
  kind: number,
  slot: number,
  content: Uint8Array,
  optimization: string,
): Promise<void> {
  try {
    if (kind === REQUEST.load) {
      sessions.set(slot, await load(content, optimization));
      send(REPLY.loaded, new Uint8Array());
    } else if (kind === REQUEST.run) {
      const session = defined(sessions.get(slot), 'the parent runs only what it loaded');
      await run(session, defined(decodeTensors(content), 'the parent sends canonical tensors'));
    } else {
      assert(kind === REQUEST.unload, 'the parent sends only known requests');
      await sessions.get(slot)?.release();
      sessions.delete(slot);
    }
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    send(REPLY.failure, encodeFailure(reasonOf(detail), detail));
  }
}

/** The runtime tells an allocation that failed by its text only. */
function reasonOf(detail: string): AbstentionReason {
  return /bad[ _]?alloc|failed to allocate|allocation failed|out of memory/i.test(detail)
    ? 'out-of-memory'
    : 'crash';
}

/** [EXEC-1] Pinned: CPU, one thread, sequential, fixed optimisation level; exactly these bytes. */
async function load(content: Uint8Array, optimization: string): Promise<InferenceSession> {
  const idLength = defined(content[0], 'a load request begins with the length of the id');
  const id = new TextDecoder().decode(content.subarray(1, 1 + idLength));
  const model = content.subarray(1 + idLength);
  if (contentId(model) !== id) throw new Error('the bytes are not those of the model id');
  return InferenceSession.create(model, {
    executionProviders: ['cpu'],
    graphOptimizationLevel: levelOf(optimization),
    executionMode: 'sequential',
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  });
}

function levelOf(text: string): 'disabled' | 'basic' | 'extended' | 'all' {
  if (text === 'basic' || text === 'extended' || text === 'all') return text;
  assert(text === 'disabled', 'the optimisation level is one of four');
  return text;
}

async function run(session: InferenceSession, inputs: readonly Tensor[]): Promise<void> {
  const feeds: Record<string, RuntimeTensor> = {};
  for (const { name, type, data, shape } of inputs) {
    feeds[name] = new makeRuntimeTensor(type, data, shape);
  }
  const start = performance.now();
  const results = await session.run(feeds);
  const executionMs = performance.now() - start;
  const outputs = session.outputNames.map((name) =>
    fromRuntime(name, defined(results[name], 'the runtime returns each output')),
  );
  const payload = encodeTensors(outputs, 8);
  new DataView(payload.buffer).setFloat64(0, executionMs, true);
  send(REPLY.outputs, payload);
}

function fromRuntime(name: string, value: RuntimeTensor): Tensor {
  const type = TENSOR_TYPES.find((known) => known === value.type);
  const { data, dims: shape } = value;
  if (type === undefined) throw new Error(`output ${name} has the type ${value.type}`);
  if (Array.isArray(data)) return { name, type: 'string', shape, data: data.map(String) };
  if (type === 'string') throw new Error(`output ${name} holds no strings`);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return typedTensor({ name, shape }, type, bytes);
}

function readFrame(): { kind: number; payload: Uint8Array } | undefined {
  const head = readExactly(FRAME_HEAD_BYTES);
  if (head === undefined) return undefined;
  const payload = readExactly(new DataView(head.buffer).getUint32(0, true) - 1);
  return payload === undefined ? undefined : { kind: head[4] ?? 0, payload };
}

/** Returns `undefined` when the parent has closed the channel. */
function readExactly(length: number): Uint8Array | undefined {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(FRAME_FD, bytes, filled, length - filled, null);
    if (count === 0) return undefined;
    filled += count;
  }
  return bytes;
}

function send(kind: number, payload: Uint8Array): void {
  const head = frameHead(kind, payload.length);
  const frame = new Uint8Array(head.length + payload.length);
  frame.set(head);
  frame.set(payload, head.length);
  let sent = 0;
  while (sent < frame.length) sent += writeSync(FRAME_FD, frame, sent, frame.length - sent);
}
